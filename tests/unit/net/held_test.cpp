// Requests that are handed back at the last moment: by their sender, or because a refusal is on its
// way in.
#include <doctest/doctest.h>

#include <future>

#include "net_test.h"

using namespace coffer;
using namespace coffer::test;

namespace {

net::Request get_if(const std::string& url, std::function<bool()> may_go) {
  net::Request request = get(url);
  request.may_go = std::move(may_go);
  return request;
}

}  // namespace

TEST_CASE("a request whose sender says no at the last moment does not leave") {
  LoopbackServer server(LoopbackServer::always("hello"));
  Client client(options_for(server.url()));
  const net::Outcome unsent = client.run(get_if(server.url(), [] { return false; }));
  CHECK(unsent.held);
  CHECK(unsent.code == 0);
  CHECK(unsent.reply.status == 0);
  CHECK(client.transport().requests_sent() == 0);

  const net::Outcome sent = client.run(get_if(server.url(), [] { return true; }));
  CHECK_FALSE(sent.held);
  CHECK(sent.reply.body == "hello");
  CHECK(server.requests().size() == 1);
}

TEST_CASE("nothing leaves between the header of a refusal and its end") {
  for (const std::string status : {"429 Too Many Requests", "503 Service Unavailable"}) {
    CAPTURE(status);
    std::promise<void> header_sent;
    std::promise<void> go_on;
    LoopbackServer server([&](Peer& peer) {
      for (std::string request = peer.request(); !request.empty(); request = peer.request()) {
        if (request.find("GET /refused ") != 0) {
          peer.reply("hello");
          continue;
        }
        peer.send("HTTP/1.1 " + status + "\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nno");
        header_sent.set_value();
        go_on.get_future().wait();
        peer.send("pe");
      }
    });
    net::TransportOptions options = options_for(server.url());
    options.max_connections = 2;
    Client client(options);
    int refused = 0;
    client.transport().start(get_if(server.url("/refused"), [] { return true; }), nullptr,
                             [&](net::Outcome&& outcome) { refused = outcome.reply.status; });
    // The request has to leave before the server can answer it.
    REQUIRE(client.until([&] { return client.transport().requests_sent() == 1; }));
    header_sent.get_future().wait();
    const auto yes = [] { return true; };
    net::Outcome other = client.run(get_if(server.url("/other"), yes));
    CHECK(other.held);
    CHECK(refused == 0);
    CHECK(client.transport().requests_sent() == 1);

    go_on.set_value();
    REQUIRE(client.until([&] { return refused != 0; }));
    CHECK(refused == std::stoi(status));
    other = client.run(get_if(server.url("/other"), yes));
    CHECK(other.reply.body == "hello");
  }
}
