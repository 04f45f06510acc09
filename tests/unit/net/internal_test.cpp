// SSLProvider Internal: what mbedTLS does otherwise than OpenSSL. The tests of this folder that ask
// for the same of both run once more with COFFER_TEST_TLS=internal.
#include <doctest/doctest.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "core/error.h"
#include "net_test.h"
#include "temporary_folder.h"

using namespace coffer;
using namespace coffer::test;

namespace {

struct Secure {
  TestCertificate ca = authority();
  std::vector<std::string> states;

  net::TransportOptions options(const LoopbackServer& server) {
    net::TransportOptions result = test::options_for(server.url());
    result.tls_provider = net::TlsProvider::kInternal;
    result.server_ca_pem = ca.pem();
    result.ssl_status = [this](const std::string& text) { states.push_back(text); };
    return result;
  }
};

int code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const core::Error& error) {
    return error.code();
  }
  return 0;
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 1;
  for (char& one : text) {
    state = state * 1664525U + 1013904223U;
    one = static_cast<char>(state >> 24U);
  }
  return text;
}

}  // namespace

TEST_CASE("Internal speaks the versions that SSLEnabledProtocols names and mbedTLS has") {
  Secure secure;
  LoopbackServer server(LoopbackServer::always("x"), issued_by(secure.ca));
  const auto run = [&](int enabled, int version) {
    server.tls_versions(version, version);
    net::TransportOptions options = secure.options(server);
    options.enabled_protocols = enabled;
    Client client(options);
    return client.run(get(server.url())).code;
  };
  CHECK(run(15360, TLS1_2_VERSION) == 0);
  CHECK(run(3072, TLS1_2_VERSION) == 0);
  CHECK(run(15360, TLS1_1_VERSION) == 276);
  CHECK(run(3072, TLS1_3_VERSION) == 276);
  if (test::internal_has_tls13()) {
    CHECK(run(12288, TLS1_3_VERSION) == 0);
    CHECK(server.version() == "TLSv1.3");
    CHECK(run(12288, TLS1_2_VERSION) == 276);
  } else {
    CHECK(code_of([&] { run(12288, TLS1_3_VERSION); }) == 270);
  }
  if (test::internal_has_tls10()) {
    CHECK(run(3840, TLS1_1_VERSION) == 0);
    CHECK(run(192 + 3072, TLS1_1_VERSION) == 276);  // a gap stays a gap
    CHECK(run(192 + 3072, TLS1_VERSION) == 0);
  } else {
    CHECK(code_of([&] { run(960, TLS1_1_VERSION); }) == 270);
  }
  server.tls_versions(TLS1_2_VERSION, TLS1_3_VERSION);
  Client client(secure.options(server));
  CHECK(client.run(get(server.url())).code == 0);
  CHECK(server.version() == (test::internal_has_tls13() ? "TLSv1.3" : "TLSv1.2"));
  CHECK(code_of([&] { run(60, TLS1_2_VERSION); }) == 713);
}

TEST_CASE("Internal offers the suites, groups and signature algorithms that are listed") {
  Secure secure;
  LoopbackServer server(LoopbackServer::always("x"), issued_by(secure.ca));
  server.tls_versions(TLS1_2_VERSION, TLS1_2_VERSION);
  net::TransportOptions options = secure.options(server);
  options.enabled_protocols = 3072;
  const auto run = [&] {
    secure.states.clear();
    Client client(options);
    return client.run(get(server.url())).code;
  };
  options.cipher_suites = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384;TLS_NO_SUCH_SUITE";
  CHECK(run() == 0);
  CHECK(secure.states.at(1).find("TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384") !=
        std::string::npos);
  options.cipher_suites = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
  CHECK(run() == 0);
  CHECK(secure.states.at(1).find("AES_128_GCM_SHA256") != std::string::npos);
  options.cipher_suites = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";  // the server's key is ECDSA
  CHECK(run() == 276);
  options.cipher_suites = "TLS_RSA_WITH_NULL_SHA";
  CHECK(code_of(run) == 713);
  options.cipher_suites = "*";
  options.tls12_groups = "ecdhe_secp384r1,ecdhe_secp256r1";
  CHECK(run() == 0);
  options.tls12_groups = "ecdhe_secp521r1";  // not the one of the server's key
  CHECK(run() == 276);
  options.tls12_groups = "ecdhe_nonsense";
  CHECK(code_of(run) == 713);
  options.tls12_groups.clear();
  options.tls12_signatures = "sha256-rsa";
  CHECK(run() == 276);
  options.tls12_signatures = "sha256-ecdsa";
  CHECK(run() == 0);
  options.tls12_signatures = "sha1-rsa";
  CHECK(code_of(run) == 713);
}

TEST_CASE("Internal writes a line for each session to SSLKeyLogFile") {
  const test::TemporaryFolder folder;
  Secure secure;
  LoopbackServer server(LoopbackServer::always("x"), issued_by(secure.ca));
  net::TransportOptions options = secure.options(server);
  options.key_log_file = folder.path("keys");
  for (const int version : test::internal_versions()) {
    server.tls_versions(version, version);
    Client client(options);
    CHECK(client.run(get(server.url())).code == 0);
  }
  struct stat status {};
  REQUIRE(stat(options.key_log_file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  std::ifstream file(options.key_log_file);
  std::vector<std::string> labels;
  for (std::string line; std::getline(file, line);) {
    const std::string label = line.substr(0, line.find(' '));
    labels.push_back(label);
    CHECK(line.size() == label.size() + 1 + 64 + 1 + 96);  // SHA-384's size, and the master's
  }
  std::vector<std::string> expected = {"CLIENT_RANDOM"};
  if (test::internal_has_tls13()) {
    expected.insert(expected.end(),
                    {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                     "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"});
  }
  CHECK((labels == expected));
}

TEST_CASE("Internal: the end of the connection is the end of the body only with a close_notify") {
  for (const bool proper : {true, false}) {
    CAPTURE(proper);
    Secure secure;
    LoopbackServer server(
        [proper](Peer& peer) {
          peer.request();
          peer.send("HTTP/1.1 200 OK\r\n\r\nhello");
          proper ? peer.end() : peer.cut();
          peer.wait_for_client_to_go();
        },
        issued_by(secure.ca));
    Client client(secure.options(server));
    const net::Outcome outcome = client.run(get(server.url()));
    CHECK(outcome.code == (proper ? 0 : 1120));
    CHECK(outcome.transient == !proper);
    CHECK(outcome.reply.body == "hello");
  }
}

TEST_CASE("Internal: a body that breaks off says how") {
  for (const bool reset : {true, false}) {
    Secure secure;
    LoopbackServer server(
        [reset](Peer& peer) {
          peer.request();
          peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
          reset ? peer.reset() : peer.cut();
          if (!reset) peer.wait_for_client_to_go();
        },
        issued_by(secure.ca));
    Client client(secure.options(server));
    const net::Outcome outcome = client.run(get(server.url()));
    CHECK(outcome.code == (reset ? 10054 : 1120));
    CHECK(outcome.transient);
  }
}

TEST_CASE("Internal carries large bodies both ways, on one connection") {
  Secure secure;
  const std::string large = pattern(std::size_t{6} << 20);
  LoopbackServer server(
      [&](Peer& peer) {
        while (true) {
          const std::string request = peer.request();
          if (request.empty()) return;
          const std::string sent = request.substr(request.find("\r\n\r\n") + 4);
          peer.reply(sent.empty() ? large : (sent == large ? "same" : "other"));
        }
      },
      issued_by(secure.ca));
  Client client(secure.options(server));
  CHECK((client.run(get(server.url())).reply.body == large));
  net::Request upload = get(server.url());
  upload.method = "POST";
  upload.body = large;
  CHECK(client.run(upload).reply.body == "same");
  CHECK(server.connections() == 1);
  CHECK(client.transport().requests_sent() == 2);
}

TEST_CASE("Internal: a pooled connection that the server has closed is replaced") {
  Secure secure;
  LoopbackServer server(
      [](Peer& peer) {
        if (peer.request().empty()) return;
        peer.reply("x");
        peer.end();
        peer.wait_for_client_to_go();
      },
      issued_by(secure.ca));
  Client client(secure.options(server));
  for (int i = 1; i <= 3; ++i) {
    CHECK(client.run(get(server.url())).reply.body == "x");
    CHECK(server.connections() == i);
  }
}

TEST_CASE("Internal refuses what mbedTLS alone would not see") {
  Secure secure;
  CertificateWish ca_wish;
  ca_wish.authority = true;
  ca_wish.common_name = "constrained";
  ca_wish.name_constraints = "critical,permitted;IP:10.0.0.0/255.0.0.0";
  const TestCertificate constrained = self_signed(ca_wish);
  CertificateWish by_name;
  by_name.alternative_names = "DNS:127.0.0.1";
  CertificateWish no_names;
  no_names.alternative_names = "";
  CertificateWish client_alone;
  client_alone.extended_key_usage = "clientAuth";
  CertificateWish unknown;
  unknown.unknown_extension = "critical,DER:0500";
  const struct {
    const char* what;
    TestCertificate certificate;
    const char* reason;
  } cases[] = {
      {"name constraints", issued_by(constrained), "subtree violation"},
      {"an address as a name", issued_by(secure.ca, by_name), "IP address mismatch"},
      {"the common name", issued_by(secure.ca, no_names), "IP address mismatch"},
      {"for clients", issued_by(secure.ca, client_alone), "unsuitable certificate purpose"},
      {"critical extension", issued_by(secure.ca, unknown), "cannot be read"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    LoopbackServer server(LoopbackServer::always("x"), one.certificate);
    net::TransportOptions options = secure.options(server);
    options.server_ca_pem += constrained.pem();
    Client client(options);
    const net::Outcome outcome = client.run(get(server.url()));
    CHECK(outcome.code == 280);
    CAPTURE(outcome.text);
    CHECK(outcome.text.find(one.reason) != std::string::npos);
    CHECK(server.received() == "");
  }
}

TEST_CASE("Internal gives the client certificate to the service") {
  Secure secure;
  CertificateWish wish;
  wish.common_name = "client";
  const TestCertificate own = issued_by(secure.ca, wish);
  LoopbackServer server(LoopbackServer::always("x"), issued_by(secure.ca));
  server.ask_for_certificate(secure.ca);
  net::TransportOptions options = secure.options(server);
  {
    Client client(options);
    CHECK(client.run(get(server.url())).code != 0);
  }
  options.client_certificate.chain_pem = own.pem();
  options.client_certificate.private_key_pem = core::Secret(own.key_pem());
  Client client(options);
  CHECK(client.run(get(server.url())).reply.body == "x");
  CHECK(server.handshakes() == 1);
  options.client_certificate.private_key_pem = core::Secret(secure.ca.key_pem());
  Client wrong(options);
  CHECK(wrong.run(get(server.url())).code == 281);
}

TEST_CASE("Internal: plain http through a proxy that speaks TLS") {
  Secure secure;
  LoopbackServer proxy(LoopbackServer::always("by proxy"), issued_by(secure.ca));
  net::TransportOptions options = secure.options(proxy);
  options.proxy.server = "127.0.0.1";
  options.proxy.port = proxy.port();
  options.proxy.ssl = 1;
  options.proxy.user = "u";
  options.proxy.password = core::Secret("pw");
  {
    Client client(options);
    CHECK(client.run(get("http://example.invalid/path")).reply.body == "by proxy");
    CHECK(proxy.received().find("GET http://example.invalid/path HTTP/1.1") == 0);
    CHECK(proxy.received().find("Proxy-Authorization: Basic dTpwdw==") != std::string::npos);
  }
  LoopbackServer stranger(LoopbackServer::always("x"), self_signed());
  options.proxy.port = stranger.port();
  Client client(options);
  const net::Outcome outcome = client.run(get("http://example.invalid/"));
  CHECK(outcome.code == 280);
  CHECK(outcome.text.find("proxy") != std::string::npos);
  CHECK(stranger.received() == "");
}

TEST_CASE("Internal leaves no socket's folder behind") {
  const auto folders = [] {
    std::set<std::string> found;
    constexpr std::string_view kName = "coffer-XXXXXX";
    for (const auto& entry : std::filesystem::directory_iterator("/tmp")) {
      const std::string name = entry.path().filename().string();
      if (name.size() == kName.size() && name.find("coffer-") == 0) found.insert(name);
    }
    return found;
  };
  const std::set<std::string> known = folders();
  Secure secure;
  LoopbackServer server(LoopbackServer::always("x"), issued_by(secure.ca));
  Client client(secure.options(server));
  CHECK(client.run(get(server.url())).code == 0);
  // Other programs have such folders too, each until its connection is there; ours would stay.
  std::set<std::string> left = folders();
  for (const std::string& name : known)
    left.erase(name);
  CHECK(client.until([&] {
    const std::set<std::string> now = folders();
    for (auto name = left.begin(); name != left.end();)
      name = now.count(*name) == 0 ? left.erase(name) : std::next(name);
    return left.empty();
  }));
}
