// The transport over plain http: replies, faults to the octet, limits.
#include <doctest/doctest.h>

#include "net_test.h"

using namespace coffer;
using coffer::test::Client;
using coffer::test::get;
using coffer::test::LoopbackServer;
using coffer::test::options_for;
using coffer::test::Peer;

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
