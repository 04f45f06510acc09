// Which way a URL goes: straight, through the proxy, through the firewall, or both.
//
// Threads: an object belongs to the transport's thread.
#pragma once

#include <curl/curl.h>

#include <string>
#include <vector>

#include "net/options.h"

namespace coffer::net {

struct ProxyChoice {
  std::string url;        // CURLOPT_PROXY; "" goes straight, whatever the environment says
  std::string exempt;     // CURLOPT_NOPROXY
  std::string pre_proxy;  // SOCKS firewall in front of the proxy
  std::string host;       // of the proxy, for its certificate
  int port = 0;           // of a proxy that speaks TLS
  std::string label;      // host:port, for texts
  bool tunnel = false;    // CONNECT also for http
  bool tls = false;       // TLS to the proxy itself
  bool firewall = false;  // `url` names the firewall (decides the kind of log entry)
  long auth = CURLAUTH_NONE;
  std::string user;
  core::Secret password;
  std::vector<core::Secret> headers;  // for the proxy alone
};

class ProxyChooser {
 public:
  // Throws 713 where proxy and firewall contradict each other. Reads the environment only when
  // AutoDetect says so, once.
  explicit ProxyChooser(const TransportOptions& options);
  ProxyChoice choose(const Url& url) const;

 private:
  const ProxyOptions& proxy_;
  const FirewallOptions& firewall_;
  std::string http_proxy_;
  std::string https_proxy_;
  std::string no_proxy_;
};

}  // namespace coffer::net
