// Names and addresses: URLs, the choice of a proxy, libcurl's results.
#include <doctest/doctest.h>

#include <cerrno>

#include "core/error.h"
#include "net/failure.h"
#include "net/proxy_choice.h"
#include "net/url.h"

using namespace coffer;
using net::Url;
using net::UrlReader;

TEST_CASE("URLs are read as libcurl reads them") {
  const Url url = Url::parse("HTTPS://Graph.Microsoft.com/v1.0/../Me?$top=1&a=%20#frag");
  CHECK(url.valid);
  CHECK(url.scheme == "https");
  CHECK(url.host == "graph.microsoft.com");
  CHECK(url.port == 443);
  CHECK(url.path == "/v1.0/../Me");
  CHECK(url.query == "$top=1&a=%20");
  CHECK_FALSE(url.has_userinfo);
  CHECK(url.origin() == "https://graph.microsoft.com");
  CHECK(Url::parse("http://[::1]:8080/x").origin() == "http://[::1]:8080");
  CHECK(Url::parse("http://[::1]:8080/x").host == "::1");
  CHECK(Url::parse("https://u:p@h/").has_userinfo);
  CHECK(Url::parse("https://u@h/").has_userinfo);
  for (const char* bad :
       {"", "graph.microsoft.com/x", "/v1.0/me", "//h/x", "ftp://h/", "http://", "http://h:99999/",
        "http://a b/", "http://h/\r\nX: y", "file:///etc/passwd", "javascript:1"}) {
    CAPTURE(bad);
    CHECK_FALSE(Url::parse(bad).valid);
  }
  CHECK_FALSE(Url::parse(std::string("http://h/\0x", 11)).valid);
}

TEST_CASE("addresses that begin alike are read as if each stood alone") {
  UrlReader reader;
  for (const char* const text : {
           "https://graph.example/v1.0/me/messages/AAk=/$value",
           "https://graph.example/v1.0/me/messages/AAk%2F/$value?a=b&c=/d?e",
           "https://graph.example/",
           "https://graph.example",
           "https://graph.example?x=/1",
           "https://graph.example?x=/2",
           "https://graph.example#/1",
           "https://graph.example/a#b",
           "https://graph.example/a/../b",
           "https://graph.example/a b",
           "https://graph.example/a\xC3\xA9",
           "https://graph.example/a\tb",
           "https://graph.example\\/1",
           "https://graph.example.evil.example/v1.0",
           "https://graph.example:8443/v1.0",
           "https://graph.example@evil.example/v1.0",
           "https://user:word@graph.example/1",
           "https://user:word@graph.example/2",
           "https://GRAPH.example/x",
           "HTTPS://graph.example/x",
           "http://graph.example/x",
           "http://[::1]:8080/x?",
           "http://[::1]:8080/y?z",
           "https:///one.example/x",
           "https:///two.example/x",
           "https:////three.example/x",
           "ftp://graph.example/x",
           "https://graph.example/v1.0/me",
           "/relative",
           "",
       }) {
    for (int time = 0; time < 2; ++time) {  // new, and beginning as the one before
      CAPTURE(text);
      const Url read = reader.read(text);
      const Url alone = Url::parse(text);
      REQUIRE(read.valid == alone.valid);
      if (!alone.valid) continue;
      CHECK(read.same_origin(alone));
      CHECK(read.path == alone.path);
      CHECK(read.query == alone.query);
      CHECK(read.has_userinfo == alone.has_userinfo);
    }
  }
}

TEST_CASE("origins") {
  const Url service = Url::parse("https://graph.microsoft.com/v1.0");
  CHECK(service.same_origin(Url::parse("https://GRAPH.microsoft.com:443/other")));
  for (const char* other :
       {"http://graph.microsoft.com/", "https://graph.microsoft.com:444/",
        "https://graph.microsoft.com.evil.example/", "https://graph.microsoft.com@evil.example/",
        "https://evil.example/https://graph.microsoft.com/", "nonsense"}) {
    CAPTURE(other);
    CHECK_FALSE(service.same_origin(Url::parse(other)));
  }
  CHECK_FALSE(Url().same_origin(Url()));
}

TEST_CASE("loopback addresses") {
  for (const char* yes : {"http://localhost/", "http://LOCALHOST:80/", "http://127.0.0.1/",
                          "http://127.255.3.4/", "http://[::1]/", "http://127.1/"}) {
    CAPTURE(yes);
    CHECK(Url::parse(yes).is_loopback());
  }
  for (const char* no : {"http://127.evil.example/", "http://localhost.example/",
                         "http://10.0.0.1/", "http://[::2]/", "http://128.0.0.1/", "nonsense"}) {
    CAPTURE(no);
    CHECK_FALSE(Url::parse(no).is_loopback());
  }
}

TEST_CASE("references are resolved against what they stood in") {
  CHECK(net::resolve_url("https://h/a/b?c", "../d") == "https://h/d");
  CHECK(net::resolve_url("https://h/a/b?c", "?x=1") == "https://h/a/b?x=1");
  CHECK(net::resolve_url("https://h/a", "//other/x#f") == "https://other/x");
  CHECK(net::resolve_url("https://h/a", "http://[bad") == "");
}

TEST_CASE("a proxy is chosen by the settings") {
  net::TransportOptions options;
  options.proxy.server = "Proxy.example";
  options.proxy.port = 3128;
  options.proxy.user = "u";
  options.proxy.password = core::Secret("p");
  options.proxy.exceptions = "direct.example; *.inner.example ;10.0.0.1";
  const auto choose = [&](const char* url) {
    return net::ProxyChooser(options).choose(Url::parse(url));
  };
  CHECK(choose("https://h/").url == "http://Proxy.example:3128");
  CHECK(choose("https://h/").auth == static_cast<long>(CURLAUTH_BASIC));
  CHECK(choose("https://h/").user == "u");
  CHECK_FALSE(choose("https://h/").tunnel);
  CHECK(choose("http://127.0.0.1/").url != "");  // set explicitly: loopback too
  CHECK(choose("https://direct.example/").url == "");
  CHECK(choose("https://a.inner.example/").url == "");
  CHECK(choose("https://10.0.0.1/").url == "");
  CHECK(choose("https://not-direct.example/").url != "");
  options.proxy.ssl = 1;
  CHECK(choose("https://h/").url == "https://Proxy.example:3128");
  CHECK(choose("https://h/").tls);
  options.proxy.ssl = 3;
  CHECK(choose("http://h/").tunnel);
  options.proxy.auth_scheme = 3;
  CHECK(choose("http://h/").user == "");
  options.proxy.auth_scheme = 2;
  options.proxy.authorization = core::Secret("Own abc");
  CHECK(choose("http://h/").headers.at(0).reveal() == "Proxy-Authorization: Own abc");
  CHECK(choose("http://h/").auth == CURLAUTH_NONE);

  options.firewall.type = 3;
  options.firewall.host = "fw";
  options.firewall.user = "a@b";
  options.firewall.password = core::Secret(":");
  CHECK(choose("http://h/").pre_proxy == "socks5h://a%40b:%3A@fw:1080");
  options.proxy.server.clear();
  CHECK(choose("http://h/").url == "socks5h://fw:1080");
  CHECK(choose("http://h/").user == "a@b");
  options.firewall.type = 10;
  CHECK(choose("http://h/").url == "socks4a://fw:1080");
  options.firewall.type = 1;
  CHECK(choose("http://h/").url == "http://fw:80");
  CHECK(choose("http://h/").tunnel);
  options.proxy.server = "p";
  CHECK_THROWS_AS(choose("http://h/"), core::Error);
  options.firewall.type = 0;
  options.proxy.server = "p@evil";
  CHECK_THROWS_AS(choose("http://h/"), core::Error);
}

TEST_CASE("libcurl's results as documented codes") {
  net::FailureFacts facts;
  facts.host = "h";
  const auto code = [&](CURLcode result) { return net::failure_of(result, facts).code; };
  CHECK(code(CURLE_PARTIAL_FILE) == 1120);
  CHECK(code(CURLE_GOT_NOTHING) == 1120);
  CHECK(code(CURLE_BAD_CONTENT_ENCODING) == 1120);
  CHECK(code(CURLE_HTTP2_STREAM) == 10054);
  CHECK(code(CURLE_HTTP2) == 10054);
  CHECK(code(CURLE_RECV_ERROR) == 10054);
  CHECK(code(CURLE_OPERATION_TIMEDOUT) == 201);
  CHECK(code(CURLE_PROXY) == 118);
  CHECK(code(CURLE_SSL_CERTPROBLEM) == 281);
  CHECK(code(CURLE_PEER_FAILED_VERIFICATION) == 280);
  CHECK_FALSE(net::failure_of(CURLE_PEER_FAILED_VERIFICATION, facts).transient);
  CHECK(net::failure_of(CURLE_HTTP2_STREAM, facts).transient);
  facts.connecting = true;
  CHECK(code(CURLE_OPERATION_TIMEDOUT) == 10060);
  facts.os_errno = ECONNREFUSED;
  CHECK(code(CURLE_COULDNT_CONNECT) == 10061);
  facts.os_errno = EHOSTUNREACH;
  CHECK(code(CURLE_COULDNT_CONNECT) == 10065);
  facts.detail = "bad\r\nline";
  CHECK(net::failure_of(CURLE_COULDNT_CONNECT, facts).text.find('\n') == std::string::npos);
}
