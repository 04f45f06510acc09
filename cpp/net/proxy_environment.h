// The proxies that the environment names. Read only where AutoDetect asks for it (contract
// section 6: the environment chooses nothing unless a setting says so).
//
// Threads: an object belongs to one thread; read() looks at the environment of the process.
#pragma once

#include <optional>
#include <string>

#include "core/wipe.h"
#include "net/url.h"

namespace coffer::net {

// What a variable says: [scheme://][user[:password]@]host[:port].
struct EnvironmentProxy {
  enum class Kind { kHttp, kHttps, kSocks4, kSocks4a, kSocks5 };
  Kind kind = Kind::kHttp;
  std::string host;  // without brackets
  int port = 0;
  std::string user;
  core::Secret password;
};

class ProxyEnvironment {
 public:
  // http_proxy, https_proxy, all_proxy and no_proxy, in lower case first; HTTP_PROXY is never
  // read: a web server sets it from a request's header field. 713 for what is no proxy's address
  // and, with auto_config, for a proxy auto-config file: Debian has no maintained library to run
  // one in a process that shares its threads (libproxy fetches without time limits, libpacparser
  // holds one global interpreter of 2010).
  static ProxyEnvironment read(bool auto_config);

  // Null where the URL goes straight.
  const EnvironmentProxy* find(const Url& url) const;

 private:
  std::optional<EnvironmentProxy> http_;
  std::optional<EnvironmentProxy> https_;
  std::string no_proxy_;
};

}  // namespace coffer::net
