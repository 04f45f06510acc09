// SSLProvider Internal: what a session was agreed on, and what LogSSLPackets tells of it.
#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include "core/error.h"
#include "net_test.h"

using namespace coffer;
using coffer::test::authority;
using coffer::test::CertificateWish;
using coffer::test::Client;
using coffer::test::get;
using coffer::test::issued_by;
using coffer::test::LoopbackServer;
using coffer::test::Peer;
using coffer::test::TestCertificate;

namespace {

struct World {
  TestCertificate ca = authority();
  LoopbackServer server;
  net::TransportOptions options;
  net::NegotiatedSession session;

  explicit World(const CertificateWish& wish = {})
      : server(LoopbackServer::always("x"), issued_by(ca, wish)),
        options(test::options_for(server.url())) {
    options.tls_provider = net::TlsProvider::kInternal;
    options.server_ca_pem = ca.pem();
    options.connected = [this](const net::ServerCertificate&, const net::NegotiatedSession& now) {
      session = now;
    };
  }
  int run() {
    session = {};
    Client client(options);
    return client.run(get(server.url())).code;
  }
};

}  // namespace

TEST_CASE("Internal tells the strength of the key exchange") {
  World world;
  for (const int version : test::internal_versions()) {
    CAPTURE(version);
    world.server.tls_versions(version, version);
    world.options.tls12_groups = world.options.tls13_groups = "ecdhe_secp384r1,ecdhe_secp256r1";
    CHECK(world.run() == 0);
    CHECK(world.session.version == world.server.version());
    CHECK(world.session.key_exchange == "ECDHE");
    CHECK(world.session.key_exchange_strength == 384);
    world.options.tls12_groups = world.options.tls13_groups = "ecdhe_x25519,ecdhe_secp256r1";
    CHECK(world.run() == 0);
    CHECK(world.session.key_exchange_strength == 255);
  }
  CertificateWish rsa;
  rsa.rsa_bits = 2048;
  World plain(rsa);
  plain.options.enabled_protocols = 3072;
  plain.options.cipher_suites = "TLS_RSA_WITH_AES_128_GCM_SHA256";
  CHECK(plain.run() == 0);
  CHECK(plain.session.key_exchange == "RSA");
  CHECK(plain.session.key_exchange_strength == 2048);
}

TEST_CASE("Internal says 0 for a resumed session of TLS 1.2, which exchanges no keys") {
  CertificateWish rsa;
  rsa.rsa_bits = 2048;
  TestCertificate ca = authority();
  LoopbackServer server(
      [](Peer& peer) {
        if (!peer.request().empty()) peer.reply("x", "200 OK", "Connection: close\r\n");
      },
      issued_by(ca, rsa));
  server.tls_versions(TLS1_2_VERSION, TLS1_2_VERSION);
  net::TransportOptions options = test::options_for(server.url());
  options.tls_provider = net::TlsProvider::kInternal;
  options.server_ca_pem = ca.pem();
  std::vector<int> strengths;
  options.connected = [&](const net::ServerCertificate&, const net::NegotiatedSession& now) {
    strengths.push_back(now.key_exchange_strength);
  };
  for (const char* suite :
       {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256"}) {
    CAPTURE(suite);
    options.cipher_suites = suite;
    strengths.clear();
    const int before = server.resumed();
    Client client(options);
    for (int i = 0; i < 2; ++i)
      CHECK(client.run(get(server.url())).code == 0);
    CHECK(server.resumed() == before + 1);
    REQUIRE(strengths.size() == 2);
    CHECK(strengths[0] > 0);
    CHECK(strengths[1] == 0);
  }
}

TEST_CASE("Internal with TLS 1.3: groups, the first share and signature algorithms act") {
  if (!test::internal_has_tls13()) return;  // refused there; see SSLEnabledProtocols
  World world;
  world.options.enabled_protocols = 12288;
  world.options.tls13_groups = "ecdhe_x25519,ffdhe_2048,ecdhe_secp521r1";
  CHECK(world.run() == 0);
  CHECK(world.session.key_exchange_strength == 255);
  world.options.tls13_key_shares = "ecdhe_secp521r1,ecdhe_x25519";
  CHECK(world.run() == 0);
  CHECK(world.session.key_exchange_strength == 521);
  world.options.tls13_groups = "ffdhe_2048";
  CHECK(world.run() == 0);
  CHECK(world.session.key_exchange == "DHE");
  CHECK(world.session.key_exchange_strength == 2048);
  world.options.tls13_groups.clear();
  world.options.tls13_signatures = "rsa_pss_sha256";  // the server's key is ECDSA
  CHECK(world.run() == 276);
  world.options.tls13_signatures = "ecdsa_secp256r1_sha256";
  CHECK(world.run() == 0);
  world.options.tls13_signatures = "ed25519,ed448";
  CHECK_THROWS_AS(world.run(), core::Error);
  world.options.tls13_signatures.clear();
  world.options.cipher_suites = "TLS_AES_128_GCM_SHA256";
  CHECK(world.run() == 0);
  CHECK(world.session.cipher_suite == "TLS_AES_128_GCM_SHA256");
}

TEST_CASE("Internal: a connection that showed the client certificate serves nobody else") {
  World world;
  CertificateWish wish;
  wish.common_name = "the client";
  const TestCertificate mine = issued_by(world.ca, wish);
  world.server.ask_for_certificate(world.ca);
  world.options.service = net::Url::parse("https://elsewhere.example/v1.0");
  world.options.client_certificate.chain_pem = mine.pem();
  world.options.client_certificate.private_key_pem = core::Secret(mine.key_pem());
  Client client(world.options);
  net::Request request = get(world.server.url());
  request.peer = net::Peer::kAcs;
  CHECK(client.run(request).code == 0);
  request.peer = net::Peer::kToken;
  CHECK(client.run(request).code == 281);
  CHECK(world.server.requests().size() == 1);
}
