#include "net/proxy_choice.h"

#include <cstdlib>
#include <initializer_list>

#include "core/error.h"
#include "core/text.h"

namespace coffer::net {

namespace {

constexpr int kTunnel = 1;
constexpr int kSocks4 = 2;
constexpr int kSocks5 = 3;
constexpr int kSocks4a = 10;

std::string host_port(const std::string& host, int port) {
  const bool literal = host.find(':') != std::string::npos && host.front() != '[';
  return (literal ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool uses_firewall(const FirewallOptions& firewall) {
  return firewall.type != 0 && !firewall.host.empty();
}

bool is_socks(const FirewallOptions& firewall) {
  return firewall.type == kSocks4 || firewall.type == kSocks5 || firewall.type == kSocks4a;
}

int firewall_port(const FirewallOptions& firewall) {
  if (firewall.port != 0) return firewall.port;
  return firewall.type == kTunnel ? 80 : 1080;  // manual, Firewall.FirewallType
}

// SOCKS5 gets the name, not the address: behind a firewall the names outside are often not
// resolvable. SOCKS4 knows addresses only.
const char* socks_scheme(int type) {
  if (type == kSocks4) return "socks4://";
  return type == kSocks4a ? "socks4a://" : "socks5h://";
}

// ProxyExceptionsList: names and addresses separated by semicolons; "*" stands for anything.
bool excepted(const std::string& list, const std::string& host) {
  for (const std::string_view entry : core::split(list, ';')) {
    const std::string name = core::lower(core::trim(entry));
    if (name.empty()) continue;
    if (name == "*" || name == host || name == "[" + host + "]") return true;
    if (name.size() > 1 && name.front() == '*') {
      const std::string tail = name.substr(1);
      if (host.size() > tail.size() &&
          host.compare(host.size() - tail.size(), tail.size(), tail) == 0) {
        return true;
      }
    }
  }
  return false;
}

long auth_of(int scheme) {
  switch (scheme) {  // manual, Proxy.AuthScheme; 5 is Negotiate where a class documents it
    case 0:
      return static_cast<long>(CURLAUTH_BASIC);
    case 1:
      return static_cast<long>(CURLAUTH_DIGEST);
    case 4:
      return static_cast<long>(CURLAUTH_NTLM);
    case 5:
      return static_cast<long>(CURLAUTH_NEGOTIATE);
    default:  // 2: ProxyAuthorization as given, 3: none
      return CURLAUTH_NONE;
  }
}

void through_proxy(const ProxyOptions& proxy, ProxyChoice& choice) {
  choice.tls = proxy.ssl == 1;
  choice.tunnel = proxy.ssl == 3;
  choice.host = core::lower(proxy.server);
  choice.port = proxy.port;
  choice.label = host_port(proxy.server, proxy.port);
  choice.url = (choice.tls ? "https://" : "http://") + choice.label;
  choice.auth = auth_of(proxy.auth_scheme);
  if (choice.auth != CURLAUTH_NONE && proxy.authorization.empty()) {
    choice.user = proxy.user;
    choice.password = proxy.password;
  }
  if (!proxy.authorization.empty()) {
    choice.headers.emplace_back("Proxy-Authorization: " + proxy.authorization.reveal());
  }
}

void through_firewall(const FirewallOptions& firewall, ProxyChoice& choice) {
  const std::string where = host_port(firewall.host, firewall_port(firewall));
  if (choice.url.empty()) {
    choice.firewall = true;
    choice.host = core::lower(firewall.host);
    choice.label = where;
    choice.url = is_socks(firewall) ? socks_scheme(firewall.type) + where : "http://" + where;
    choice.tunnel = !is_socks(firewall);
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
}

// The value of the first of these variables that is set to something.
std::string environment(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read when a run starts
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

// A proxy as the variables write it: [scheme://][user:password@]host[:port].
void through_environment(const std::string& text, const std::string& exempt, ProxyChoice& choice) {
  choice.url = text.find("://") == std::string::npos ? "http://" + text : text;
  choice.exempt = exempt;
  choice.tls = core::starts_with(core::lower(choice.url), "https://");
  const std::size_t first = choice.url.find("://") + 3;
  std::string authority = choice.url.substr(first, choice.url.find('/', first) - first);
  authority.erase(0, authority.rfind('@') == std::string::npos ? 0 : authority.rfind('@') + 1);
  choice.label = authority;
  const bool literal = !authority.empty() && authority.front() == '[';
  choice.host = core::lower(literal ? authority.substr(1, authority.find(']') - 1)
                                    : authority.substr(0, authority.find(':')));
  constexpr std::int64_t kHttps = 443;
  const std::size_t colon = authority.find(':', literal ? authority.find(']') : 0);
  const auto port =
      colon == std::string::npos ? std::nullopt : core::parse_int(authority.substr(colon + 1));
  choice.port = static_cast<int>(port.value_or(kHttps));
  choice.auth = static_cast<long>(CURLAUTH_ANY);
}

void check(const ProxyOptions& proxy, const FirewallOptions& firewall) {
  for (const std::string* name : {&proxy.server, &firewall.host}) {
    // '@' or '/' would make libcurl read a user or a path out of a host's name.
    if (name->find_first_of("@/?#\\ \t\r\n") != std::string::npos ||
        name->find('\0') != std::string::npos) {
      throw core::Error(713, "Proxy.Server and Firewall.Host take a host's name or address alone.");
    }
  }
  if (!proxy.server.empty() && uses_firewall(firewall) && !is_socks(firewall)) {
    throw core::Error(
        713, "A tunnelling firewall and a proxy cannot be combined; clear one, or use SOCKS.");
  }
}

}  // namespace

ProxyChooser::ProxyChooser(const TransportOptions& options)
    : proxy_(options.proxy), firewall_(options.firewall) {
  check(proxy_, firewall_);
  const bool detect = (proxy_.auto_detect && proxy_.server.empty()) ||
                      (firewall_.auto_detect && firewall_.host.empty());
  if (!detect) return;
  // Only the lower-case form for http: a web server sets HTTP_PROXY from a request's header field.
  http_proxy_ = environment({"http_proxy", "all_proxy", "ALL_PROXY"});
  https_proxy_ = environment({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  no_proxy_ = environment({"no_proxy", "NO_PROXY"});
}

ProxyChoice ProxyChooser::choose(const Url& url) const {
  ProxyChoice choice;
  const bool except = excepted(proxy_.exceptions, url.host);
  if (!proxy_.server.empty() && !except) through_proxy(proxy_, choice);
  if (uses_firewall(firewall_)) through_firewall(firewall_, choice);
  if (choice.url.empty() && !except) {
    const std::string& found = url.scheme == "https" ? https_proxy_ : http_proxy_;
    const bool plain_loopback = url.scheme == "http" && url.is_loopback();
    if (!found.empty() && !plain_loopback) through_environment(found, no_proxy_, choice);
  }
  return choice;
}

}  // namespace coffer::net
