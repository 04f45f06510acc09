// The Online Certificate Status Protocol (RFC 6960): one certificate asked in one request, with a
// nonce (RFC 9654), and what comes back.
//
// Threads: free functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "certs/certificate.h"
#include "crypto/random.h"
#include "revocation/answer.h"

namespace coffer::revocation {

struct OcspRequest {
  std::string der;
  std::string cert_id;  // DER: who is asked about
  std::string nonce;    // DER of the OCTET STRING, as it must come back
};
OcspRequest make_ocsp_request(const certs::Certificate& subject, const certs::Certificate& issuer,
                              crypto::Random& random);

// What the answer in `octets` says. It must be signed by `issuer` or by a responder whose
// certificate `issuer` issued for that purpose. A responder may leave the nonce out (RFC 6960
// section 4.4.1); then the answer must say itself until when it holds.
Answer judge_ocsp(std::string_view octets, const OcspRequest& request,
                  const certs::Certificate& issuer, std::int64_t now);

}  // namespace coffer::revocation
