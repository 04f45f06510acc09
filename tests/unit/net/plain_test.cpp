// The transport over plain http: replies, faults to the octet, limits, redirects.
#include <doctest/doctest.h>
#include <zlib.h>

#include "core/error.h"
#include "net_test.h"

using namespace coffer;
using coffer::test::Client;
using coffer::test::Collector;
using coffer::test::get;
using coffer::test::LoopbackServer;
using coffer::test::options_for;
using coffer::test::Peer;

namespace {

// One connection that sends these octets after the request, then ends the way `end` says.
LoopbackServer::Script sends(const std::string& octets, void (Peer::*end)()) {
  return [octets, end](Peer& peer) {
    peer.request();
    peer.send(octets);
    (peer.*end)();
  };
}

net::Outcome fetch(LoopbackServer& server) {
  Client client(options_for(server.url()));
  return client.run(get(server.url()));
}

std::string gzip(const std::string& text, int form = 16 + MAX_WBITS) {
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, form, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  std::string in = text;
  z.next_in = reinterpret_cast<unsigned char*>(in.data());
  z.avail_in = static_cast<unsigned>(in.size());
  z.next_out = reinterpret_cast<unsigned char*>(out.data());
  z.avail_out = static_cast<unsigned>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

LoopbackServer::Script encoded(const std::string& body, const std::string& how) {
  return [body, how](Peer& peer) {
    while (!peer.request().empty()) {
      peer.reply(body, "200 OK", "Content-Encoding: " + how + "\r\n");
    }
  };
}

std::string header_value(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "(absent)";
  const std::size_t from = at + name.size() + 4;
  return request.substr(from, request.find("\r\n", from) - from);
}

}  // namespace

TEST_CASE("a reply comes whole, with status line and header") {
  LoopbackServer server([](Peer& peer) {
    while (!peer.request().empty())
      peer.reply("hello", "200 Fine", "X-One: 1\r\n");
  });
  Client client(options_for(server.url()));
  const net::Outcome outcome = client.run(get(server.url("/a?b=c")));
  CHECK(outcome.code == 0);
  CHECK(outcome.text == "");
  CHECK(outcome.reply.status == 200);
  CHECK(outcome.reply.status_line == "HTTP/1.1 200 Fine");
  CHECK(outcome.reply.header("x-one") == "1");
  CHECK(outcome.reply.body == "hello");
  CHECK(outcome.reply.wire_octets == 5);
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests()[0].find("GET /a?b=c HTTP/1.1\r\n") == 0);
  CHECK(client.transport().requests_sent() == 1);
}

TEST_CASE("the reply after interim replies counts, and trailers are not header fields") {
  LoopbackServer server(
      sends("HTTP/1.1 103 Early Hints\r\nX-Hint: 1\r\n\r\n"
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            "5\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n",
            &Peer::wait_for_client_to_go));
  const net::Outcome outcome = fetch(server);
  CHECK(outcome.code == 0);
  CHECK(outcome.reply.status == 200);
  CHECK(outcome.reply.body == "hello");
  CHECK(outcome.reply.header("X-Hint") == "");
  CHECK(outcome.reply.header("X-Trailer") == "");
}

TEST_CASE("a body is whole only with its last octet") {
  struct Fault {
    const char* what;
    const char* octets;
    void (Peer::*end)();
    int code;
  };
  const Fault faults[] = {
      {"Content-Length not reached", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
       &Peer::end, 1120},
      {"no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
       &Peer::end, 1120},
      {"cut inside a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello",
       &Peer::end, 1120},
      {"the end of the connection is no proof", "HTTP/1.1 200 OK\r\n\r\nhello", &Peer::end, 1120},
      {"HTTP/1.0 without a length", "HTTP/1.0 200 OK\r\n\r\nhello", &Peer::end, 1120},
      {"a length beyond all numbers",
       "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello", &Peer::end, 1120},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Length: 5\r\n\r\nhello",
       &Peer::end, 706},
      {"a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello", &Peer::end,
       706},
      {"a transfer coding that nobody asked for",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello", &Peer::end, 706},
      {"no coding at all", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhello",
       &Peer::end, 706},
      {"nothing at all", "", &Peer::end, 1120},
      {"only half a header", "HTTP/1.1 200 OK\r\nContent-", &Peer::end, 1120},
      {"reset in the body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", &Peer::reset,
       10054},
  };
  for (const Fault& fault : faults) {
    CAPTURE(fault.what);
    LoopbackServer server(sends(fault.octets, fault.end));
    const net::Outcome outcome = fetch(server);
    CHECK(outcome.code == fault.code);
    CHECK(outcome.transient);
    CHECK(outcome.text.find('\n') == std::string::npos);
    CHECK(outcome.text != "");
  }
}

TEST_CASE("what is not HTTP is 706") {
  for (const char* octets : {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "<html>hello</html>"}) {
    LoopbackServer server(sends(octets, &Peer::end));
    CHECK(fetch(server).code == 706);
  }
}

TEST_CASE("a header without end is given up") {
  LoopbackServer server([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\n");
    while (peer.send("X-Long: " + std::string(4000, 'x') + "\r\n")) {
    }
  });
  const net::Outcome outcome = fetch(server);
  CHECK(outcome.code != 0);
}

TEST_CASE("nobody there, unknown host") {
  int port = 0;
  {
    LoopbackServer gone(nullptr);
    port = gone.port();
  }
  const std::string url = "http://127.0.0.1:" + std::to_string(port) + "/";
  Client client(options_for(url));
  const net::Outcome refused = client.run(get(url));
  CHECK(refused.code == 10061);
  CHECK(refused.transient);
  const net::Outcome unknown = client.run(get("http://no-such-host.invalid/"));
  CHECK(unknown.code == 11001);
  CHECK(unknown.transient);
  CHECK(unknown.text.find("no-such-host.invalid") != std::string::npos);
  CHECK(client.transport().requests_sent() == 0);
}

TEST_CASE("a service that goes silent is given up after the timeout") {
  LoopbackServer server(
      sends("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", &Peer::wait_for_client_to_go));
  net::TransportOptions options = options_for(server.url());
  options.timeout_seconds = 1;
  Client client(std::move(options));
  const auto begin = std::chrono::steady_clock::now();
  const net::Outcome outcome = client.run(get(server.url()));
  CHECK(outcome.code == 201);
  CHECK(outcome.transient);
  CHECK(outcome.reply.status == 200);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE("progress keeps a slow transfer alive, an absolute timeout does not care") {
  // Each piece is sent when the one before has reached the client: no sleeping, but a pace.
  const auto slow = [](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
    for (int i = 0; i < 6; ++i) {
      std::mutex mutex;
      std::unique_lock<std::mutex> lock(mutex);
      std::condition_variable never;
      never.wait_for(lock, std::chrono::milliseconds(300));  // the pace itself is what is tested
      if (!peer.send("x")) return;
    }
    peer.wait_for_client_to_go();
  };
  LoopbackServer server(slow);
  net::TransportOptions options = options_for(server.url());
  options.timeout_seconds = 1;
  {
    Client client(options);
    const net::Outcome outcome = client.run(get(server.url()));
    CHECK(outcome.code == 0);
    CHECK(outcome.reply.body == "xxxxxx");
  }
  options.absolute_timeout = true;
  Client client(options);
  const net::Outcome outcome = client.run(get(server.url()));
  CHECK(outcome.code == 201);
}

TEST_CASE("a sink takes the body of a 200 and nothing else") {
  LoopbackServer server([](Peer& peer) {
    while (true) {
      const std::string request = peer.request();
      if (request.empty()) return;
      const bool bad = request.find("GET /bad") == 0;
      peer.reply(bad ? "sorry" : "content", bad ? "404 Not Found" : "200 OK");
    }
  });
  Client client(options_for(server.url()));
  auto sink = std::make_shared<Collector>();
  const net::Outcome good = client.run(get(server.url("/good")), sink);
  CHECK(good.code == 0);
  CHECK(good.reply.body == "");
  CHECK(sink->text == "content");
  const net::Outcome bad = client.run(get(server.url("/bad")), sink);
  CHECK(bad.code == 0);
  CHECK(bad.reply.status == 404);
  CHECK(bad.reply.body == "sorry");
  CHECK(sink->text == "content");
}

TEST_CASE("a sink may end the transfer, and its errors are the outcome") {
  LoopbackServer server(LoopbackServer::always(std::string(100000, 'x')));
  Client client(options_for(server.url()));
  auto sink = std::make_shared<Collector>();
  sink->refuse_after = 10;
  const net::Outcome outcome = client.run(get(server.url()), sink);
  CHECK(outcome.code == 1120);
  CHECK_FALSE(outcome.transient);

  struct Full final : net::BodySink {
    bool write(const char*, std::size_t) override { throw core::Error(711, "The disk is full."); }
  };
  const net::Outcome full = client.run(get(server.url()), std::make_shared<Full>());
  CHECK(full.code == 711);
  CHECK(full.text == "The disk is full.");
}

TEST_CASE("the body of an error is kept up to 64 KiB and read to its end") {
  LoopbackServer server([](Peer& peer) {
    while (!peer.request().empty()) {
      peer.reply(std::string(200000, 'e'), "500 Internal Server Error");
    }
  });
  Client client(options_for(server.url()));
  for (int i = 0; i < 2; ++i) {
    const net::Outcome outcome = client.run(get(server.url()));
    CHECK(outcome.code == 0);
    CHECK(outcome.reply.status == 500);
    CHECK(outcome.reply.body == std::string(65536, 'e'));
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("compressed bodies are decoded") {
  const std::string text(70000, 'a');
  const std::string zlib = gzip(text, MAX_WBITS);
  const std::string raw = gzip(text, -MAX_WBITS);
  const struct {
    std::string body;
    const char* how;
  } cases[] = {{gzip(text), "gzip"},
               {gzip(text), "x-gzip"},
               {zlib, "deflate"},
               {raw, "Deflate"},
               {gzip(text.substr(0, 30000)) + gzip(text.substr(30000)), "gzip"},
               {text, "identity"}};
  for (const auto& one : cases) {
    CAPTURE(one.how);
    LoopbackServer server(encoded(one.body, one.how));
    Client client(options_for(server.url()));
    const net::Outcome outcome = client.run(get(server.url()));
    CHECK(outcome.code == 0);
    CHECK((outcome.reply.body == text));
    CHECK(outcome.reply.wire_octets == one.body.size());
    CHECK(header_value(server.requests().at(0), "Accept-Encoding") == "gzip, deflate");
  }
}

TEST_CASE("what cannot be decoded is 1120 and worth another try") {
  const std::string packed = gzip("hello, this is a text of some length");
  std::string broken = packed;
  broken[packed.size() / 2] = static_cast<char>(broken[packed.size() / 2] ^ 0x55);
  const struct {
    const char* what;
    std::string body;
    const char* how;
  } cases[] = {{"cut, but the length agrees", packed.substr(0, packed.size() - 3), "gzip"},
               {"only the first octet", packed.substr(0, 1), "deflate"},
               {"a flipped bit", broken, "gzip"},
               {"no gzip at all", "plain text", "gzip"},
               {"an encoding that nobody asked for", packed, "br"}};
  for (const auto& one : cases) {
    CAPTURE(one.what);
    LoopbackServer server(encoded(one.body, one.how));
    const net::Outcome outcome = fetch(server);
    CHECK(outcome.code == 1120);
    CHECK(outcome.transient);
  }
}

TEST_CASE("a small reply that decodes to a huge one is stopped") {
  LoopbackServer server(encoded(gzip(std::string(8 << 20, '\0')), "gzip"));
  for (const bool with_sink : {false, true}) {
    Client client(options_for(server.url()));
    net::Request request = get(server.url());
    request.max_reply = 1 << 20;
    auto sink = std::make_shared<Collector>();
    const net::Outcome outcome = client.run(request, with_sink ? sink : nullptr);
    CHECK(outcome.code == 706);
    CHECK_FALSE(outcome.transient);
    CHECK(sink->text.size() <= request.max_reply);
    CHECK(outcome.reply.body.size() <= request.max_reply);
  }
}

TEST_CASE("header fields that could smuggle others are refused before anything is sent") {
  LoopbackServer server(LoopbackServer::always("x"));
  Client client(options_for(server.url()));
  const auto refused = [&](const net::Request& request) {
    try {
      client.transport().start(request, nullptr, [](net::Outcome&&) {});
    } catch (const core::Error& error) {
      return error.code();
    }
    return 0;
  };
  net::Request request = get(server.url());
  request.headers = {"X-A: 1\r\nX-B: 2"};
  CHECK(refused(request) == 713);
  request.headers = {std::string("X-A: 1\0", 7)};
  CHECK(refused(request) == 713);
  request.headers.clear();
  request.authorization = "Bearer a\nb";
  CHECK(refused(request) == 713);
  request.authorization.clear();
  request.method = "GET / HTTP/1.1\r\nX: y";
  CHECK(refused(request) == 713);
  CHECK(refused(get("http://user:pw@127.0.0.1/")) == 713);
  CHECK(refused(get("ftp://127.0.0.1/")) == 713);
  CHECK(refused(get("/relative")) == 713);
  CHECK(server.connections() == 0);
}

TEST_CASE("a request carries what the settings say") {
  LoopbackServer server(LoopbackServer::always("x"));
  net::TransportOptions options = options_for(server.url());
  options.other_headers = {"X-Own: yes", "X-Empty:"};
  net::Request request = get(server.url("/p"));
  request.authorization = "Bearer abc";
  request.headers = {"Accept: application/json"};
  {
    Client client(options);
    CHECK(client.run(request).code == 0);
    request.method = "POST";
    request.body = "{\"a\":1}";
    request.headers.emplace_back("Content-Type: application/json");
    CHECK(client.run(request).code == 0);
  }
  const std::string first = server.requests().at(0);
  CHECK(header_value(first, "Authorization") == "Bearer abc");
  CHECK(header_value(first, "X-Own") == "yes");
  CHECK(first.find("\r\nX-Empty:") != std::string::npos);
  CHECK(header_value(first, "User-Agent") == "coffer/test");
  CHECK(header_value(first, "Accept") == "application/json");
  CHECK(header_value(first, "Connection") == "(absent)");
  const std::string second = server.requests().at(1);
  CHECK(second.find("POST /p HTTP/1.1") == 0);
  CHECK(second.substr(second.size() - 7) == "{\"a\":1}");
  CHECK(header_value(second, "Expect") == "(absent)");
  CHECK(server.connections() == 1);

  options.keep_alive = false;
  options.compression = false;
  options.http_version = net::HttpVersion::k10;
  Client closing(options);
  CHECK(closing.run(get(server.url())).code == 0);
  CHECK(closing.run(get(server.url())).code == 0);
  CHECK(server.connections() == 3);
  const std::string third = server.requests().at(2);
  CHECK(third.find("GET / HTTP/1.0\r\n") == 0);
  CHECK(header_value(third, "Connection") == "close");
  CHECK(header_value(third, "Accept-Encoding") == "(absent)");
}

TEST_CASE("a retry may ask for a fresh connection") {
  LoopbackServer server(LoopbackServer::always("x"));
  Client client(options_for(server.url()));
  net::Request request = get(server.url());
  CHECK(client.run(request).code == 0);
  CHECK(client.run(request).code == 0);
  CHECK(server.connections() == 1);
  request.fresh_connection = true;
  CHECK(client.run(request).code == 0);
  CHECK(server.connections() == 2);
}

TEST_CASE("never more transfers at once than connections are allowed") {
  std::mutex mutex;
  int now = 0;
  int peak = 0;
  LoopbackServer server([&](Peer& peer) {
    while (!peer.request().empty()) {
      {
        const std::lock_guard<std::mutex> lock(mutex);
        peak = std::max(peak, ++now);
      }
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n");
      {
        const std::lock_guard<std::mutex> lock(mutex);
        --now;
      }
      peer.send("x");
    }
  });
  net::TransportOptions options = options_for(server.url());
  options.max_connections = 3;
  Client client(options);
  int done = 0;
  for (int i = 0; i < 30; ++i) {
    client.transport().start(get(server.url()), nullptr,
                             [&](net::Outcome&& outcome) { done += outcome.code == 0 ? 1 : 0; });
  }
  CHECK(client.until([&] { return done == 30; }));
  CHECK(server.connections() <= 3);
  CHECK(peak <= 3);
}

TEST_CASE("an idle connection elsewhere does not use up the limit for ever") {
  LoopbackServer one(LoopbackServer::always("1"));
  LoopbackServer two(LoopbackServer::always("2"));
  net::TransportOptions options = options_for(one.url());
  options.max_connections = 1;
  Client client(options);
  for (int i = 0; i < 3; ++i) {
    CHECK(client.run(get(one.url())).reply.body == "1");
    CHECK(client.run(get(two.url())).reply.body == "2");
  }
}

TEST_CASE("a cancelled request never completes, wherever it is") {
  LoopbackServer server(
      sends("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", &Peer::wait_for_client_to_go));
  Client client(options_for(server.url()));
  bool completed = false;
  const auto done = [&](net::Outcome&&) { completed = true; };

  SUBCASE("before it started") {
    client.transport().cancel(client.transport().start(get(server.url()), nullptr, done));
    client.transport().run_once(std::chrono::milliseconds(0));
    CHECK(server.connections() == 0);
  }
  SUBCASE("in the middle, from outside") {
    auto sink = std::make_shared<Collector>();
    const auto id = client.transport().start(get(server.url()), sink, done);
    REQUIRE(client.until([&] { return sink->text == "hello"; }));
    client.transport().cancel(id);
  }
  SUBCASE("in the middle, from its own sink") {
    struct Cancelling final : net::BodySink {
      std::function<void()> cancel;
      int calls = 0;
      bool write(const char*, std::size_t) override {
        ++calls;
        cancel();
        return true;
      }
    };
    auto sink = std::make_shared<Cancelling>();
    std::uint64_t id = 0;
    sink->cancel = [&] { client.transport().cancel(id); };
    id = client.transport().start(get(server.url()), sink, done);
    REQUIRE(client.until([&] { return sink->calls > 0; }));
  }
  LoopbackServer other(LoopbackServer::always("still alive"));
  CHECK(client.run(get(other.url())).reply.body == "still alive");
  CHECK_FALSE(completed);
}

TEST_CASE("wake ends a wait from another thread") {
  Client client(options_for("http://127.0.0.1:1/"));
  std::thread other([&] { client.transport().wake(); });
  const auto begin = std::chrono::steady_clock::now();
  client.transport().run_once(std::chrono::seconds(30));
  other.join();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}

TEST_CASE("redirects") {
  LoopbackServer elsewhere(LoopbackServer::always("from elsewhere"));
  std::string target = elsewhere.url("/there");
  std::string status = "302 Found";
  LoopbackServer server([&](Peer& peer) {
    while (true) {
      const std::string request = peer.request();
      if (request.empty()) return;
      const bool loop = request.find(" /loop") != std::string::npos;
      if (request.find(" /home") != std::string::npos) {
        peer.reply("home");
      } else {
        peer.reply("moved", status, "Location: " + (loop ? "/loop" : target) + "\r\n");
      }
    }
  });
  net::TransportOptions options = options_for(server.url());
  options.other_headers = {"X-Own: secret", "Cookie: a=b"};
  net::Request request = get(server.url());
  request.authorization = "Bearer secret";

  SUBCASE("are reported when nothing says to follow them") {
    Client client(options);
    const net::Outcome outcome = client.run(request);
    CHECK(outcome.code == 151);
    CHECK_FALSE(outcome.transient);
    CHECK(outcome.reply.status == 302);
    CHECK(outcome.text.find("302") != std::string::npos);
    CHECK(elsewhere.connections() == 0);
  }
  SUBCASE("to another origin go without anything of ours") {
    options.follow_redirects = 1;
    Client client(options);
    auto sink = std::make_shared<Collector>();
    const net::Outcome outcome = client.run(request, sink);
    CHECK(outcome.code == 0);
    CHECK(sink->text == "from elsewhere");
    const std::string seen = elsewhere.received();
    CHECK(seen.find("GET /there") == 0);
    CHECK(seen.find("secret") == std::string::npos);
    CHECK(seen.find("Cookie") == std::string::npos);
    CHECK(server.received().find("Authorization: Bearer secret") != std::string::npos);
  }
  SUBCASE("within the origin keep what is ours") {
    target = "/home";
    options.follow_redirects = 2;
    Client client(options);
    CHECK(client.run(request).reply.body == "home");
    CHECK(header_value(server.requests().at(1), "Authorization") == "Bearer secret");
  }
  SUBCASE("are not followed for ever") {
    options.follow_redirects = 1;
    options.max_redirects = 3;
    Client client(options);
    request.url = server.url("/loop");
    CHECK(client.run(request).code == 151);
    CHECK(server.requests().size() == 4);
  }
  SUBCASE("to what is no http URL are refused") {
    options.follow_redirects = 1;
    Client client(options);
    for (const char* bad : {"ftp://127.0.0.1/", "file:///etc/passwd", "http://u:p@127.0.0.1/"}) {
      target = bad;
      CHECK(client.run(request).code == 706);
    }
    CHECK(elsewhere.connections() == 0);
  }
  SUBCASE("of a POST are followed only when every redirect is") {
    request.method = "POST";
    request.body = "payload";
    options.follow_redirects = 2;
    {
      Client client(options);
      CHECK(client.run(request).code == 151);
    }
    options.follow_redirects = 1;
    status = "303 See Other";
    Client client(options);
    CHECK(client.run(request).code == 0);
    CHECK(elsewhere.received().find("GET /there") == 0);
    CHECK(elsewhere.received().find("payload") == std::string::npos);
  }
  SUBCASE("of a token request are never followed") {
    options.follow_redirects = 1;
    request.method = "POST";
    request.body = "client_secret=hush";
    request.peer = net::Peer::kToken;
    status = "307 Temporary Redirect";
    Client client(options);
    CHECK(client.run(request).code == 151);
    CHECK(elsewhere.connections() == 0);
  }
}

TEST_CASE("Authorization and OtherHeaders go to the service's origin alone") {
  LoopbackServer service(LoopbackServer::always("x"));
  LoopbackServer other(LoopbackServer::always("x"));
  net::TransportOptions options = options_for(service.url());
  options.other_headers = {"X-Own: secret"};
  Client client(options);
  const auto ask = [&](const std::string& url, net::Peer peer) {
    net::Request request = get(url);
    request.authorization = "Bearer secret";
    request.peer = peer;
    CHECK(client.run(request).code == 0);
  };
  ask(other.url(), net::Peer::kService);                    // another port
  ask(service.url("/", "localhost"), net::Peer::kService);  // another name of the same server
  ask(service.url(), net::Peer::kToken);                    // not meant for a token server
  CHECK(other.received().find("secret") == std::string::npos);
  CHECK(service.received().find("secret") == std::string::npos);
  ask(service.url(), net::Peer::kService);
  CHECK(service.received().find("Bearer secret") != std::string::npos);
  CHECK(service.received().find("X-Own: secret") != std::string::npos);
}

TEST_CASE("HTTPVersion 2.0 does not exist over plain http") {
  LoopbackServer server(LoopbackServer::always("x"));
  net::TransportOptions options = options_for(server.url());
  options.http_version = net::HttpVersion::k20;
  Client client(options);
  CHECK(client.run(get(server.url())).code == 713);
  CHECK(server.connections() == 0);
}

TEST_CASE("the log tells requests, and no secret") {
  LoopbackServer server([](Peer& peer) {
    while (!peer.request().empty()) {
      peer.reply("{\"access_token\":\"hush1\",\"a\":1}", "200 OK", "Set-Cookie: s=hush2\r\n");
    }
  });
  core::Log log;
  std::vector<std::string> entries;
  log.set_sink([&](int level, const std::string& message, const char* type) {
    entries.push_back(std::to_string(level) + " " + type + " " + message);
  });
  net::TransportOptions options = options_for(server.url());
  options.log = &log;
  net::Request request = get(server.url("/x?code=hush3"));
  request.method = "POST";
  request.authorization = "Bearer hush4";
  request.body = "client_secret=hush5&grant_type=x";
  for (const auto& [level, expected] :
       std::vector<std::pair<int, std::size_t>>{{0, 0}, {1, 1}, {2, 3}, {3, 5}}) {
    CAPTURE(level);
    log.set_level(level);
    entries.clear();
    Client client(options);
    CHECK(client.run(request).code == 0);
    CHECK(entries.size() == expected);
    for (const std::string& entry : entries)
      CHECK(entry.find("hush") == std::string::npos);
  }
  CHECK(entries.at(0).find("2 RequestHeaders POST /x?code=****** HTTP/1.1\r\n") == 0);
  CHECK(entries.at(0).find("Authorization: Bearer ******") != std::string::npos);
  CHECK(entries.at(1).find("3 RequestBody client_secret=******&grant_type=x") == 0);
  CHECK(entries.at(2).find("2 ResponseHeaders HTTP/1.1 200 OK\r\n") == 0);
  CHECK(entries.at(3).find("3 ResponseBody {\"access_token\":\"******\",\"a\":1}") == 0);
  CHECK(entries.at(4).find("1 Info POST http://127.0.0.1:") == 0);
  CHECK(entries.at(4).find(" -> 200 OK, 30 octets, ") != std::string::npos);
}
