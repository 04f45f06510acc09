// Where bodies go, and how compressed ones are read.
#include <doctest/doctest.h>

#include "core/error.h"
#include "plain_test.h"

using namespace coffer;
using namespace coffer::test;

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
