// Connections over TLS: versions, how they end and break off, what is kept of their secrets.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/error.h"
#include "net_test.h"
#include "temporary_folder.h"

using namespace coffer;
using namespace coffer::test;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("the end of the connection is the end of the body only with a close_notify") {
  for (const bool proper : {true, false}) {
    for (const int version : test::tls_versions()) {
      CAPTURE(proper);
      const TestCertificate ca = authority();
      LoopbackServer server(
          [proper](Peer& peer) {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\n\r\nhello");
            proper ? peer.end() : peer.cut();
            peer.wait_for_client_to_go();
          },
          issued_by(ca));
      server.tls_versions(version, version);
      net::TransportOptions options = options_for(server.url());
      options.server_ca_pem = ca.pem();
      Client client(options);
      const net::Outcome outcome = client.run(get(server.url()));
      CHECK(outcome.code == (proper ? 0 : 1120));
      CHECK(outcome.transient == !proper);
      CHECK(outcome.reply.body == "hello");
    }
  }
}

TEST_CASE("SSLEnabledProtocols allows exactly what it names") {
  const TestCertificate ca = authority();
  LoopbackServer server(LoopbackServer::always("x"), issued_by(ca));
  const auto run = [&](int enabled, int version) {
    server.tls_versions(version, version);
    net::TransportOptions options = options_for(server.url());
    options.server_ca_pem = ca.pem();
    options.enabled_protocols = enabled;
    Client client(options);
    return client.run(get(server.url())).code;
  };
  CHECK(run(15360, TLS1_2_VERSION) == 0);
  CHECK(run(15360, TLS1_3_VERSION) == 0);
  CHECK(run(15360, TLS1_1_VERSION) == 276);
  CHECK(run(3072, TLS1_3_VERSION) == 276);
  CHECK(run(12288, TLS1_2_VERSION) == 276);
  CHECK(run(12288 + 768, TLS1_2_VERSION) == 276);  // a gap stays a gap,
  CHECK(run(12288 + 768, TLS1_3_VERSION) == 0);
  CHECK(run(12288 + 768, TLS1_1_VERSION) == 0);  // and what is below it counts
  CHECK(run(4032, TLS1_1_VERSION) == 0);
  CHECK(run(192, TLS1_VERSION) == 0);
  CHECK_THROWS_AS(run(60, TLS1_2_VERSION), core::Error);
}

TEST_CASE("old protocol versions do not bring SHA-1 certificates back") {
  const TestCertificate ca = authority();
  CertificateWish weak;
  weak.sha1 = true;
  LoopbackServer server(LoopbackServer::always("x"), issued_by(ca, weak));
  server.tls_versions(TLS1_VERSION, TLS1_VERSION);
  net::TransportOptions options = options_for(server.url());
  options.server_ca_pem = ca.pem();
  options.enabled_protocols = 192;
  if (test::internal() && !test::internal_has_tls10()) {
    CHECK_THROWS_AS(Client{options}, core::Error);
    return;
  }
  Client client(options);
  CHECK(client.run(get(server.url())).code == 280);
}

TEST_CASE("session secrets go to SSLKeyLogFile alone") {
  const test::TemporaryFolder folder;
  const TestCertificate ca = authority();
  LoopbackServer server(LoopbackServer::always("x"), issued_by(ca));
  net::TransportOptions options = options_for(server.url());
  options.server_ca_pem = ca.pem();
  const std::string foreign = std::getenv("SSLKEYLOGFILE");  // see environment_test.cpp
  const std::uintmax_t before =
      std::filesystem::exists(foreign) ? std::filesystem::file_size(foreign) : 0;
  {
    Client client(options);
    CHECK(client.run(get(server.url())).code == 0);
  }
  options.key_log_file = folder.path("keys");
  std::ofstream(options.key_log_file) << "# what somebody else could read\n";
  REQUIRE(chmod(options.key_log_file.c_str(), 0644) == 0);
  for (int i = 0; i < 2; ++i) {
    Client client(options);
    CHECK(client.run(get(server.url())).code == 0);
  }
  struct stat status {};
  REQUIRE(stat(options.key_log_file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const std::string log = content(options.key_log_file);
  const std::size_t first = log.find("CLIENT_TRAFFIC_SECRET_0 ");
  CHECK(first != std::string::npos);
  CHECK(log.find("CLIENT_TRAFFIC_SECRET_0 ", first + 1) != std::string::npos);  // appended
  const std::uintmax_t after =
      std::filesystem::exists(foreign) ? std::filesystem::file_size(foreign) : 0;
  CHECK(after == before);
  options.key_log_file = folder.path();
  CHECK_THROWS_AS(Client{options}, core::Error);
  // Nor to whoever reads a pipe.
  options.key_log_file = folder.path("pipe");
  REQUIRE(mkfifo(options.key_log_file.c_str(), 0600) == 0);
  const int reader = open(options.key_log_file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  CHECK_THROWS_AS(Client{options}, core::Error);
  close(reader);
}

TEST_CASE("a handshake that breaks off is worth another try, one that is answered is not") {
  LoopbackServer breaking([](Peer& peer) { peer.read_some(); });
  const std::string url = "https://127.0.0.1:" + std::to_string(breaking.port()) + "/";
  {
    Client client(options_for(url));
    const net::Outcome outcome = client.run(get(url));
    CHECK(outcome.code == 276);
    CHECK(outcome.transient);
  }
  LoopbackServer speaking([](Peer& peer) {
    peer.read_some();
    peer.send(std::string("\x15\x03\x01\x00\x02\x02\x28", 7));  // fatal alert: handshake_failure
    peer.wait_for_client_to_go();
  });
  const std::string other = "https://127.0.0.1:" + std::to_string(speaking.port()) + "/";
  Client client(options_for(other));
  const net::Outcome outcome = client.run(get(other));
  CHECK(outcome.code == 276);
  CHECK_FALSE(outcome.transient);
}

TEST_CASE("a silent handshake is a connect timeout") {
  LoopbackServer silent([](Peer& peer) { peer.wait_for_client_to_go(); });
  const std::string url = "https://127.0.0.1:" + std::to_string(silent.port()) + "/";
  net::TransportOptions options = options_for(url);
  options.connect_timeout_seconds = 1;
  Client client(options);
  const net::Outcome outcome = client.run(get(url));
  CHECK(outcome.code == 10060);
  CHECK(outcome.transient);
}
