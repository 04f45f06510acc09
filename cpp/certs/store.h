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

// One thing of a store: a certificate, a bare public key, or either with its private key.
struct Entry {
  std::optional<Certificate> certificate;
  std::optional<crypto::PublicKey> public_key;  // the certificate's, or the bare key
  core::Secret private_key;                     // DER (PKCS#1 or SEC1), empty when there is none
  std::string subject() const { return certificate ? certificate->subject() : std::string(); }
};

// All of a store. A file type takes `store` as the file's name, a blob type as its octets or their
// base64. 271: unknown or unsupported type, unreadable file, nothing in it that can be understood,
// wrong password.
std::vector<Entry> read_store(std::string_view store, StoreType type, const core::Secret& password);

// The entry whose subject is `subject`, else the first whose subject contains it; "*" and "" take
// any. A bare key has no subject and is found by "*" and "" alone. 272 when there is none.
const Entry& find_subject(const std::vector<Entry>& entries, std::string_view subject);

// *CertEncoded: a certificate in DER, PEM or bare base64, or a bare public key (SPKI) in either.
// 273 when it is neither.
Entry read_encoded(std::string_view encoded);

}  // namespace coffer::certs
