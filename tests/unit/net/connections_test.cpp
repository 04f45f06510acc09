// How many connections there are, how long they live, and how a wait for them ends.
#include <doctest/doctest.h>

#include "plain_test.h"

using namespace coffer;
using namespace coffer::test;

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
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(25));
}
