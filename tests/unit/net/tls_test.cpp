// Trust: what is verified, what is asked, what an answer binds to (contract section 6).
#include <doctest/doctest.h>

#include "core/error.h"
#include "net_test.h"

using namespace coffer;
using namespace coffer::test;

namespace {

struct Question {
  net::ServerCertificate certificate;
  std::function<void(bool)> answer;
};

// Settings that collect questions; what `reply` holds is answered at once.
struct Asked {
  std::vector<Question> questions;
  std::optional<bool> reply;

  net::TransportOptions options(const std::string& service) {
    net::TransportOptions result = options_for(service);
    result.ask = [this](const net::ServerCertificate& certificate,
                        std::function<void(bool)> answer) {
      questions.push_back({certificate, answer});
      if (reply) answer(*reply);
    };
    return result;
  }
};

std::string text_of(const std::vector<std::uint8_t>& der) {
  return {der.begin(), der.end()};
}

}  // namespace

TEST_CASE("a certificate of a CA that SSLServerCACerts names is good") {
  const TestCertificate ca = authority();
  LoopbackServer server(LoopbackServer::always("secure"), issued_by(ca));
  net::TransportOptions options = options_for(server.url());
  options.server_ca_pem = authority("Another").pem() + "\r \n" + ca.pem();
  std::vector<net::ServerCertificate> connected;
  std::vector<std::string> states;
  options.connected = [&](const net::ServerCertificate& one, const net::NegotiatedSession&) {
    connected.push_back(one);
  };
  options.ssl_status = [&](const std::string& text) { states.push_back(text); };
  Client client(options);
  CHECK(client.run(get(server.url())).reply.body == "secure");
  CHECK(client.run(get(server.url("/", "localhost"))).reply.body == "secure");
  CHECK(client.run(get(server.url())).reply.body == "secure");
  REQUIRE(connected.size() == 2);
  CHECK(connected[0].host == "127.0.0.1");
  CHECK(connected[0].subject == "O=Coffer tests, CN=127.0.0.1");
  CHECK(connected[0].issuer == "O=Coffer tests, CN=Throw-away CA");
  CHECK(connected[0].status == "OK");
  CHECK(connected[0].verified);
  CHECK(connected[1].host == "localhost");
  REQUIRE(states.size() == 4);
  CHECK(states[0] == "Handshake with 127.0.0.1 begins.");
  CHECK(states[1].find("Handshake with 127.0.0.1 done: TLSv1.3, TLS_") == 0);
}

TEST_CASE("without a handler the library's verdict holds, and a refused server learns nothing") {
  const TestCertificate ca = authority();
  CertificateWish elsewhere;
  elsewhere.alternative_names = "DNS:example.org,IP:127.0.0.2";
  CertificateWish expired;
  expired.days_from = -30;
  expired.days_to = -2;
  CertificateWish early;
  early.days_from = 2;
  CertificateWish weak;
  weak.sha1 = true;
  const struct {
    const char* what;
    TestCertificate certificate;
    const char* reason;
  } cases[] = {
      {"self-signed", self_signed(), "self-signed certificate"},
      {"unknown CA", issued_by(authority("Unknown")), "unable to get local issuer certificate"},
      {"wrong host", issued_by(ca, elsewhere), "IP address mismatch"},
      {"expired", issued_by(ca, expired), "certificate has expired"},
      {"not yet valid", issued_by(ca, early), "certificate is not yet valid"},
      {"SHA-1", issued_by(ca, weak), "digest algorithm too weak"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    LoopbackServer server(LoopbackServer::always("x"), one.certificate);
    net::TransportOptions options = options_for(server.url());
    options.server_ca_pem = ca.pem();
    Client client(options);
    net::Request request = get(server.url());
    request.authorization = "Bearer secret";
    const net::Outcome outcome = client.run(request);
    CHECK(outcome.code == 280);
    CHECK_FALSE(outcome.transient);
    CHECK(outcome.text.find(one.reason) != std::string::npos);
    CHECK(server.received() == "");
    CHECK(client.transport().requests_sent() == 0);
  }
  // A name instead of an address.
  LoopbackServer server(LoopbackServer::always("x"), issued_by(ca, elsewhere));
  net::TransportOptions options = options_for(server.url());
  options.server_ca_pem = ca.pem();
  Client client(options);
  const net::Outcome outcome = client.run(get(server.url("/", "localhost")));
  CHECK(outcome.code == 280);
  CHECK(outcome.text.find("hostname mismatch") != std::string::npos);
}

TEST_CASE("the handler is asked before any request, once, also about a good certificate") {
  const TestCertificate ca = authority();
  const TestCertificate leaf = issued_by(ca);
  LoopbackServer server(LoopbackServer::always("x"), leaf);
  Asked asked;
  net::TransportOptions options = asked.options(server.url());
  options.server_ca_pem = ca.pem();
  Client client(options);
  int done = 0;
  for (int i = 0; i < 3; ++i) {
    client.transport().start(get(server.url()), nullptr,
                             [&](net::Outcome&& outcome) { done += outcome.code == 0 ? 1 : 0; });
  }
  REQUIRE(client.until([&] { return !asked.questions.empty(); }));
  // While nobody answers, nothing moves.
  client.transport().run_once(std::chrono::milliseconds(100));
  CHECK(asked.questions.size() == 1);
  CHECK(server.connections() == 1);
  CHECK(server.received() == "");
  const net::ServerCertificate& shown = asked.questions[0].certificate;
  CHECK(shown.host == "127.0.0.1");
  CHECK(shown.verified);
  CHECK(shown.status == "OK");
  CHECK((text_of(shown.der) == leaf.der()));
  CHECK(shown.pem_chain.find(leaf.pem()) == 0);
  CHECK(shown.pem_chain.find(ca.pem()) != std::string::npos);

  SUBCASE("accepted: all go on") {
    asked.questions[0].answer(true);
    CHECK(client.until([&] { return done == 3; }));
    CHECK(asked.questions.size() == 1);
    asked.questions[0].answer(false);  // too late, harmless
    CHECK(client.run(get(server.url())).code == 0);
  }
  SUBCASE("refused: all fail, and nobody is asked again") {
    asked.questions[0].answer(false);
    const net::Outcome outcome = client.run(get(server.url()));
    CHECK(outcome.code == 280);
    CHECK_FALSE(outcome.transient);
    CHECK(asked.questions.size() == 1);
    CHECK(done == 0);
    CHECK(server.received() == "");
  }
}

TEST_CASE("an answer may come when the transport is gone") {
  LoopbackServer server(LoopbackServer::always("x"), self_signed());
  Asked asked;
  {
    Client client(asked.options(server.url()));
    client.transport().start(get(server.url()), nullptr, [](net::Outcome&&) {});
    REQUIRE(client.until([&] { return !asked.questions.empty(); }));
  }
  asked.questions[0].answer(true);
  CHECK(server.received() == "");
}

TEST_CASE("a cancelled transfer is not revived by the answer") {
  LoopbackServer server(LoopbackServer::always("x"), self_signed());
  Asked asked;
  Client client(asked.options(server.url()));
  bool completed = false;
  const auto id = client.transport().start(get(server.url()), nullptr,
                                           [&](net::Outcome&&) { completed = true; });
  REQUIRE(client.until([&] { return !asked.questions.empty(); }));
  client.transport().cancel(id);
  asked.questions[0].answer(true);
  CHECK(client.run(get(server.url())).code == 0);
  CHECK_FALSE(completed);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("an override binds to the certificate that was shown") {
  const TestCertificate first = self_signed();
  LoopbackServer server(
      [](Peer& peer) {
        if (!peer.request().empty()) peer.reply("x", "200 OK", "Connection: close\r\n");
      },
      first);
  Asked asked;
  asked.reply = true;
  net::TransportOptions options = asked.options(server.url());
  options.reuse_session = false;
  Client client(options);
  CHECK(client.run(get(server.url())).code == 0);
  REQUIRE(asked.questions.size() == 1);
  CHECK_FALSE(asked.questions[0].certificate.verified);
  CHECK(asked.questions[0].certificate.status == "self-signed certificate");
  CHECK((text_of(asked.questions[0].certificate.der) == first.der()));
  CHECK(client.run(get(server.url())).code == 0);
  CHECK(asked.questions.size() == 1);
  CHECK(server.requests().size() == 2);

  // The same name, the same issuer, another key.
  const TestCertificate second = self_signed();
  server.present(second);
  asked.reply = false;
  net::Request request = get(server.url());
  request.authorization = "Bearer secret";
  CHECK(client.run(request).code == 280);
  CHECK(asked.questions.size() == 2);
  CHECK((text_of(asked.questions[1].certificate.der) == second.der()));
  CHECK(client.run(request).code == 280);
  CHECK(asked.questions.size() == 2);
  CHECK(server.requests().size() == 2);
  CHECK(server.received().find("secret") == std::string::npos);

  // The first one is still what was accepted.
  server.present(first);
  CHECK(client.run(get(server.url())).code == 0);
  CHECK(asked.questions.size() == 2);
}

TEST_CASE("a session that is resumed is under the same decision") {
  const TestCertificate leaf = self_signed();
  LoopbackServer server(
      [](Peer& peer) {
        if (!peer.request().empty()) peer.reply("x", "200 OK", "Connection: close\r\n");
      },
      leaf);
  Asked asked;
  asked.reply = true;
  net::TransportOptions options = asked.options(server.url());
  std::vector<std::string> shown;
  options.connected = [&](const net::ServerCertificate& one, const net::NegotiatedSession&) {
    shown.push_back(text_of(one.der));
    CHECK(one.subject == "O=Coffer tests, CN=127.0.0.1");
  };
  for (const bool reuse : {true, false}) {
    const int before = server.resumed();
    shown.clear();
    options.reuse_session = reuse;
    Client client(options);
    for (int i = 0; i < 3; ++i)
      CHECK(client.run(get(server.url())).code == 0);
    CHECK((server.resumed() > before) == reuse);
    REQUIRE(shown.size() == 3);
    for (const std::string& der : shown)
      CHECK((der == leaf.der()));
  }
  CHECK(asked.questions.size() == 2);
}

TEST_CASE("an override for one host says nothing about another") {
  LoopbackServer server(LoopbackServer::always("x"), self_signed());
  Asked asked;
  asked.reply = true;
  Client client(asked.options(server.url()));
  CHECK(client.run(get(server.url())).code == 0);
  asked.reply = false;
  CHECK(client.run(get(server.url("/", "localhost"))).code == 280);
  CHECK(asked.questions.size() == 2);
}

TEST_CASE("a certificate accepted as good is asked about again when it is not good any more") {
  const auto shared = std::make_shared<net::TlsGate>(
      [](const net::ServerCertificate&, std::function<void(bool)> answer) { answer(true); });
  net::ServerCertificate shown;
  shown.host = "h";
  shown.der = {1, 2, 3};
  shown.verified = true;
  shared->park(1, shown);
  shared->ask_open_questions();
  CHECK(shared->decision("h", {1, 2, 3}, true) == net::TlsGate::Decision::kAccepted);
  CHECK(shared->decision("h", {1, 2, 3}, false) == net::TlsGate::Decision::kUnknown);
  CHECK(shared->decision("h", {1, 2}, true) == net::TlsGate::Decision::kUnknown);
  CHECK(shared->decision("g", {1, 2, 3}, true) == net::TlsGate::Decision::kUnknown);
  CHECK_FALSE(shared->overridden("h"));
  shown.verified = false;
  shown.der = {4};
  shared->park(2, shown);
  shared->ask_open_questions();
  CHECK(shared->decision("h", {4}, true) == net::TlsGate::Decision::kAccepted);
  CHECK(shared->overridden("h"));
}

TEST_CASE("until a host is known, one connection alone goes there") {
  const auto shared = std::make_shared<net::TlsGate>(
      [](const net::ServerCertificate&, std::function<void(bool)> answer) { answer(true); });
  CHECK(shared->may_connect("h", 1));
  shared->connecting("h", 1);
  CHECK(shared->may_connect("h", 1));
  CHECK_FALSE(shared->may_connect("h", 2));
  CHECK(shared->may_connect("g", 2));
  shared->connecting("g", 2);
  net::ServerCertificate shown;
  shown.host = "h";
  shown.der = {1};
  shared->park(1, shown);
  shared->settled("h", 1);
  CHECK_FALSE(shared->may_connect("h", 3));  // the answer is waited for
  shared->ask_open_questions();
  CHECK(shared->may_connect("h", 3));
  CHECK_FALSE(shared->may_connect("g", 3));  // an answer about one host is none about another
}

TEST_CASE("SSLServerCACerts must hold certificates") {
  net::TransportOptions options = options_for("https://127.0.0.1/");
  for (const std::string& bad :
       {std::string("nonsense"),
        std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END "
                    "CERTIFICATE-----\n"),
        authority().pem() + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
    options.server_ca_pem = bad;
    CHECK_THROWS_AS(Client{options}, core::Error);
  }
}
