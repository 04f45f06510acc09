// The embedded web server, spoken to by clients that are no browsers.
#include "oauth/redirect_server.h"

#include <doctest/doctest.h>

#include <future>
#include <thread>

#include "core/text.h"
#include "loopback_server.h"
#include "net/curl_transport.h"
#include "oauth_fakes.h"
#include "own_port.h"

using namespace coffer;
using test::get;
using test::http;

namespace {

constexpr std::chrono::milliseconds kNow{0};
constexpr std::chrono::seconds kLong{60};

oauth::Expectation expecting(bool fragment = false) {
  oauth::Expectation expectation;
  expectation.state = core::Secret("the-state");
  expectation.fragment = fragment;
  return expectation;
}

bool says(const std::string& answer, const std::string& words) {
  return answer.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a redirect with our state ends the wait; both families reach it") {
  oauth::RedirectServer server;
  CHECK_FALSE(server.active());
  server.start({});
  REQUIRE(server.active());
  CHECK(server.address() == "http://localhost:" + std::to_string(server.port()));
  for (const bool v6 : {false, true}) {
    CAPTURE(v6);
    if (!test::RawClient(server.port(), v6).connected()) {
      MESSAGE("this machine lacks the family");
      continue;
    }
    server.expect(expecting());
    const std::string page = get(server.port(), "/?code=a%2Bb+c&state=the-state&x=1", v6);
    CHECK(says(page, "HTTP/1.1 200 OK"));
    CHECK(says(page, "Cache-Control: no-store"));
    CHECK(says(page, "Referrer-Policy: no-referrer"));
    CHECK(says(page, "Signed in"));
    const auto fields = server.wait(kLong);
    REQUIRE(fields);
    CHECK(oauth::field_of(*fields, "code") == "a+b c");
    CHECK(oauth::field_of(*fields, "x") == "1");
    // A second answer is nobody's.
    CHECK(says(get(server.port(), "/?code=second&state=the-state", v6), "The sign-in is over"));
    CHECK_FALSE(server.wait(kNow));
  }
}

TEST_CASE("what does not belong to the sign-in neither ends nor breaks the wait") {
  oauth::RedirectServer server;
  server.start({});
  server.expect(expecting());
  const int port = server.port();
  const test::RawClient slow(port);  // half a request, and nothing more
  slow.send("GET /?code=x&state=the-st");
  const test::RawClient silent(port);  // a browser's connection ahead of need
  const struct {
    const char* request;
    const char* status;
  } strays[] = {
      {"GET /favicon.ico", " 404 "},
      {"GET /", " 404 "},
      {"GET /?code=x", " 400 "},
      {"GET /?code=x&state=wrong", " 400 "},
      {"GET /?code=x&state=the-stat", " 400 "},
      {"GET /?code=x&state=the-state2", " 400 "},
      {"GET /?code=x&state=", " 400 "},
      {"GET /?error=access_denied&state=wrong", " 400 "},
      {"GET /?state=the-state", " 400 "},
      {"GET /?code=x&state=the-state&state=wrong", " 400 "},
      {"GET /?code=x&code=y&state=the-state", " 400 "},
      {"HEAD /?code=x&state=the-state", " 400 "},
      {"PUT /?code=x&state=the-state", " 405 "},
      {"DELETE /", " 405 "},
  };
  for (const auto& stray : strays) {
    CAPTURE(stray.request);
    CHECK(says(http(port, stray.request).substr(0, 20), stray.status));
    CHECK_FALSE(server.wait(kNow));
  }
  // Larger than any code: refused, and the next is served.
  CHECK_FALSE(says(get(port, "/?state=the-state&code=" + std::string(200000, 'x')), " 200 "));
  const std::string large = http(port, "POST /", "code=" + std::string(70000, 'x'));
  CHECK(says(large, " 413 "));
  {
    const test::RawClient nonsense(port);
    nonsense.send(std::string("\x16\x03\x01\x00\x05hello\r\n\r\n", 14));
    CHECK_FALSE(says(nonsense.receive(), " 200 "));
  }
  CHECK_FALSE(server.wait(kNow));
  // graph-mail 8.2: codes of 1 to 2 KB, request lines of 16 KB.
  const std::string code(16000, 'c');
  CHECK(says(get(port, "/?code=" + code + "&state=the-state"), " 200 "));
  const auto fields = server.wait(kLong);
  REQUIRE(fields);
  CHECK(oauth::field_of(*fields, "code") == code);
}

TEST_CASE("what belongs to the sign-in before is no answer to this one") {
  oauth::RedirectServer server;
  server.start({});
  server.expect(expecting());
  CHECK(says(get(server.port(), "/?code=old&state=the-state"), " 200 "));
  oauth::Expectation next = expecting();
  next.state = core::Secret("another-state");
  server.expect(next);
  CHECK_FALSE(server.wait(kNow));
  CHECK(says(get(server.port(), "/?code=old&state=the-state"), " 400 "));
  CHECK_FALSE(server.wait(kNow));
  server.forget();
  CHECK(says(get(server.port(), "/?code=old&state=another-state"), "The sign-in is over"));
  CHECK_FALSE(server.wait(kNow));
}

TEST_CASE("refusals show why, escaped, or the page that was set") {
  oauth::RedirectServer server;
  server.start({});
  server.expect(expecting());
  const std::string target =
      "/?error=access_denied&error_description=%3Cb%3Eno%3C%2Fb%3E&state=the-state";
  const std::string page = get(server.port(), target);
  CHECK(says(page, "access_denied: &lt;b&gt;no&lt;/b&gt;"));
  CHECK(says(page, "default-src 'none'"));
  REQUIRE(server.wait(kLong));
  oauth::Expectation expectation = expecting();
  expectation.success_page = "<p>Fine — yours</p>";
  expectation.failure_page = "<p>Not fine</p>";
  server.expect(expectation);
  CHECK(says(get(server.port(), target), "\r\n\r\n<p>Not fine</p>"));
  REQUIRE(server.wait(kLong));
  server.expect(expectation);
  CHECK(says(get(server.port(), "/?code=x&state=the-state"), "\r\n\r\n<p>Fine — yours</p>"));
}

TEST_CASE("implicit: the page hands over what stands behind '#', under the same check") {
  oauth::RedirectServer server;
  server.start({});
  server.expect(expecting(true));
  const int port = server.port();
  CHECK(says(get(port, "/favicon.ico"), " 404 "));
  const std::string page = get(port, "/");
  CHECK(says(page, "location.hash"));
  CHECK(says(page, "form-action 'self'"));
  CHECK(says(http(port, "POST /", "access_token=t&token_type=Bearer&state=wrong"), " 400 "));
  CHECK_FALSE(server.wait(kNow));
  CHECK(says(http(port, "POST /", "access_token=t%2E1&token_type=Bearer&state=the-state"),
             "Signed in"));
  const auto fields = server.wait(kLong);
  REQUIRE(fields);
  CHECK(oauth::field_of(*fields, "access_token") == "t.1");
}

TEST_CASE("a port that is taken, and a server that is used again") {
  oauth::WebServerSettings settings;
  settings.port = test::own_port();
  oauth::RedirectServer first;
  first.start(settings);
  oauth::RedirectServer second;
  std::string text;
  CHECK(test::code_of([&] { second.start(settings); }, &text) == 10048);
  CHECK(says(text, "OAuthWebServerPort"));
  CHECK_FALSE(second.active());
  first.start(settings);  // its own port
  CHECK(first.port() == settings.port);
  first.start({});  // any port: the one that there is
  CHECK(first.port() == settings.port);
  first.stop();
  CHECK(first.port() == 0);
  CHECK(first.address() == "");
  CHECK_FALSE(test::RawClient(settings.port).connected());
  second.start(settings);
  CHECK(second.port() == settings.port);
}

TEST_CASE("hosts choose the family; other names only the address that is shown") {
  for (const char* host : {"127.0.0.1", "::1", "[::1]", "my-machine.example"}) {
    CAPTURE(host);
    oauth::RedirectServer server;
    oauth::WebServerSettings settings;
    settings.host = host;
    settings.port = test::own_port();
    if (test::code_of([&] { server.start(settings); }) != 0) continue;  // no IPv6 here
    const std::string shown = std::string(host) == "::1" ? "[::1]" : host;
    CHECK(server.address() == "http://" + shown + ":" + std::to_string(server.port()));
    const bool only_v6 = shown == "[::1]";
    CHECK(test::RawClient(server.port()).connected() == !only_v6);
    if (std::string(host) == "127.0.0.1") {
      CHECK_FALSE(test::RawClient(server.port(), true).connected());
    }
  }
}

TEST_CASE("nothing but the loopback interfaces is listened on") {
  for (const auto family :
       {loopback::Family::kIPv4, loopback::Family::kIPv6, loopback::Family::kBoth}) {
    loopback::Listening listening;
    if (test::code_of([&] { listening = loopback::listen_on_loopback(family, 0); }) != 0) continue;
    for (const loopback::Socket& socket : listening.sockets) {
      sockaddr_storage address{};
      socklen_t size = sizeof address;
      REQUIRE(getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
      if (address.ss_family == AF_INET) {
        sockaddr_in four{};
        std::memcpy(&four, &address, sizeof four);
        CHECK(four.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
        CHECK(ntohs(four.sin_port) == listening.port);
      } else {
        sockaddr_in6 six{};
        std::memcpy(&six, &address, sizeof six);
        CHECK(std::memcmp(&six.sin6_addr, &in6addr_loopback, sizeof six.sin6_addr) == 0);
        CHECK(ntohs(six.sin6_port) == listening.port);
      }
    }
    CHECK(listening.sockets.size() <= (family == loopback::Family::kBoth ? 2U : 1U));
  }
}

TEST_CASE("stopping ends the wait, and gives an answer that is on its way its time") {
  oauth::RedirectServer server;
  server.start({});
  server.expect(expecting());
  std::thread stopper([&] { server.stop(); });
  CHECK(test::code_of([&] {
          while (true)
            server.wait(kLong);
        }) == 301);
  stopper.join();
  server.start({});
  server.expect(expecting());
  const test::RawClient client(server.port());
  client.send("GET /?code=x&state=the-state HTTP/1.1\r\nHost: localhost\r\n\r\n");
  REQUIRE(server.wait(kLong));
  server.stop();
  CHECK(says(client.receive(), "Signed in"));
}

TEST_CASE("an answer that is being made when the server goes still goes out") {
  std::promise<void> entered;
  std::promise<void> leave;
  auto server = std::make_unique<loopback::HttpServer>(loopback::HttpServerOptions{},
                                                       [&](const loopback::Request&) {
                                                         entered.set_value();
                                                         leave.get_future().wait();
                                                         loopback::Response response;
                                                         response.body = "late";
                                                         return response;
                                                       });
  const int port = server->port();
  const test::RawClient client(port);
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  entered.get_future().wait();
  std::thread stopper([&] { server.reset(); });
  // Refused connections say that the server is on its way out.
  while (test::RawClient(port).connected()) {
  }
  leave.set_value();
  CHECK(says(client.receive(), "\r\n\r\nlate"));
  stopper.join();
}

TEST_CASE("https with the certificate that was set, and only that") {
  const test::TestCertificate authority = test::authority();
  const test::TestCertificate leaf = test::issued_by(authority, {});
  const std::string both = leaf.pem();
  oauth::WebServerSettings settings;
  settings.tls = true;
  oauth::RedirectServer server;
  CHECK(test::code_of([&] { server.start(settings); }) == 272);
  settings.key_pem = core::Secret("-----BEGIN nonsense");
  settings.certificate_pem = both;
  CHECK(test::code_of([&] { server.start(settings); }) == 270);
  settings.key_pem = core::Secret(leaf.key_pem());
  server.start(settings);
  CHECK(server.address().substr(0, 8) == "https://");
  server.expect(expecting());
  CHECK_FALSE(says(get(server.port(), "/?code=x&state=the-state"), " 200 "));  // plain http
  CHECK_FALSE(server.wait(kNow));
  net::TransportOptions options;
  options.server_ca_pem = authority.pem();
  const auto transport = net::make_curl_transport(options);
  net::Request request;
  request.url = server.address() + "/?code=x&state=the-state";
  std::optional<net::Outcome> outcome;
  transport->start(request, nullptr, [&](net::Outcome&& came) { outcome = std::move(came); });
  while (!outcome)
    transport->run_once(std::chrono::milliseconds(100));
  CHECK(outcome->text == "");
  CHECK(outcome->reply.status == 200);
  CHECK(server.wait(kLong));
}

TEST_CASE("forms") {
  const loopback::Fields fields = loopback::parse_form("a=1&b=x+y%26&&c&%zz=1&=2&d=%00");
  CHECK(fields ==
        loopback::Fields{{"a", "1"}, {"b", "x y&"}, {"c", ""}, {"d", std::string(1, '\0')}});
}
