// An ACS as a peer: https alone, and nothing that belongs to the service.
#include <doctest/doctest.h>

#include "core/error.h"
#include "net_test.h"

using namespace coffer;
using namespace coffer::test;

namespace {

net::Request to_acs(const std::string& url) {
  net::Request request = get(url);
  request.method = "POST";
  request.peer = net::Peer::kAcs;
  request.body = "x";
  request.authorization = "Bearer secret";
  return request;
}

}  // namespace

TEST_CASE("a plain http URL of an ACS is refused before anything is connected") {
  LoopbackServer server(LoopbackServer::always("plain"));
  Client client(options_for(server.url()));
  try {
    client.transport().start(to_acs(server.url()), nullptr, [](net::Outcome&&) {});
    FAIL_CHECK("it was accepted");
  } catch (const core::Error& error) {
    CHECK(error.code() == 713);
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("an ACS gets neither Authorization nor OtherHeaders, even on the service's own origin") {
  const auto ca = authority();
  LoopbackServer server(LoopbackServer::always("secure"), issued_by(ca));
  net::TransportOptions options = options_for(server.url());
  options.server_ca_pem = ca.pem();
  options.other_headers = {"X-Ours: yes"};
  Client client(std::move(options));
  CHECK(client.run(to_acs(server.url())).reply.body == "secure");
  CHECK(server.received().find("secret") == std::string::npos);
  CHECK(server.received().find("X-Ours") == std::string::npos);
}

TEST_CASE("a redirect of an ACS is not followed, whatever FollowRedirects says") {
  const auto ca = authority();
  LoopbackServer server(
      [](coffer::test::Peer& peer) {
        while (!peer.request().empty()) {
          peer.reply("", "307 Temporary Redirect", "Location: /elsewhere\r\n");
        }
      },
      issued_by(ca));
  net::TransportOptions options = options_for(server.url());
  options.server_ca_pem = ca.pem();
  options.follow_redirects = 1;
  Client client(std::move(options));
  CHECK(client.run(to_acs(server.url())).code == 151);
  CHECK(server.requests().size() == 1);
}
