// SSLCert: who sees the client certificate, and when.
#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include "core/error.h"
#include "net_test.h"

using namespace coffer;
using namespace coffer::test;

namespace {

using Shown = std::vector<std::string>;

struct World {
  TestCertificate ca = authority();
  TestCertificate mine = issued_by(ca, wish("the client"));
  LoopbackServer server{LoopbackServer::always("x"), issued_by(ca)};

  static CertificateWish wish(const char* name) {
    CertificateWish one;
    one.common_name = name;
    return one;
  }
  net::TransportOptions options() {
    net::TransportOptions result = options_for(server.url());
    result.server_ca_pem = ca.pem();
    result.client_certificate.chain_pem = mine.pem() + ca.pem();
    result.client_certificate.private_key_pem = core::Secret(mine.key_pem());
    return result;
  }
};

}  // namespace

TEST_CASE("a server that asks gets the client certificate with its chain") {
  World world;
  world.server.ask_for_certificate(world.ca);
  for (const int version : test::tls_versions()) {
    CAPTURE(version);
    world.server.tls_versions(version, version);
    Client client(world.options());
    CHECK(client.run(get(world.server.url())).code == 0);
    const Shown expected = {world.mine.der(), world.ca.der()};
    CHECK((world.server.take_client_certificates() == expected));
  }
}

TEST_CASE("what the server says about the client certificate is 281") {
  World world;
  world.server.ask_for_certificate(world.ca);
  for (const int version : test::tls_versions()) {
    CAPTURE(version);
    world.server.tls_versions(version, version);
    net::TransportOptions options = world.options();
    options.client_certificate = {};
    {
      Client client(options);
      const net::Outcome outcome = client.run(get(world.server.url()));
      CHECK(outcome.code == 281);
      CAPTURE(outcome.text);
      CHECK(outcome.text.find("asks for a client certificate; set SSLCert") != std::string::npos);
    }
    const TestCertificate stranger = self_signed(World::wish("stranger"));
    options.client_certificate.chain_pem = stranger.pem();
    options.client_certificate.private_key_pem = core::Secret(stranger.key_pem());
    Client client(options);
    const net::Outcome outcome = client.run(get(world.server.url()));
    CHECK(outcome.code == 281);
    // The alert of TLS 1.3 may be lost to the end of the connection.
    if (version == TLS1_2_VERSION) CHECK_FALSE(outcome.transient);
    CHECK(outcome.text.find("refused the client certificate in SSLCert") != std::string::npos);
  }
}

TEST_CASE("a certificate that cannot be used is 281 before the handshake") {
  World world;
  const TestCertificate other = self_signed();
  net::TransportOptions options = world.options();
  const auto code = [&] {
    Client client(options);
    return client.run(get(world.server.url())).code;
  };
  CHECK(code() == 0);
  options.client_certificate.private_key_pem = core::Secret(other.key_pem());
  CHECK(code() == 281);
  options.client_certificate.private_key_pem = core::Secret("nonsense");
  CHECK(code() == 281);
  options = world.options();
  options.client_certificate.chain_pem = "nonsense";
  CHECK(code() == 281);
  CHECK(world.server.handshakes() == 1);
}

TEST_CASE("with a handler the client certificate is sent only after Accept") {
  World world;
  world.server.ask_for_certificate(world.ca);
  net::TransportOptions options = world.options();
  std::function<void(bool)> answer;
  options.ask = [&](const net::ServerCertificate&, std::function<void(bool)> reply) {
    CHECK(world.server.take_client_certificates().empty());
    answer = std::move(reply);
  };
  for (const bool accept : {false, true}) {
    CAPTURE(accept);
    answer = nullptr;
    Client client(options);
    std::optional<net::Outcome> outcome;
    client.transport().start(get(world.server.url()), nullptr,
                             [&](net::Outcome&& one) { outcome = std::move(one); });
    REQUIRE(client.until([&] { return answer != nullptr; }));
    CHECK(world.server.take_client_certificates().empty());
    answer(accept);
    REQUIRE(client.until([&] { return outcome.has_value(); }));
    CHECK(outcome->code == (accept ? 0 : 280));
    CHECK((world.server.take_client_certificates().size() == (accept ? 2U : 0U)));
  }
}

TEST_CASE("token servers and servers of another origin see no client certificate") {
  World world;
  world.server.ask_for_certificate(world.ca);
  net::TransportOptions options = world.options();
  options.service = net::Url::parse("https://elsewhere.example/v1.0");
  Client client(options);
  net::Request request = get(world.server.url());
  request.peer = net::Peer::kToken;
  CHECK(client.run(request).code == 281);
  request.peer = net::Peer::kService;
  CHECK(client.run(request).code == 281);
  CHECK(world.server.take_client_certificates().empty());
  request.peer = net::Peer::kAcs;
  CHECK(client.run(request).code == 0);
  CHECK(world.server.take_client_certificates().size() == 2);
}
