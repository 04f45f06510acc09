// acsSignedContent: the ACS's word about where the challenge goes and under which key, trusted only
// after the seven steps of emv-3ds.md 5.1.
//
// Threads: free functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "certs/certificate.h"
#include "crypto/p256.h"

namespace coffer::threeds {

struct SignedContent {
  std::string acs_url;
  crypto::P256Point acs_key;
};

struct SignedContentRules {
  const std::vector<certs::Certificate>& anchors;  // acs_root_certs
  bool accept_any_chain = false;                   // AcceptAnyACSCert: step 4 alone is skipped
  std::int64_t now = 0;                            // seconds since the epoch
  const crypto::P256Point& own_key;                // whose answer it has to be
};

// Throws 602 when a certificate is at fault, else 604.
SignedContent verify_signed_content(std::string_view compact, const SignedContentRules& rules);

}  // namespace coffer::threeds
