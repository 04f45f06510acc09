// The settings of TLS as text: what fits, whichever library speaks TLS.
//
// Threads: free functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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

// What can be said of a setting's value when it is set: throws 713 for one that no connection could
// use. Settings that are not of TLS pass, and so does the empty text.
void check_tls_setting(std::string_view name, const std::string& value);

}  // namespace coffer::net
