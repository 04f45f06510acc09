// Certificates and keys as the properties *CertStore, *CertStoreType, *CertStorePassword,
// *CertSubject and *CertEncoded name them.
//
// Threads: free functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/certificate.h"
#include "core/wipe.h"

namespace coffer::certs {

// The manual's CertStoreType.
enum class StoreType : std::int32_t {
  kUser = 0,
  kMachine = 1,
  kPfxFile = 2,
  kPfxBlob = 3,
  kJksFile = 4,
  kJksBlob = 5,
  kPemKeyFile = 6,
  kPemKeyBlob = 7,
  kPublicKeyFile = 8,
  kPublicKeyBlob = 9,
  kSshPublicKeyBlob = 10,
  kP7bFile = 11,
  kP7bBlob = 12,
  kSshPublicKeyFile = 13,
  kPpkFile = 14,
  kPpkBlob = 15,
  kXmlFile = 16,
  kXmlBlob = 17,
  kJwkFile = 18,
  kJwkBlob = 19,
  kBcfksFile = 21,
  kBcfksBlob = 22,
  kPkcs11 = 23,
  kAuto = 99,
};

// How a private key is written: PKCS#1 for RSA, SEC1 for EC, PKCS#8 for what mbedTLS does not know.
enum class PrivateForm { kNone, kPkcs1, kSec1, kPkcs8 };

// One thing of a store: a certificate, a bare public key, or either with its private key.
struct Entry {
  std::optional<Certificate> certificate;
  std::optional<crypto::PublicKey> public_key;  // the certificate's, or the bare key
  std::string public_octets;                    // SubjectPublicKeyInfo of any kind, when known
  core::Secret private_key;                     // DER, empty when there is none
  PrivateForm private_form = PrivateForm::kNone;
  bool key_closed = false;  // there is one, under a password that was not given
  std::string subject() const { return certificate ? certificate->subject() : std::string(); }
};

// All of a store. A file type takes `store` as the file's name, a blob type as its octets or their
// base64, kAuto as either. 270: a store that this platform does not have. 271: unknown type,
// unreadable file, nothing in it that can be understood. 273: wrong password.
std::vector<Entry> read_store(std::string_view store, StoreType type, const core::Secret& password);
// The same for keys that have a password of their own.
std::vector<Entry> read_store(std::string_view store, StoreType type, const core::Secret& password,
                              const core::Secret& key_password);

// The same while that password is not known: such keys stay closed, where the store has a password
// besides that opens it (PFX, JKS).
std::vector<Entry> read_store_around_keys(std::string_view store, StoreType type,
                                          const core::Secret& password);

// The entry whose subject is `subject`, else the first whose subject contains it; "*" and "" take
// any. A bare key has no subject and is found by "*" and "" alone. 272 when there is none.
const Entry& find_subject(const std::vector<Entry>& entries, std::string_view subject);

// *CertEncoded: a certificate in DER, PEM or bare base64, or a bare public key (SPKI) in either.
// 273 when it is neither.
Entry read_encoded(std::string_view encoded);

}  // namespace coffer::certs
