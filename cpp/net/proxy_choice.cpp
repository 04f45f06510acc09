#include "net/proxy_choice.h"

#include <arpa/inet.h>

#include <array>

#include "core/error.h"
#include "core/text.h"
#include "net/proxy_exceptions.h"

namespace coffer::net {

namespace {

// Manual, Firewall.FirewallType, Proxy.AuthScheme and Proxy.SSL.
constexpr int kTunnel = 1;
constexpr int kSocks4 = 2;
constexpr int kSocks5 = 3;
constexpr int kSocks4a = 10;
constexpr int kBasic = 0;
constexpr int kDigest = 1;
constexpr int kNtlm = 4;
constexpr int kStrongest = -1;  // of what the proxy offers: credentials of the environment
constexpr long kNoScheme = 0;   // CURLAUTH_NONE
constexpr int kAlwaysTls = 1;
constexpr int kAlwaysTunnel = 3;
constexpr int kHttpPort = 80;
constexpr int kSocksPort = 1080;

// Proxy.Server may be written with the brackets that URLs need.
std::string bare(const std::string& host) {
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return brackets ? host.substr(1, host.size() - 2) : host;
}

std::string host_port(const std::string& host, int port) {
  const std::string name = bare(host);
  const bool literal = name.find(':') != std::string::npos;
  return (literal ? "[" + name + "]" : name) + ":" + std::to_string(port);
}

bool is_socks(int type) {
  return type == kSocks4 || type == kSocks5 || type == kSocks4a;
}

bool uses(const FirewallOptions& firewall) {
  return firewall.type != 0 && !firewall.host.empty();
}

// SOCKS5 gets the name, not the address: behind a firewall the names outside are often not
// resolvable. SOCKS4 knows addresses only.
const char* socks_scheme(int type) {
  if (type == kSocks4) return "socks4://";
  return type == kSocks4a ? "socks4a://" : "socks5h://";
}

long auth_of(int scheme) {
  switch (scheme) {
    case kBasic:
      return static_cast<long>(CURLAUTH_BASIC);
    case kDigest:
      return static_cast<long>(CURLAUTH_DIGEST);
    case kNtlm:
      return static_cast<long>(CURLAUTH_NTLM);
    case kStrongest:
      return static_cast<long>(CURLAUTH_DIGEST | CURLAUTH_NTLM | CURLAUTH_BASIC);
    default:  // 2: ProxyAuthorization as given, 3: none
      return kNoScheme;
  }
}

void through_proxy(const ProxyOptions& proxy, ProxyChoice& choice) {
  choice.tls = proxy.ssl == kAlwaysTls;
  choice.tunnel = proxy.ssl == kAlwaysTunnel;
  choice.host = core::lower(bare(proxy.server));
  choice.port = proxy.port != 0 ? proxy.port : kHttpPort;
  choice.label = host_port(proxy.server, choice.port);
  choice.url = (choice.tls ? "https://" : "http://") + choice.label;
  if (!proxy.user.empty()) choice.auth = auth_of(proxy.auth_scheme);
  if (choice.auth != kNoScheme) {
    choice.user = proxy.user;
    choice.password = proxy.password;
  } else if (!proxy.authorization.empty()) {
    // Manual, ProxyAuthorization: added as it is, unless it is calculated from user and password.
    choice.headers.emplace_back("Proxy-Authorization: " + proxy.authorization.reveal());
  }
}

// libcurl (7.88 to 8.x, parse_proxy) has one place for the credentials of a proxy and of a SOCKS
// server before it, and those of the latter win: they must not be what the proxy gets. Basic can be
// said beforehand, in a header field; the others answer a challenge.
void keep_apart(ProxyChoice& choice) {
  if (choice.auth == kNoScheme) return;
  if (choice.auth != static_cast<long>(CURLAUTH_BASIC)) {
    throw core::Error(713,
                      "A firewall with a user cannot stand before a proxy that is to be signed "
                      "in to with Digest or NTLM; use Basic, or a firewall without a user.");
  }
  const core::Secret login(choice.user + ":" + choice.password.reveal());
  const auto* octets = reinterpret_cast<const std::uint8_t*>(login.reveal().data());
  choice.headers.emplace_back("Proxy-Authorization: Basic " +
                              core::base64(octets, login.reveal().size()));
  choice.auth = kNoScheme;
  choice.user.clear();
  choice.password = core::Secret();
}

void through_firewall(const FirewallOptions& firewall, ProxyChoice& choice) {
  const bool socks = is_socks(firewall.type);
  const int usual = socks ? kSocksPort : kHttpPort;
  const int port = firewall.port != 0 ? firewall.port : usual;
  const std::string where = host_port(firewall.host, port);
  if (choice.url.empty()) {
    choice.firewall = true;
    choice.host = core::lower(bare(firewall.host));
    choice.port = port;
    choice.label = where;
    choice.tls = firewall.tls;
    choice.url = (socks          ? socks_scheme(firewall.type)
                  : firewall.tls ? "https://"
                                 : "http://") +
                 where;
    choice.tunnel = !socks;
    choice.auth = static_cast<long>(CURLAUTH_BASIC);
    choice.user = firewall.user;
    choice.password = firewall.password;
    if (choice.tunnel) {
      for (const std::string& line : firewall.headers)
        choice.headers.emplace_back(line);
    }
    return;
  }
  std::string login;
  if (!firewall.user.empty()) {
    login = core::percent_encode(firewall.user) + ":" +
            core::percent_encode(firewall.password.reveal()) + "@";
  }
  choice.pre_proxy = socks_scheme(firewall.type) + login + where;
  choice.pre_label = where;
  if (!login.empty()) keep_apart(choice);
}

// An HTTP proxy of the environment is the proxy where Proxy.AutoDetect asks, else a tunnelling
// firewall; a SOCKS proxy is a firewall whoever asks. What is set explicitly stays.
void fill_in(const EnvironmentProxy& found, ProxyOptions& proxy, FirewallOptions& firewall) {
  using Kind = EnvironmentProxy::Kind;
  const bool http = found.kind == Kind::kHttp || found.kind == Kind::kHttps;
  const bool tunnelled = uses(firewall) && !is_socks(firewall.type);
  if (http && proxy.auto_detect && proxy.server.empty() && !tunnelled) {
    proxy.server = found.host;
    proxy.port = found.port;
    if (found.kind == Kind::kHttps) proxy.ssl = kAlwaysTls;
    if (!found.user.empty()) {
      proxy.user = found.user;
      proxy.password = found.password;
      proxy.auth_scheme = kStrongest;
    }
    return;
  }
  const bool wanted = firewall.auto_detect || (!http && proxy.auto_detect && proxy.server.empty());
  if (!wanted || uses(firewall) || (http && !proxy.server.empty())) return;
  firewall.type = http                           ? kTunnel
                  : found.kind == Kind::kSocks4  ? kSocks4
                  : found.kind == Kind::kSocks4a ? kSocks4a
                                                 : kSocks5;
  firewall.host = found.host;
  firewall.port = found.port;
  firewall.tls = found.kind == Kind::kHttps;
  if (!found.user.empty()) {
    firewall.user = found.user;
    firewall.password = found.password;
  }
}

void check_name(const char* property, const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> octets{};
  // '@' or '/' would make libcurl read a user or a path out of a host's name.
  const bool bad = name.find_first_of("@/?#\\% \t\r\n") != std::string::npos ||
                   name.find('\0') != std::string::npos;
  const bool port = name.find_first_of(":[]") != std::string::npos &&
                    inet_pton(AF_INET6, bare(name).c_str(), octets.data()) != 1;
  if (bad || port) {
    throw core::Error(713, std::string(property) +
                               " takes a host's name or address alone; the port is a property of "
                               "its own.");
  }
}

void check(const ProxyOptions& proxy, const FirewallOptions& firewall) {
  check_name("Proxy.Server", proxy.server);
  check_name("Firewall.Host", firewall.host);
  if (!proxy.server.empty() && uses(firewall) && !is_socks(firewall.type)) {
    throw core::Error(
        713, "A tunnelling firewall and a proxy cannot be combined; clear one, or use SOCKS.");
  }
}

}  // namespace

std::string ProxyChoice::name() const {
  if (url.empty()) return {};
  return (firewall ? "the firewall " : "the proxy ") + label;
}

std::string ProxyChoice::first_name() const {
  return pre_label.empty() ? name() : "the firewall " + pre_label;
}

ProxyChooser::ProxyChooser(const TransportOptions& options)
    : proxy_(options.proxy), firewall_(options.firewall) {
  check(proxy_, firewall_);
  const bool detect =
      (proxy_.auto_detect && proxy_.server.empty()) || (firewall_.auto_detect && !uses(firewall_));
  if (detect) environment_ = ProxyEnvironment::read(proxy_.auto_config);
}

ProxyChoice ProxyChooser::choose(const Url& url) const {
  if (!environment_ && proxy_.server.empty() && !uses(firewall_)) return {};
  ProxyOptions proxy = proxy_;
  FirewallOptions firewall = firewall_;
  const bool except = in_exceptions(proxy.exceptions, url.host);
  if (environment_ && !except) {
    if (const EnvironmentProxy* found = environment_->find(url)) fill_in(*found, proxy, firewall);
  }
  ProxyChoice choice;
  if (!proxy.server.empty() && !except) through_proxy(proxy, choice);
  if (uses(firewall)) through_firewall(firewall, choice);
  return choice;
}

}  // namespace coffer::net
