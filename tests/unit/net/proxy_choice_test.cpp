// Which way a URL goes: exceptions, the environment, and settings that contradict each other.
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <string>
#include <utility>

#include "core/error.h"
#include "net/proxy_choice.h"
#include "net/proxy_exceptions.h"

using namespace coffer;

namespace {

using Variables = std::map<std::string, std::string>;

// The variables of proxies as a test wants them; afterwards as they were. One thread.
class Environment {
 public:
  explicit Environment(const Variables& wanted) : wanted_(wanted) {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy",
                             "ALL_PROXY", "no_proxy", "NO_PROXY", "auto_proxy", "AUTO_PROXY"}) {
      const char* old = std::getenv(name);
      if (old != nullptr) before_[name] = old;
      unsetenv(name);
    }
    for (const auto& [name, value] : wanted)
      setenv(name.c_str(), value.c_str(), 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    for (const auto& [name, value] : wanted_)
      unsetenv(name.c_str());
    for (const auto& [name, value] : before_)
      setenv(name.c_str(), value.c_str(), 1);
  }

 private:
  Variables before_;
  Variables wanted_;
};

net::ProxyChoice choose(const net::TransportOptions& options, const std::string& url) {
  return net::ProxyChooser(options).choose(net::Url::parse(url));
}

net::TransportOptions detecting(bool proxy, bool firewall) {
  net::TransportOptions options;
  options.proxy.auto_detect = proxy;
  options.firewall.auto_detect = firewall;
  return options;
}

std::string way(const net::ProxyChoice& choice) {
  return choice.pre_proxy.empty() ? choice.url : choice.pre_proxy + " " + choice.url;
}

int code_of(const net::TransportOptions& options) {
  try {
    choose(options, "https://h.example/");
    return 0;
  } catch (const core::Error& error) {
    return error.code();
  }
}

}  // namespace

TEST_CASE("exceptions: whole names, stars, addresses in any spelling") {
  const char* list = " www.example.com ;*.intern.example; 10.1.2.3;[::1];a*z.example";
  for (const char* host :
       {"www.example.com", "www.example.com.", "x.intern.example", "y.x.intern.example", "10.1.2.3",
        "::1", "az.example", "a.b.z.example"}) {
    CAPTURE(host);
    CHECK(net::in_exceptions(list, host));
  }
  for (const char* host : {"example.com", "xwww.example.com", "intern.example", "10.1.2.30", "::2",
                           "az.example.org", "fe80::1"}) {
    CAPTURE(host);
    CHECK_FALSE(net::in_exceptions(list, host));
  }
  CHECK(net::in_exceptions("0:0:0:0:0:0:0:1", "::1"));
  CHECK(net::in_exceptions("*", "anything"));
  CHECK_FALSE(net::in_exceptions("", "anything"));
  CHECK_FALSE(net::in_exceptions(";;", "anything"));
  CHECK_FALSE(net::in_exceptions(std::string(50, '*') + "x", std::string(5000, 'a')));
}

TEST_CASE("no_proxy: names with all below them, addresses, blocks, ports") {
  const char* list =
      "localhost, .dot.example,name.example,*.star.example,10.0.0.0/8 fd00::/8,"
      "192.0.2.1,port.example:8443,[2001:db8::1]:443";
  const auto exempt = [&](const char* host, int port = 443) {
    return net::in_no_proxy(list, host, port);
  };
  for (const char* host :
       {"localhost", "dot.example", "a.dot.example", "name.example", "b.a.name.example",
        "a.star.example", "10.255.1.1", "fd12::1", "192.0.2.1", "2001:db8::1", "name.example."}) {
    CAPTURE(host);
    CHECK(exempt(host));
  }
  for (const char* host : {"notdot.example", "myname.example", "11.0.0.1", "fe80::1", "192.0.2.10",
                           "port.example", "example", "2001:db8::2"}) {
    CAPTURE(host);
    CHECK_FALSE(exempt(host));
  }
  CHECK(exempt("port.example", 8443));
  CHECK_FALSE(exempt("2001:db8::1", 80));
  CHECK(net::in_no_proxy("*", "anything", 1));
  CHECK(net::in_no_proxy("192.0.2.128/25", "192.0.2.129", 1));
  CHECK_FALSE(net::in_no_proxy("192.0.2.128/25", "192.0.2.127", 1));
  for (const char* bad :
       {"", ",", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", ":", "[", "/", "."}) {
    CAPTURE(bad);
    CHECK_FALSE(net::in_no_proxy(bad, "10.0.0.1", 1));
    CHECK_FALSE(net::in_no_proxy(bad, "name.example", 1));
  }
}

TEST_CASE("the environment is read only when asked") {
  const Environment set(Variables{{"http_proxy", "p.example:3128"},
                                  {"https_proxy", "http://s.example"},
                                  {"no_proxy", "direct.example"}});
  CHECK(way(choose(detecting(false, false), "https://h.example/")) == "");
  const net::TransportOptions options = detecting(true, false);
  CHECK(way(choose(options, "http://h.example/")) == "http://p.example:3128");
  CHECK(way(choose(options, "https://h.example/")) == "http://s.example:80");
  CHECK(way(choose(options, "https://a.direct.example/")) == "");
  CHECK(way(choose(options, "http://127.0.0.1/")) == "");
  CHECK(way(choose(options, "https://127.0.0.1/")) == "http://s.example:80");
  net::TransportOptions listed = options;
  listed.proxy.exceptions = "h.example";
  CHECK(way(choose(listed, "https://h.example/")) == "");
  net::TransportOptions explicitly = options;
  explicitly.proxy.server = "own.example";
  CHECK(way(choose(explicitly, "https://h.example/")) == "http://own.example:80");
}

TEST_CASE("what the variables can say") {
  const auto of = [](const std::string& value) {
    const Environment set(Variables{{"ALL_PROXY", value}});
    return choose(detecting(true, false), "https://h.example/");
  };
  CHECK(of("https://p.example").url == "https://p.example:443");
  CHECK(of("https://p.example").tls);
  CHECK(of("socks5://p.example").url == "socks5h://p.example:1080");
  CHECK(of("socks4://p.example:99").url == "socks4://p.example:99");
  CHECK(of("socks4a://p.example").url == "socks4a://p.example:1080");
  CHECK(of("http://[::1]:8080/").url == "http://[::1]:8080");
  const net::ProxyChoice with_user = of("http://us%40er:p%3Aw@p.example:8080");
  CHECK(with_user.user == "us@er");
  CHECK(with_user.password.reveal() == "p:w");
  CHECK(with_user.url == "http://p.example:8080");
  CHECK((with_user.auth & static_cast<long>(CURLAUTH_DIGEST)) != 0);
  for (const char* bad : {"ftp://p.example", "http://", "http://p.example:0", "http://p.example:x",
                          "http://p example"}) {
    CAPTURE(bad);
    const Environment set(Variables{{"https_proxy", bad}});
    CHECK(code_of(detecting(true, false)) == 713);
    CHECK(code_of(detecting(false, false)) == 0);
  }
  const Environment upper(Variables{{"HTTP_PROXY", "stranger.example"}});
  CHECK(way(choose(detecting(true, false), "http://h.example/")) == "");
}

TEST_CASE("credentials of the settings serve a proxy of the environment that names none") {
  const Environment set(Variables{{"https_proxy", "p.example"}});
  net::TransportOptions options = detecting(true, false);
  options.proxy.user = "u";
  options.proxy.auth_scheme = 1;
  const net::ProxyChoice choice = choose(options, "https://h.example/");
  CHECK(choice.user == "u");
  CHECK(choice.auth == static_cast<long>(CURLAUTH_DIGEST));
}

TEST_CASE("Firewall.AutoDetect: a SOCKS proxy is the firewall, an HTTP proxy a tunnel") {
  {
    const Environment set(Variables{{"all_proxy", "socks5://f.example"}});
    net::TransportOptions options = detecting(false, true);
    CHECK(way(choose(options, "https://h.example/")) == "socks5h://f.example:1080");
    options.proxy.server = "p.example";
    CHECK(way(choose(options, "https://h.example/")) ==
          "socks5h://f.example:1080 http://p.example:80");
  }
  const Environment set(Variables{{"all_proxy", "https://f.example"}});
  const net::ProxyChoice tunnel = choose(detecting(false, true), "http://h.example/");
  CHECK(tunnel.tunnel);
  CHECK(tunnel.firewall);
  CHECK(tunnel.tls);
  CHECK(tunnel.url == "https://f.example:443");
  CHECK_FALSE(choose(detecting(true, true), "http://h.example/").firewall);
}

TEST_CASE("a proxy auto-config file is refused or overlooked, never guessed at") {
  for (const char* name : {"auto_proxy", "AUTO_PROXY", "https_proxy"}) {
    CAPTURE(name);
    const Environment set(
        Variables{{name, "pac+http://wpad.example/proxy.pac"}, {"http_proxy", "p"}});
    net::TransportOptions options = detecting(true, false);
    CHECK(code_of(options) == 713);
    options.proxy.auto_config = false;
    CHECK(way(choose(options, "https://h.example/")) == "");
    CHECK(way(choose(options, "http://h.example/")) == "http://p:80");
    CHECK(code_of(detecting(false, false)) == 0);
  }
}

TEST_CASE("ports and names of proxies and firewalls") {
  net::TransportOptions options;
  options.proxy.server = "[::1]";
  options.proxy.port = 0;
  CHECK(way(choose(options, "https://h.example/")) == "http://[::1]:80");
  options.proxy.server.clear();
  options.firewall.host = "f.example";
  for (const auto& [type, url] : std::map<int, std::string>{{0, ""},
                                                            {1, "http://f.example:80"},
                                                            {2, "socks4://f.example:1080"},
                                                            {3, "socks5h://f.example:1080"},
                                                            {10, "socks4a://f.example:1080"}}) {
    options.firewall.type = type;
    CHECK(way(choose(options, "https://h.example/")) == url);
  }
  options.firewall.type = 1;
  CHECK(code_of(options) == 0);
  options.proxy.server = "p.example";
  CHECK(code_of(options) == 713);
  options.firewall.type = 0;
  for (const char* bad : {"u@p.example", "p.example/x", "http://p.example", "p.example:3128", "a b",
                          "p.example#", "::1:x", "%31"}) {
    CAPTURE(bad);
    options.proxy.server = bad;
    CHECK(code_of(options) == 713);
  }
}

TEST_CASE("ProxyAuthorization is sent unless User and AuthScheme calculate one") {
  net::TransportOptions options;
  options.proxy.server = "p.example";
  options.proxy.authorization = core::Secret("Own abc");
  for (const int scheme : {0, 1, 2, 3, 4}) {
    CAPTURE(scheme);
    options.proxy.auth_scheme = scheme;
    options.proxy.user.clear();
    CHECK(choose(options, "https://h.example/").headers.size() == 1);
    options.proxy.user = "u";
    const bool calculated = scheme != 2 && scheme != 3;
    const net::ProxyChoice choice = choose(options, "https://h.example/");
    CHECK(choice.headers.empty() == calculated);
    CHECK(choice.user.empty() == !calculated);
  }
}
