// The transport over plain http: replies, faults to the octet, silence.
#include <doctest/doctest.h>

#include "own_port.h"
#include "plain_test.h"

using namespace coffer;
using namespace coffer::test;

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
  const std::string url = "http://127.0.0.1:" + std::to_string(own_port()) + "/";
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
  options.timeout_seconds = 3;
  Client client(std::move(options));
  const auto begin = std::chrono::steady_clock::now();
  const net::Outcome outcome = client.run(get(server.url()));
  CHECK(outcome.code == 201);
  CHECK(outcome.transient);
  CHECK(outcome.reply.status == 200);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
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
      never.wait_for(lock, std::chrono::milliseconds(700));  // the pace itself is what is tested
      if (!peer.send("x")) return;
    }
    peer.wait_for_client_to_go();
  };
  LoopbackServer server(slow);
  net::TransportOptions options = options_for(server.url());
  options.timeout_seconds = 3;
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
