// Bodies of requests that have to be sent twice, names outside ASCII, and a rate for all.
#include <doctest/doctest.h>

#include <atomic>

#include "net/idna.h"
#include "net/upload.h"
#include "net_test.h"

using namespace coffer;
using namespace coffer::test;

namespace {

// Octets up to the last chunk: LoopbackServer's own reader knows Content-Length alone.
std::string chunked_request(Peer& peer) {
  std::string all;
  while (all.find("\r\n0\r\n\r\n") == std::string::npos) {
    const std::string more = peer.read_some();
    if (more.empty()) return all;
    all += more;
  }
  return all;
}

}  // namespace

TEST_CASE("a chunked body is sent from its beginning when the connection turns out to be gone") {
  std::atomic<int> connections{0};
  LoopbackServer server([&](Peer& peer) {
    ++connections;
    chunked_request(peer);
    peer.reply("x");
    chunked_request(peer);
    peer.end();  // no answer: the connection had been given up while it lay idle
  });
  net::TransportOptions options = options_for(server.url());
  options.chunked = true;
  options.chunk_size = 3;
  Client client(options);
  net::Request request = get(server.url());
  request.method = "POST";
  request.body = "eight***";
  CHECK(client.run(request).code == 0);
  CHECK(client.run(request).code == 0);
  CHECK(connections == 2);
  const std::string all = server.received();
  int bodies = 0;
  for (std::size_t at = 0;
       (at = all.find("3\r\neig\r\n3\r\nht*\r\n2\r\n**\r\n0\r\n\r\n", at)) != std::string::npos;
       ++at) {
    ++bodies;
  }
  CHECK(bodies == 3);
}

TEST_CASE("hosts outside ASCII are converted whatever the locale, and nothing else of a URL is") {
  if (!net::knows_idna()) return;
  CHECK(net::with_ascii_host("https://b\xC3\xBC"
                             "cher.example:8443/a%20b?c=\xC3\xBC") ==
        "https://xn--bcher-kva.example:8443/a%20b?c=\xC3\xBC");
  CHECK(net::with_ascii_host("https://stra\xC3\x9F"
                             "e.example/") == "https://xn--strae-oqa.example/");
  CHECK(net::with_ascii_host("https://plain.example/x") == "https://plain.example/x");
  CHECK(net::with_ascii_host("https://bad\xFFname.example/") == "");
  CHECK(net::with_ascii_host("https://" + std::string(70, 'x') + "\xC3\xBC.example/") == "");
  CHECK(net::with_ascii_host("no url") == "no url");
}

TEST_CASE("without UseIDNs no host outside ASCII is looked up") {
  Client client(options_for("https://plain.example/"));
  const net::Outcome outcome =
      client.run(get("https://b\xC3\xBC"
                     "cher.example/"));
  CHECK(outcome.code == 11001);
  CHECK(outcome.text.find("UseIDNs") != std::string::npos);
  CHECK_FALSE(outcome.transient);
}

TEST_CASE("MaxTransferRate is the rate of all transfers together") {
  LoopbackServer server(LoopbackServer::always(std::string(20000, 'x')));
  net::TransportOptions options = options_for(server.url());
  options.max_transfer_rate = 100000;
  options.max_connections = 4;
  Client client(options);
  int done = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 6; ++i) {
    client.transport().start(get(server.url()), nullptr, [&](net::Outcome&& outcome) {
      CHECK(outcome.code == 0);
      CHECK(outcome.reply.body.size() == 20000);
      ++done;
    });
  }
  CHECK(client.until([&] { return done == 6; }));
  const auto took = std::chrono::steady_clock::now() - begin;
  // 120,000 octets; the last piece is not waited for.
  CHECK(took > std::chrono::milliseconds(1000));
  CHECK(took < std::chrono::seconds(30));
}

TEST_CASE("waiting for the rate is no lack of progress") {
  LoopbackServer server(LoopbackServer::always(std::string(1500, 'x')));
  net::TransportOptions options = options_for(server.url());
  options.max_transfer_rate = 250;  // a piece of 1024 octets takes 4 s
  options.timeout_seconds = 3;
  Client client(options);
  CHECK(client.run(get(server.url())).code == 0);
}

TEST_CASE("a request that waits for the rate can be cancelled") {
  LoopbackServer server(LoopbackServer::always(std::string(100000, 'x')));
  net::TransportOptions options = options_for(server.url());
  options.max_transfer_rate = 2000;
  Client client(options);
  bool completed = false;
  auto sink = std::make_shared<test::Collector>();
  const auto id =
      client.transport().start(get(server.url()), sink, [&](net::Outcome&&) { completed = true; });
  REQUIRE(client.until([&] { return !sink->text.empty(); }));
  client.transport().cancel(id);
  client.transport().run_once(std::chrono::milliseconds(0));
  CHECK_FALSE(completed);
}
