// Certificate revocation lists (RFC 5280 section 5): complete lists of the certificate's own
// issuer. Indirect and delta lists, and lists for some reasons only, are refused.
//
// Threads: free functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "certs/certificate.h"
#include "revocation/answer.h"

namespace coffer::revocation {

// What the list in `octets` (DER, or PEM as some servers send it) says of `subject`, which `issuer`
// issued. `urls` are those that `subject` names, `now` is seconds since the epoch.
Answer judge_crl(std::string_view octets, const certs::Certificate& subject,
                 const certs::Certificate& issuer, const std::vector<std::string>& urls,
                 std::int64_t now);

}  // namespace coffer::revocation
