// Revocation lists and OCSP answers made by OpenSSL, good ones and bad ones.
#pragma once

#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include <optional>
#include <string>
#include <vector>

#include "test_certificates.h"

namespace coffer::test {

struct RevokedEntry {
  const TestCertificate* certificate = nullptr;
  int reason = -1;              // none
  bool critical_other = false;  // with a critical extension of nobody
};

struct CrlWish {
  long from_seconds = -3600;  // counted from now
  std::optional<long> to_seconds = 3600;
  std::vector<RevokedEntry> revoked;
  std::string extension_oid;  // with `extension`, DER, critical when said so
  std::string extension;
  bool critical = true;
  bool sha1 = false;
  bool first_version = false;
  const TestCertificate* signer = nullptr;  // whose key, instead of the issuer's
};
std::string make_crl(const TestCertificate& issuer, const CrlWish& wish = {});

struct OcspWish {
  int status = V_OCSP_CERTSTATUS_GOOD;
  int reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE;
  long from_seconds = -60;
  std::optional<long> to_seconds = 3600;
  enum class Nonce { kEchoed, kOther, kNone } nonce = Nonce::kEchoed;
  const TestCertificate* signer = nullptr;  // a delegate, instead of the issuer
  bool key_hash = false;                    // as responderID
  bool without_certificate = false;         // the delegate's is not enclosed
  bool sha1 = false;
  std::string about;  // another request, whose certificate the answer is about
  int times = 1;      // how often the certificate's status stands in it
  bool critical_extension = false;
  int response_status = OCSP_RESPONSE_STATUS_SUCCESSFUL;
};
// The answer to `request` (DER) in the name of `issuer`.
std::string make_ocsp(const TestCertificate& issuer, const std::string& request,
                      const OcspWish& wish = {});

}  // namespace coffer::test
