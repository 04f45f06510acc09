// Keys out of PEM and DER: SPKI, PKCS#1, PKCS#8 and SEC1.
//
// Threads: free functions, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "core/wipe.h"
#include "crypto/p256.h"
#include "crypto/public_key.h"

struct mbedtls_pk_context;

namespace coffer::crypto {

// The private key of PEM or DER, whatever its kind. nullopt when it is none, its password is wrong
// or it is of a kind that mbedTLS does not know.
struct PrivateKey {
  core::Secret der;                     // PKCS#1 or SEC1, unencrypted
  std::optional<PublicKey> public_key;  // nullopt for kinds that PublicKey does not hold
};
std::optional<PrivateKey> read_private_key(std::string_view text, const core::Secret& password);

std::optional<P256Key> read_p256_key(const core::Secret& text);

// SPKI (PEM "PUBLIC KEY") or PKCS#1 ("RSA PUBLIC KEY").
std::optional<PublicKey> read_public_key(std::string_view text);

// The key of a parsed certificate; nullopt for kinds and sizes that PublicKey does not hold.
std::optional<PublicKey> public_key_of(const mbedtls_pk_context& pk);

}  // namespace coffer::crypto
