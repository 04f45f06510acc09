#include "net/proxy_environment.h"

#include <curl/curl.h>

#include <cstdlib>
#include <initializer_list>
#include <memory>

#include "core/error.h"
#include "core/text.h"
#include "net/curl_url.h"
#include "net/proxy_exceptions.h"

namespace coffer::net {

namespace {

using Kind = EnvironmentProxy::Kind;

struct Variable {
  std::string name;
  std::string value;
};

// The first of these variables that is set to something.
std::optional<Variable> first_of(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read when a run starts
    if (value != nullptr && !core::trim(value).empty()) {
      return Variable{name, std::string(core::trim(value))};
    }
  }
  return std::nullopt;
}

std::optional<Kind> kind_of(const std::string& scheme) {
  if (scheme == "http") return Kind::kHttp;
  if (scheme == "https") return Kind::kHttps;
  if (scheme == "socks4") return Kind::kSocks4;
  if (scheme == "socks4a") return Kind::kSocks4a;
  if (scheme == "socks" || scheme == "socks5" || scheme == "socks5h") return Kind::kSocks5;
  return std::nullopt;
}

int default_port(Kind kind) {
  if (kind == Kind::kHttp) return 80;
  return kind == Kind::kHttps ? 443 : 1080;
}

[[noreturn]] void refuse_auto_config(const std::string& variable) {
  throw core::Error(713, "The environment variable " + variable +
                             " names a proxy auto-config file, which this platform has no "
                             "maintained library for; set Proxy.Server, or go by http_proxy and "
                             "https_proxy alone (UseProxyAutoConfigURL=False, or unset it).");
}

// The value may hold a password, so the text names the variable alone.
EnvironmentProxy parse(const Variable& variable) {
  const bool plain = variable.value.find("://") == std::string::npos;
  const std::string text = plain ? "http://" + variable.value : variable.value;
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  EnvironmentProxy proxy;
  if (url &&
      curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK) {
    const auto kind = kind_of(core::lower(part(url.get(), CURLUPART_SCHEME)));
    proxy.host = core::lower(part(url.get(), CURLUPART_HOST));
    if (proxy.host.size() > 2 && proxy.host.front() == '[') {
      proxy.host = proxy.host.substr(1, proxy.host.size() - 2);
    }
    const std::string port = part(url.get(), CURLUPART_PORT);
    const auto number = core::parse_int(port);
    if (kind && !proxy.host.empty() && (port.empty() || (number && *number > 0))) {
      proxy.kind = *kind;
      proxy.port = port.empty() ? default_port(*kind) : static_cast<int>(*number);
      proxy.user = part(url.get(), CURLUPART_USER, CURLU_URLDECODE);
      proxy.password = core::Secret(part(url.get(), CURLUPART_PASSWORD, CURLU_URLDECODE));
      return proxy;
    }
  }
  throw core::Error(713, "The environment variable " + variable.name +
                             " names no proxy; it takes [scheme://][user:password@]host[:port] "
                             "with http, https, socks4, socks4a, socks5 or socks5h.");
}

bool names_auto_config(const Variable& variable) {
  const std::string value = core::lower(variable.value);
  return core::starts_with(value, "pac+") || core::starts_with(value, "wpad:");  // libproxy's way
}

std::optional<EnvironmentProxy> proxy_of(const std::optional<Variable>& variable,
                                         bool auto_config) {
  if (!variable) return std::nullopt;
  if (!names_auto_config(*variable)) return parse(*variable);
  if (auto_config) refuse_auto_config(variable->name);
  return std::nullopt;
}

}  // namespace

ProxyEnvironment ProxyEnvironment::read(bool auto_config) {
  if (auto_config) {  // the variable that Chromium reads
    if (const auto file = first_of({"auto_proxy", "AUTO_PROXY"})) refuse_auto_config(file->name);
  }
  ProxyEnvironment found;
  found.http_ = proxy_of(first_of({"http_proxy", "all_proxy", "ALL_PROXY"}), auto_config);
  found.https_ =
      proxy_of(first_of({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}), auto_config);
  if (const auto exempt = first_of({"no_proxy", "NO_PROXY"})) found.no_proxy_ = exempt->value;
  return found;
}

const EnvironmentProxy* ProxyEnvironment::find(const Url& url) const {
  const std::optional<EnvironmentProxy>& proxy = url.scheme == "https" ? https_ : http_;
  const bool plain_loopback = url.scheme == "http" && url.is_loopback();  // contract section 6
  if (!proxy || plain_loopback || in_no_proxy(no_proxy_, url.host, url.port)) return nullptr;
  return &*proxy;
}

}  // namespace coffer::net
