// Where a certificate says that its status can be asked: CRLDistributionPoints (RFC 5280 section
// 4.2.1.13) and AuthorityInfoAccess (section 4.2.2.1).
//
// Threads: free functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "certs/certificate.h"

namespace coffer::revocation {

struct Sources {
  std::vector<std::string> urls;  // http, in the certificate's order, at most kMostUrls
  // It names sources, and none of them can be used: https and ldap (whoever asks there would need
  // another certificate or protocol), lists of other issuers, lists for some reasons only.
  bool only_others = false;
  bool malformed = false;
  bool none() const noexcept { return urls.empty() && !only_others && !malformed; }
};
constexpr std::size_t kMostUrls = 3;

Sources crl_sources(const certs::Certificate& certificate);
Sources ocsp_sources(const certs::Certificate& certificate);

// The URIs in the fullName of a DistributionPointName.
std::vector<std::string> full_name_uris(std::string_view distribution_point_name);

}  // namespace coffer::revocation
