// Servers whose certificates are revoked or not, and who tells so.
//
// Threads: those of LoopbackServer; a Scene belongs to the test's.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

#include "net_test.h"
#include "test_revocation.h"

namespace coffer::test {

using revocation::Mode;

// Answers one request; the test exchanges it while the server's threads run.
class Script {
 public:
  using Answer = std::function<void(Peer&, const std::string& request)>;
  explicit Script(Answer answer) : answer_(std::move(answer)) {}
  Script& operator=(Answer answer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    answer_ = std::move(answer);
    return *this;
  }
  void operator()(Peer& peer, const std::string& request) const {
    Answer answer;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      answer = answer_;
    }
    answer(peer, request);
  }

 private:
  mutable std::mutex mutex_;
  Answer answer_;
};

// A server of lists and OCSP answers.
struct StatusServer {
  Script script;
  LoopbackServer server;

  explicit StatusServer(Script::Answer given)
      : script(std::move(given)), server([this](Peer& peer) {
          for (std::string request = peer.request(); !request.empty(); request = peer.request())
            script(peer, request);
        }) {}
  std::string list() const { return "URI:" + server.url("/list.crl"); }
  std::string responder() const { return "OCSP;URI:" + server.url("/ocsp"); }
};

inline std::string body_of(const std::string& request) {
  return request.substr(request.find("\r\n\r\n") + 4);
}

// A CA, its server, and who tells about their certificates.
struct Scene {
  TestCertificate ca = authority();
  std::atomic<bool> revoked{false};
  StatusServer status{[this](Peer& peer, const std::string& request) { tell(peer, request); }};
  TestCertificate leaf;
  std::unique_ptr<LoopbackServer> server;
  Mode crl = Mode::kOff, ocsp = Mode::kOff;
  std::function<void(const net::ServerCertificate&, std::function<void(bool)>)> ask;
  std::chrono::milliseconds limit{50000};  // a test about it sets its own

  explicit Scene(bool with_list, bool with_responder) {
    CertificateWish wish;
    if (with_list) wish.crl_points = status.list();
    if (with_responder) wish.authority_info = status.responder();
    present(wish);
    if (with_list) crl = Mode::kRequired;
    if (with_responder) ocsp = Mode::kRequired;
  }
  void present(const CertificateWish& wish) {
    leaf = issued_by(ca, wish);
    server = std::make_unique<LoopbackServer>(LoopbackServer::always("secret answer"), leaf);
  }
  void tell(Peer& peer, const std::string& request) const {
    if (request.rfind("POST", 0) == 0) {
      test::OcspWish wish;
      if (revoked) wish.status = V_OCSP_CERTSTATUS_REVOKED;
      peer.reply(test::make_ocsp(ca, body_of(request), wish));
      return;
    }
    test::CrlWish wish;
    if (revoked) wish.revoked = {{&leaf, 1}};
    peer.reply(test::make_crl(ca, wish));
  }
  void answer_after(const std::atomic<bool>& release) {
    status.script = [this, &release](Peer& peer, const std::string& request) {
      while (!release)
        std::this_thread::yield();
      tell(peer, request);
    };
  }
  net::TransportOptions options() const {
    net::TransportOptions result = options_for(server->url());
    result.server_ca_pem = ca.pem();
    result.other_headers = {"X-Secret: header"};
    result.revocation.crl = crl;
    result.revocation.ocsp = ocsp;
    result.revocation_limit = limit;
    result.timeout_seconds = 60;  // longer than a test waits: the limit of the check ends it
    result.ask = ask;
    return result;
  }
  net::Outcome run() const {
    net::Request request = get(server->url());
    request.authorization = "Bearer secret";
    return Client(options()).run(request);
  }
  void refused(const std::string& words) const {
    const std::string before = server->received();
    const net::Outcome outcome = run();
    CAPTURE(outcome.text);
    CHECK(outcome.code == 280);
    CHECK(outcome.text.find(words) != std::string::npos);
    CHECK(server->received() == before);
  }
};

}  // namespace coffer::test
