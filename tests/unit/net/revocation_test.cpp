// SSLCheckCRL and SSLCheckOCSP on the wire: asked before the request, by the transport itself.
#include <doctest/doctest.h>

#include <atomic>

#include "revocation_scene.h"

using namespace coffer;
using namespace coffer::test;

TEST_CASE("a good server is asked after its certificate was, with nothing of ours") {
  for (const bool list : {true, false}) {
    const Scene scene(list, !list);
    const net::Outcome outcome = scene.run();
    CHECK(outcome.text.empty());
    CHECK(outcome.reply.body == "secret answer");
    const std::string asked = scene.status.server.received();
    CHECK(asked.find(list ? "GET /list.crl HTTP/1.1\r\n" : "POST /ocsp HTTP/1.1\r\n") == 0);
    CHECK(asked.find("ecret") == std::string::npos);
    CHECK(asked.find("coffer") == std::string::npos);
    CHECK(asked.find("Cookie") == std::string::npos);
    CHECK(asked.find("Encoding") == std::string::npos);
    CHECK((asked.find("Content-Type: application/ocsp-request\r\n") != std::string::npos) == !list);
  }
}

TEST_CASE("a revoked certificate is refused, and the server gets no request") {
  for (const bool list : {true, false}) {
    Scene scene(list, !list);
    scene.revoked = true;
    scene.refused("'O=Coffer tests, CN=127.0.0.1' is revoked");
    scene.refused("(keyCompromise)");
  }
}

TEST_CASE("both settings at once: both have to be satisfied") {
  Scene scene(true, true);
  CHECK(scene.run().code == 0);
  CHECK(scene.status.server.requests().size() == 2);
  scene.status.script = [&](Peer& peer, const std::string& request) {
    if (request.rfind("GET", 0) != 0) {
      scene.tell(peer, request);
      return;
    }
    peer.reply("nothing here", "404 Not Found");
  };
  scene.refused("its revocation list cannot be had: the server answered HTTP/1.1 404");
}

TEST_CASE("a certificate that names no source passes in mode 1 alone") {
  Scene scene(false, false);
  scene.crl = scene.ocsp = Mode::kIfNamed;
  CHECK(scene.run().code == 0);
  scene.ocsp = Mode::kOff;
  scene.crl = Mode::kRequired;
  scene.present({});
  scene.refused("names no revocation list, which SSLCheckCRL=2 asks for");
  scene.crl = Mode::kOff;
  scene.ocsp = Mode::kRequired;
  scene.refused("names no OCSP responder, which SSLCheckOCSP=2 asks for");
  CertificateWish wish;
  wish.crl_points = "URI:https://127.0.0.1/list.crl";
  scene.present(wish);
  scene.ocsp = Mode::kOff;
  scene.crl = Mode::kIfNamed;
  scene.refused("names no revocation list that is asked over http");
}

TEST_CASE("a source that is named must answer, in mode 1 too") {
  Scene scene(true, true);
  scene.crl = Mode::kIfNamed;
  scene.ocsp = Mode::kOff;
  scene.status.script = [](Peer& peer, const std::string&) {
    peer.reply("broken", "500 Internal Server Error");
  };
  scene.refused("answered HTTP/1.1 500");
  scene.status.script = [](Peer& peer, const std::string&) { peer.reply("<html>"); };
  scene.refused("its revocation list is malformed");
  scene.status.script = [](Peer& peer, const std::string&) { peer.reset(); };
  scene.refused("cannot be had");
  scene.crl = Mode::kOff;
  scene.ocsp = Mode::kIfNamed;
  scene.status.script = [&](Peer& peer, const std::string& request) {
    test::OcspWish wish;
    wish.response_status = OCSP_RESPONSE_STATUS_TRYLATER;
    peer.reply(test::make_ocsp(scene.ca, body_of(request), wish));
  };
  scene.refused("tryLater");
  // The flags 0x100 and 0x400: what cannot be learnt is let pass, what is bad is not.
  net::TransportOptions options = scene.options();
  options.revocation.ignore_unknown_authority = true;
  CHECK(Client(options).run(get(scene.server->url())).code == 280);
  options.revocation.ignore_unknown_leaf = true;
  CHECK(Client(options).run(get(scene.server->url())).code == 0);
  scene.status.script = [](Peer& peer, const std::string&) { peer.reply("<html>"); };
  CHECK(Client(options).run(get(scene.server->url())).code == 280);
}

TEST_CASE("time and size are limited") {
  Scene scene(true, false);
  scene.limit = std::chrono::milliseconds(200);
  scene.status.script = [](Peer& peer, const std::string&) { peer.wait_for_client_to_go(); };
  scene.refused("took longer than");
  // Drops that would keep a connection alive do not stretch the limit.
  scene.status.script = [](Peer& peer, const std::string&) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx");
    peer.wait_for_client_to_go();
  };
  scene.refused("took longer than");
  scene.limit = std::chrono::seconds(50);
  scene.status.script = [](Peer& peer, const std::string&) {
    peer.reply(std::string((std::size_t{10} << 20) + 1, 'x'));
  };
  scene.refused("larger than 10485760 octets");
}

TEST_CASE("two redirects are followed, to http alone") {
  Scene scene(true, false);
  std::atomic<int> left{2};
  scene.status.script = [&](Peer& peer, const std::string& request) {
    if (left-- > 0) {
      peer.reply("", "302 Found", "Location: /elsewhere\r\n");
      return;
    }
    scene.tell(peer, request);
  };
  CHECK(scene.run().code == 0);
  left = 3;
  scene.refused("only two redirects");
  CHECK(scene.status.server.requests().size() == 6);
  scene.status.script = [](Peer& peer, const std::string&) {
    peer.reply("", "302 Found", "Location: https://127.0.0.1/list.crl\r\n");
  };
  scene.refused("only to http");
}

TEST_CASE("of several lists the first that answers counts") {
  Scene scene(true, false);
  CertificateWish wish;
  wish.crl_points = "URI:http://127.0.0.1:1/gone.crl," + scene.status.list();
  scene.present(wish);
  CHECK(scene.run().code == 0);
  scene.revoked = true;
  scene.refused("is revoked");
}

TEST_CASE("intermediates are checked, the root is not") {
  Scene scene(true, false);
  CertificateWish between;
  between.common_name = "Between";
  between.authority = true;
  between.crl_points = scene.status.list();
  const TestCertificate intermediate = issued_by(scene.ca, between);
  CertificateWish wish;
  wish.authority_info = scene.status.responder();  // no list of its own
  scene.leaf = issued_by(intermediate, wish);
  scene.leaf.issuer = intermediate.certificate;
  scene.server = std::make_unique<LoopbackServer>(LoopbackServer::always("x"), scene.leaf);
  scene.crl = Mode::kIfNamed;
  CHECK(scene.run().code == 0);
  scene.status.script = [&](Peer& peer, const std::string&) {
    test::CrlWish list;
    list.revoked = {{&intermediate, 2}};
    peer.reply(test::make_crl(scene.ca, list));
  };
  scene.refused("'O=Coffer tests, CN=Between' is revoked by its issuer's list (cACompromise)");
}

TEST_CASE("one answer serves a run, and one that was not believed is asked for again") {
  Scene scene(true, false);
  Client client(scene.options());
  for (const char* host : {"127.0.0.1", "localhost"}) {
    for (int i = 0; i < 2; ++i) {
      net::Request request = get(scene.server->url("/", host));
      request.fresh_connection = true;
      CHECK(client.run(request).code == 0);
    }
  }
  CHECK(scene.server->connections() > 2);
  CHECK(scene.status.server.requests().size() == 1);

  Scene shy(true, false);
  std::atomic<bool> down{true};
  shy.status.script = [&](Peer& peer, const std::string& request) {
    if (down) {
      peer.reply("", "503 Service Unavailable");
    } else {
      shy.tell(peer, request);
    }
  };
  Client later(shy.options());
  CHECK(later.run(get(shy.server->url())).code == 280);
  down = false;
  CHECK(later.run(get(shy.server->url())).code == 0);
}

TEST_CASE("a handler is asked after the check and may override it for that certificate") {
  Scene scene(true, false);
  std::vector<net::ServerCertificate> asked;
  bool accept = true;
  scene.ask = [&](const net::ServerCertificate& certificate, std::function<void(bool)> answer) {
    asked.push_back(certificate);
    answer(accept);
  };
  CHECK(scene.run().code == 0);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].verified);
  CHECK(asked[0].status == "OK");

  CertificateWish wish;
  wish.crl_points = scene.status.list();
  const TestCertificate another = issued_by(scene.ca, wish);
  scene.status.script = [&](Peer& peer, const std::string&) {
    test::CrlWish list;
    list.revoked = {{&scene.leaf, 1}, {&another, 1}};
    peer.reply(test::make_crl(scene.ca, list));
  };
  Client client(scene.options());
  const auto afresh = [&] {
    net::Request request = get(scene.server->url());
    request.fresh_connection = true;
    return client.run(request);
  };
  CHECK(afresh().reply.body == "secret answer");
  CHECK(afresh().reply.body == "secret answer");
  REQUIRE(asked.size() == 2);
  CHECK_FALSE(asked[1].verified);
  CHECK(asked[1].status.find("is revoked") != std::string::npos);
  // Another one of the same names is not covered by that.
  accept = false;
  scene.server->present(another);
  const auto outcome = afresh();
  CHECK(outcome.code == 280);
  CHECK(outcome.text.find("is revoked") != std::string::npos);
  REQUIRE(asked.size() == 3);
  CHECK(asked[2].der != asked[1].der);
  CHECK(afresh().code == 280);
  CHECK(asked.size() == 3);
}
