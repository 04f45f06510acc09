// Settings of TLS at a server that has its own wishes.
#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include "core/error.h"
#include "net_test.h"

using namespace coffer;
using namespace coffer::test;

TEST_CASE("suites, groups and signature algorithms act, and what was agreed on is told") {
  const TestCertificate ca = authority();
  LoopbackServer server(LoopbackServer::always("x"), issued_by(ca));
  net::TransportOptions options = options_for(server.url());
  options.server_ca_pem = ca.pem();
  net::NegotiatedSession session;
  options.connected = [&](const net::ServerCertificate&, const net::NegotiatedSession& now) {
    session = now;
  };
  const auto run = [&] {
    session = {};
    Client client(options);
    return client.run(get(server.url())).code;
  };
  options.cipher_suites = "TLS_AES_128_GCM_SHA256; TLS_NO_SUCH_SUITE";
  CHECK(run() == 0);
  CHECK(session.version == "TLSv1.3");
  CHECK(session.cipher_suite == "TLS_AES_128_GCM_SHA256");
  CHECK(session.cipher == "AES_128_GCM");
  CHECK(session.cipher_strength == 128);
  CHECK(session.key_exchange == "ECDHE");
  CHECK(session.key_exchange_strength == 255);
  options.cipher_suites = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
  options.tls12_groups = options.tls13_groups = "ecdhe_secp384r1,ecdhe_secp256r1";
  CHECK(run() == 0);
  CHECK(session.version == "TLSv1.2");
  CHECK(session.cipher_suite == "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
  CHECK(session.key_exchange_strength == 384);
  options.cipher_suites = "SSL_RSA_WITH_NOTHING";
  CHECK_THROWS_AS(run(), core::Error);
  options.cipher_suites = "*";
  options.tls13_groups = "ffdhe_2048";
  CHECK(run() == 0);
  CHECK(session.key_exchange == "DHE");
  CHECK(session.key_exchange_strength == 2048);
  options.tls13_groups.clear();
  options.tls12_signatures = "sha256-rsa";
  options.tls13_signatures = "rsa_pss_sha256";  // the server's key is ECDSA
  CHECK(run() == 276);
  options.tls13_signatures = "ecdsa_secp256r1_sha256";
  CHECK(run() == 0);
}

TEST_CASE("the lists of signature algorithms rule certificates too") {
  CertificateWish rsa;
  rsa.rsa_bits = 2048;
  const TestCertificate ca = authority();
  LoopbackServer server(LoopbackServer::always("x"), issued_by(ca, rsa));  // ECDSA on an RSA key
  net::TransportOptions options = options_for(server.url());
  options.server_ca_pem = ca.pem();
  const auto run = [&] {
    Client client(options);
    return client.run(get(server.url()));
  };
  for (const int version : test::tls_versions()) {
    CAPTURE(version);
    server.tls_versions(version, version);
    options.tls12_signatures = "sha256-rsa";
    options.tls13_signatures = "rsa_pss_sha256";
    const net::Outcome outcome = run();
    CHECK(outcome.code == 280);
    const char* name = test::internal() ? "sha256ECDSA" : "ecdsa-with-SHA256";
    CHECK(outcome.text.find(name) != std::string::npos);
    CHECK(outcome.text.find("SignatureAlgorithms") != std::string::npos);
    options.tls12_signatures += ",sha256-ecdsa";
    options.tls13_signatures += ",ecdsa_secp256r1_sha256";
    CHECK(run().code == 0);
  }
  CHECK(server.requests().size() == test::tls_versions().size());
}

TEST_CASE("SSLSecurityFlags ignore what they name, and nothing else") {
  const TestCertificate ca = authority();
  CertificateWish elsewhere;
  elsewhere.alternative_names = "DNS:example.org";
  CertificateWish expired;
  expired.days_from = -30;
  expired.days_to = -2;
  const struct {
    const char* what;
    TestCertificate certificate;
    std::uint32_t flag;
  } cases[] = {
      {"dates", issued_by(ca, expired), net::kIgnoreDates},
      {"unknown CA", issued_by(authority("Unknown")), net::kAllowUnknownAuthority},
      {"self-signed", self_signed(), net::kAllowUnknownAuthority},
      {"name", issued_by(ca, elsewhere), net::kIgnoreName},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    LoopbackServer server(LoopbackServer::always("x"), one.certificate);
    net::TransportOptions options = options_for(server.url());
    options.server_ca_pem = ca.pem();
    const auto run = [&](std::uint32_t flags) {
      options.security_flags = flags;
      Client client(options);
      return client.run(get(server.url())).code;
    };
    CHECK(run(0) == 280);
    CHECK(run(~one.flag) == 280);
    CHECK(server.received() == "");
    CHECK(run(one.flag) == 0);
  }
}

TEST_CASE("SSLAcceptServerCert accepts that certificate and no other") {
  const TestCertificate expected = self_signed();
  LoopbackServer server(LoopbackServer::always("x"), expected);
  net::TransportOptions options = options_for(server.url());
  options.reuse_session = false;
  const std::string der = expected.der();
  options.accept_server_cert.assign(der.begin(), der.end());
  const auto run = [&] {
    Client client(options);
    return client.run(get(server.url())).code;
  };
  CHECK(run() == 0);
  CHECK(server.requests().size() == 1);
  server.present(self_signed());  // the same name, another key
  CHECK(run() == 280);
  server.present(issued_by(authority()));
  CHECK(run() == 280);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("LogSSLPackets tells of each record and message, without what is inside") {
  const TestCertificate ca = authority();
  LoopbackServer server(LoopbackServer::always("the answer"), issued_by(ca));
  net::TransportOptions options = options_for(server.url());
  options.server_ca_pem = ca.pem();
  std::string said;
  options.ssl_status = [&](const std::string& text) { said += text + "\n"; };
  const auto run = [&] {
    said.clear();
    Client client(options);
    net::Request request = get(server.url());
    request.authorization = "Bearer secret";
    return client.run(request).code;
  };
  CHECK(run() == 0);
  CHECK(said.find("client_hello") == std::string::npos);
  options.log_packets = true;
  CHECK(run() == 0);
  CHECK(said.find("Sent to 127.0.0.1: message client_hello, ") != std::string::npos);
  CHECK(said.find("Received from 127.0.0.1: message server_hello, ") != std::string::npos);
  CHECK(said.find("Sent to 127.0.0.1: record application_data, ") != std::string::npos);
  CHECK(said.find("secret") == std::string::npos);
}
