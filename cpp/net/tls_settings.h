// The settings of TLS as text: what fits, whichever library speaks TLS.
//
// Threads: free functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/options.h"

namespace coffer::net {

struct TlsVersions {
  bool v10 = false;
  bool v11 = false;
  bool v12 = false;
  bool v13 = false;
  bool any() const noexcept { return v10 || v11 || v12 || v13; }
  bool old() const noexcept { return v10 || v11; }
  bool before_13() const noexcept { return v10 || v11 || v12; }
};

// SSLEnabledProtocols. SSL 2 and 3 exist no more; throws 713 when nothing usable is left.
TlsVersions tls_versions(int enabled_protocols);

// "a, b" in lower case, each once, without what is empty.
std::vector<std::string> tls_names(std::string_view list);

// TLS12SupportedGroups and TLS13SupportedGroups, and the signature algorithms of both, as the one
// list that a connection of these versions offers, TLS 1.3's names first. Empty: left to the TLS
// library. Of TLS13KeyShareGroups the first group alone has an effect (contract section 3).
std::string offered_groups(const TransportOptions& options, const TlsVersions& versions);
std::string offered_signatures(const TransportOptions& options, const TlsVersions& versions);

// What can be said of a setting's value when it is set: throws 713 for one that no connection could
// use. Settings that are not of TLS pass, and so does the empty text.
void check_tls_setting(std::string_view name, const std::string& value);

}  // namespace coffer::net
