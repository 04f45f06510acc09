// Which way a URL goes: straight, through the proxy, through the firewall, or both.
//
// Threads: an object belongs to the transport's thread.
#pragma once

#include <curl/curl.h>

#include <optional>
#include <string>
#include <vector>

#include "net/options.h"
#include "net/proxy_environment.h"

namespace coffer::net {

struct ProxyChoice {
  std::string url;        // CURLOPT_PROXY; "" goes straight, whatever the environment says
  std::string pre_proxy;  // SOCKS firewall in front of the proxy
  std::string host;       // of the proxy, for its certificate
  int port = 0;           // of a proxy that speaks TLS
  std::string label;      // host:port, for texts
  std::string pre_label;  // of the firewall in front
  bool tunnel = false;    // CONNECT also for http
  bool tls = false;       // TLS to the proxy itself
  bool firewall = false;  // `url` names the firewall (decides the kind of log entry)
  long auth = CURLAUTH_NONE;
  std::string user;
  core::Secret password;
  std::vector<core::Secret> headers;  // for the proxy alone

  // In texts: "the proxy host:port"; who the connection is made to first; "" for none.
  std::string name() const;
  std::string first_name() const;
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
  std::optional<ProxyEnvironment> environment_;
};

}  // namespace coffer::net
