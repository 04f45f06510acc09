// The check for revocation between other transfers: nobody waits for it who need not.
#include <doctest/doctest.h>

#include <atomic>
#include <ctime>

#include "revocation_scene.h"

using namespace coffer;
using namespace coffer::test;

TEST_CASE("other transfers continue while a responder keeps us waiting") {
  Scene scene(true, false);
  std::atomic<bool> release{false};
  scene.answer_after(release);
  LoopbackServer plain(LoopbackServer::always("meanwhile"));
  Client client(scene.options());
  std::vector<std::string> order;
  const auto start = [&](const std::string& url) {
    client.transport().start(get(url), nullptr, [&](net::Outcome&& outcome) {
      order.push_back(outcome.reply.body);
      if (order.size() == 2) release = true;
    });
  };
  start(scene.server->url());
  CHECK(client.until([&] { return scene.status.server.requests().size() == 1; }));
  start(plain.url());
  CHECK(client.until([&] { return order.size() == 1; }));
  start(plain.url());
  CHECK(client.until([&] { return order.size() == 3; }));
  CHECK(order == std::vector<std::string>{"meanwhile", "meanwhile", "secret answer"});
}

TEST_CASE("with one connection allowed the check still gets its own") {
  Scene scene(true, true);
  net::TransportOptions options = scene.options();
  options.max_connections = 1;
  Client client(options);
  int done = 0;
  for (int i = 0; i < 4; ++i) {
    client.transport().start(get(scene.server->url()), nullptr, [&](net::Outcome&& outcome) {
      CHECK(outcome.code == 0);
      ++done;
    });
  }
  CHECK(client.until([&] { return done == 4; }));
  CHECK(scene.status.server.requests().size() == 2);
}

TEST_CASE("the check takes the place of the request that waits for it") {
  Scene scene(true, false);
  LoopbackServer plain(LoopbackServer::always("later"));
  net::TransportOptions options = scene.options();
  options.max_connections = 1;
  Client client(options);
  int done = 0;
  client.transport().start(get(scene.server->url()), nullptr, [&](net::Outcome&& outcome) {
    CHECK(outcome.code == 0);
    ++done;
  });
  client.transport().start(get(plain.url()), nullptr, [&](net::Outcome&&) {
    CHECK(scene.status.server.requests().size() == 1);
    ++done;
  });
  CHECK(client.until([&] { return done == 2; }));
}

TEST_CASE("a request that is cancelled while its certificate is checked is forgotten") {
  Scene scene(true, false);
  std::atomic<bool> release{false};
  scene.answer_after(release);
  Client client(scene.options());
  bool called = false;
  const auto id = client.transport().start(get(scene.server->url()), nullptr,
                                           [&](net::Outcome&&) { called = true; });
  CHECK(client.until([&] { return scene.status.server.requests().size() == 1; }));
  client.transport().cancel(id);
  release = true;
  CHECK(client.run(get(scene.server->url())).code == 0);
  CHECK_FALSE(called);
}

TEST_CASE("a check that has run out is made anew, and nobody is asked again while it is good") {
  int asked = 0;
  int checks = 0;
  revocation::Verdict verdict;
  const auto gate = std::make_shared<net::TlsGate>(
      [&](const net::ServerCertificate&, const std::function<void(bool)>& answer) {
        ++asked;
        answer(true);
      });
  gate->check_with([&](const net::ServerCertificate&,
                       const std::function<void(const revocation::Verdict&)>& done) {
    ++checks;
    done(verdict);
  });
  net::ServerCertificate certificate;
  certificate.host = "host";
  certificate.der = {1};
  certificate.verified = true;
  const auto accepted = [&] {
    gate->park(1, certificate);
    gate->ask_open_questions();
    return gate->take_answers().at(0).accepted;
  };
  using Decision = net::TlsGate::Decision;
  verdict.until = std::time(nullptr) - 1;
  CHECK(accepted());
  CHECK((gate->decision("host", {1}, true) == Decision::kUnknown));
  verdict.until = std::time(nullptr) + 1000;
  CHECK(accepted());
  CHECK((gate->decision("host", {1}, true) == Decision::kAccepted));
  CHECK(checks == 2);
  CHECK(asked == 1);
  verdict.problem = "it is revoked by now";
  CHECK(accepted());
  CHECK(asked == 2);
}
