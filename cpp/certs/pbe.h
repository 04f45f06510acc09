// Encryption with a password as PKCS #8 and PKCS #12 use it: PBES1 and PBES2 (RFC 8018), and the
// schemes of RFC 7292 appendix C.
//
// Threads: free functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "certs/unlock.h"
#include "core/der.h"
#include "core/wipe.h"

namespace coffer::certs {

// mbedTLS's number of the hash that `oid` names, as itself or as the PRF of HMAC; 0: none.
int hash_of(std::string_view oid);
std::size_t hash_size(int hash);
core::Secret hmac(int hash, std::string_view key, std::string_view data);
bool equal_octets(std::string_view a, std::string_view b);  // in constant time

// RFC 7292 appendix B.2; `password` in the form of bmp_password.
core::Secret pkcs12_key(int hash, char id, std::string_view password, std::string_view salt,
                        std::uint64_t rounds, std::size_t size, Unlock& unlock);
// UTF-16 big-endian with two octets of zero (RFC 7292 appendix B.1). 273 when it is not UTF-8.
core::Secret bmp_password(std::string_view utf8);
core::Secret utf16_big_endian(std::string_view utf8);

// What `sealed` holds, decrypted as the AlgorithmIdentifier `scheme` (content of its SEQUENCE)
// says. nullopt when the password is wrong; 271 for a scheme that is not known or costs too much.
std::optional<core::Secret> open_sealed(std::string_view scheme, std::string_view sealed,
                                        const core::Secret& password, Unlock& unlock);

// The PrivateKeyInfo in an EncryptedPrivateKeyInfo (RFC 5208 section 6); nullopt when `der` is
// none. 273 for a wrong password.
std::optional<core::Secret> open_private_key_info(std::string_view der,
                                                  const core::Secret& password, Unlock& unlock);

// A DER INTEGER that is not negative and fits; nullopt otherwise.
std::optional<std::uint64_t> small_number(std::string_view content);

}  // namespace coffer::certs
