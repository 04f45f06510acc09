// Redirects, and what of ours goes to whom.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>

#include "plain_test.h"

using namespace coffer;
using namespace coffer::test;

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

TEST_CASE("a redirect is followed at once") {
  using Clock = std::chrono::steady_clock;
  std::atomic<int> hops{0};
  std::atomic<int> soon{0};
  LoopbackServer server([&](Peer& peer) {
    auto answered = Clock::now() - std::chrono::hours(1);
    for (; !peer.request().empty(); answered = Clock::now()) {
      // A wait for something that had come already would be 200 ms or more each time.
      if (Clock::now() - answered < std::chrono::milliseconds(150)) ++soon;
      if (++hops > 40) {
        peer.reply("there");
      } else {
        peer.reply("moved", "302 Found", "Location: /next\r\n");
      }
    }
  });
  net::TransportOptions options = options_for(server.url());
  options.follow_redirects = 1;
  options.max_redirects = 40;
  Client client(options);
  CHECK(client.run(get(server.url())).reply.body == "there");
  CHECK(soon > 10);  // of forty: a busy machine delays some
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
