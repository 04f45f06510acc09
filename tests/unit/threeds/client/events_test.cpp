// Handlers: what they see, what they may call, what becomes of one that fails, and interrupt.
#include <thread>

#include "fixture.h"
#include "test_certificates.h"

using namespace threeds_test;
using namespace coffer::threeds;

namespace {

coffer::net::ServerCertificate shown_certificate(bool verified) {
  coffer::net::ServerCertificate certificate;
  certificate.host = "acs.test";
  coffer::test::CertificateWish wish;
  wish.common_name = "acs.test";
  static const std::string der = coffer::test::self_signed(wish).der();
  certificate.der.assign(der.begin(), der.end());
  certificate.pem_chain = "-----BEGIN";
  certificate.subject = "CN=acs.test";
  certificate.issuer = "CN=Somebody";
  certificate.status = verified ? "OK" : "self-signed certificate";
  certificate.verified = verified;
  return certificate;
}

// The transport asks about a certificate before anything is sent.
void ask_first(ClientRig& rig, bool verified) {
  rig.network.transport.on(
      std::string(kAcsUrl),
      [&rig, verified](const coffer::net::Request&) {
        bool accepted = verified;
        if (rig.network.options.ask) {
          rig.network.options.ask(shown_certificate(verified),
                                  [&accepted](bool accept) { accepted = accept; });
        }
        if (!accepted) {
          return FakeAnswer::failure(280, false, "refused");
        }
        rig.network.options.connected(shown_certificate(verified), {});
        return FakeAnswer::ok(rig.acs.seal(rig.acs.screen_message(1).json()));
      },
      1);
}

void handle_certificate(ClientRig& rig, bool accept) {
  rig.handle<SSLServerAuthenticationEvent>(
      kOnSSLServerAuthentication,
      [accept](SSLServerAuthenticationEvent& event) { event.accept = accept; });
}

}  // namespace

TEST_CASE("a handler that fails surfaces from the method, which did its work all the same") {
  for (const int event : {kOnLog, kOnDataPacketOut, kOnDataPacketIn}) {
    CAPTURE(event);
    ClientRig rig;
    rig.make_ready();
    rig.acs.screen(1);
    rig.fail_in(event);
    CHECK(rig.send() == 30003);
    CHECK(rig.number(kACSUIType) == 1);
    rig.listen();
    rig.acs.finish();
    rig.set(kChallengeDataEntry, "1");
    CHECK(rig.send() == 0);
    CHECK(rig.flag(kChallengeComplete));
  }
  ClientRig rig;
  rig.fail_in(kOnLog);
  CHECK(code_of([&] { rig.client.get_auth_request(); }) == 30003);
  CHECK_FALSE(rig.text(kSDKTransactionId).empty());
}

TEST_CASE("a failing handler of Error surfaces too, and what went wrong stays readable") {
  ClientRig rig;
  rig.open();
  rig.acs.screen(1, [](Members& m) { m.text("acsTransID", kDsId); });
  rig.set(kChallengeDataEntry, "1");
  rig.fail_in(kOnError);
  CHECK(rig.send() == 30003);
  CHECK(rig.client.config("ErrorCode") == "301");
  rig.check_over();
}

TEST_CASE("SSLServerAuthentication decides before anything is sent") {
  SUBCASE("the library's verdict holds without a handler") {
    for (const bool verified : {true, false}) {
      ClientRig rig;
      rig.make_ready();
      ask_first(rig, verified);
      CHECK(rig.send() == (verified ? 0 : 280));
      CHECK(rig.acs.creqs.empty());
    }
  }
  SUBCASE("a handler refuses and accepts") {
    for (const bool accept : {true, false}) {
      ClientRig rig;
      rig.make_ready();
      handle_certificate(rig, accept);
      ask_first(rig, !accept);
      CHECK(rig.send() == (accept ? 0 : 280));
      CHECK(rig.text(kSSLServerCertSubject) == (accept ? "O=Coffer tests, CN=acs.test" : ""));
    }
  }
  SUBCASE("a handler that fails has answered nothing") {
    ClientRig rig;
    rig.make_ready();
    rig.client.on(kOnSSLServerAuthentication,
                  std::make_shared<const core::Handler>([](core::Event& event) {
                    static_cast<SSLServerAuthenticationEvent&>(event).accept = true;
                    return 1;
                  }));
    ask_first(rig, false);
    CHECK(rig.send() == 30003);
    CHECK(rig.text(kSSLServerCertSubject).empty());
    CHECK(rig.number(kACSUIType) == 0);
  }
  SUBCASE("what it is shown") {
    ClientRig rig;
    rig.make_ready();
    std::string seen;
    rig.handle<SSLServerAuthenticationEvent>(
        kOnSSLServerAuthentication, [&](SSLServerAuthenticationEvent& event) {
          seen = event.cert_subject + "|" + event.cert_issuer + "|" + event.status + "|" +
                 std::string(event.cert_encoded.begin(), event.cert_encoded.end()) +
                 (event.accept ? "|yes" : "|no");
        });
    rig.client.config("SSLIncludeCertChain=True");
    ask_first(rig, false);
    CHECK(rig.send() == 280);
    CHECK(seen == "CN=acs.test|CN=Somebody|self-signed certificate|-----BEGIN|no");
  }
}

TEST_CASE("inside a handler actions are refused; settings, properties and interrupt are not") {
  ClientRig rig;
  rig.make_ready();
  rig.acs.screen(1);
  std::vector<std::int32_t> codes;
  rig.handle<DataPacketOutEvent>(kOnDataPacketOut, [&](DataPacketOutEvent&) {
    codes = {code_of([&] { rig.client.send_challenge_request(); }),
             code_of([&] { rig.client.get_auth_request(); }),
             code_of([&] { rig.client.check_auth_response("{}"); }),
             code_of([&] { rig.client.reset(); }),
             code_of([&] { rig.client.reset_transaction_info(); }),
             code_of([&] { rig.client.config("LogLevel"); }),
             code_of([&] { rig.text(kSDKTransactionId); }),
             code_of([&] { rig.client.config("ChallengeTimeRemaining"); }),
             code_of([&] { rig.client.set(kProxyPort, 0, 1); })};
    std::thread other(
        [&] { codes.push_back(code_of([&] { rig.client.send_challenge_request(); })); });
    other.join();
  });
  CHECK(rig.send() == 0);
  CHECK(codes == std::vector<std::int32_t>{30004, 30004, 30004, 30004, 30004, 0, 0, 0, 143, 143});
}

TEST_CASE(
    "interrupt from a handler before the message is sent: nothing leaves, the challenge ends") {
  ClientRig rig;
  rig.make_ready();
  rig.handle<DataPacketOutEvent>(kOnDataPacketOut,
                                 [&](DataPacketOutEvent&) { rig.client.interrupt(); });
  CHECK(rig.send() == 301);
  CHECK(rig.acs.packets.empty());
  CHECK(rig.errors.empty());
  rig.check_over();
}

TEST_CASE("interrupt from another thread while the ACS thinks") {
  ClientRig rig;
  rig.make_ready();
  rig.network.transport.set_idle(nullptr);
  rig.client.set(kTimeout, 0, 0);
  rig.acs.say([](const std::string&) { return FakeAnswer::ok("never").held(); });
  std::thread other([&] {
    rig.network.transport.wait_for_held(1);
    rig.client.interrupt();
  });
  CHECK(rig.send() == 301);
  other.join();
  CHECK(rig.acs.erros.empty());
  rig.check_over();
}

TEST_CASE("a binding's hook ends a call that waits, and an object that goes does too") {
  ClientRig rig;
  rig.open();
  int calls = 0;
  rig.client.on_idle(std::make_shared<const core::IdleHook>([&calls] { return ++calls < 3; }));
  rig.acs.say([](const std::string&) { return FakeAnswer::ok("never").held(); });
  rig.set(kChallengeDataEntry, "1");
  CHECK(rig.send() == 301);
  CHECK(calls == 3);
  rig.check_over();
  ClientRig going;
  going.make_ready();
  going.client.shut_down();
  CHECK(going.send() == 301);
  CHECK(going.acs.packets.empty());
}

TEST_CASE("a send that breaks off without an outcome ends the challenge all the same") {
  ClientRig rig;
  rig.open();
  rig.client.on_idle(std::make_shared<const core::IdleHook>(
      []() -> bool { throw core::Error(30005, "the network layer failed"); }));
  rig.acs.say([](const std::string&) { return FakeAnswer::ok("never").held(); });
  rig.set(kChallengeDataEntry, "1");
  CHECK(rig.send() == 30005);
  CHECK(rig.network.transport.in_flight() == 0);
  rig.check_over();
}

TEST_CASE("interrupt ends the other actions too, and an idle one does nothing") {
  ClientRig rig;
  rig.client.interrupt();
  rig.handle<LogEvent>(kOnLog, [&](LogEvent&) { rig.client.interrupt(); });
  CHECK(code_of([&] { rig.client.get_auth_request(); }) == 301);
  CHECK(rig.text(kSDKTransactionId).empty());
  CHECK(rig.client.config("SDKEphemeralPrivateKey").empty());
  rig.listen();
  rig.request = rig.client.get_auth_request();
  rig.response = rig.acs.ares(rig.request);
  rig.handle<LogEvent>(kOnLog, [&](LogEvent&) { rig.client.interrupt(); });
  CHECK(code_of([&] { rig.client.check_auth_response(rig.response); }) == 301);
  CHECK(rig.text(kTransactionStatus).empty());
  CHECK(rig.send() == 603);
  rig.listen();
  rig.client.check_auth_response(rig.response);
  rig.acs.screen(1);
  CHECK(rig.send() == 0);
}

TEST_CASE("the time of a challenge begins with the first request") {
  ClientRig rig;
  rig.client.config("SDKMaxTimeout=7");
  CHECK(rig.client.config("ChallengeTimeRemaining") == "0");
  rig.make_ready();
  rig.network.clock.advance(std::chrono::minutes(20));
  CHECK(rig.client.config("ChallengeTimeRemaining") == "0");
  rig.acs.screen(1);
  CHECK(rig.send() == 0);
  CHECK(rig.client.config("ChallengeTimeRemaining") == "420");
  rig.client.config("SDKMaxTimeout=99");  // too late: the AReq said 07
  rig.network.clock.advance(std::chrono::seconds(419));
  CHECK(rig.client.config("ChallengeTimeRemaining") == "1");
  rig.acs.screen(1);
  CHECK(rig.send() == 0);
  rig.network.clock.advance(std::chrono::seconds(1));
  CHECK(rig.client.config("ChallengeTimeRemaining") == "0");
  CHECK(rig.send() == 201);
  CHECK(ClientRig::member(rig.acs.erros.at(0), "errorCode") == "402");
  rig.check_over();
}

TEST_CASE("timeout shortens the wait for one reply") {
  for (const std::int32_t timeout : {3, 30}) {
    ClientRig rig;
    rig.open();
    rig.client.set(kTimeout, 0, timeout);
    rig.acs.say([](const std::string&) { return FakeAnswer::ok("never").held(); });
    const auto before = rig.network.clock.now();
    CHECK(rig.send() == 201);
    const double passed = std::chrono::duration<double>(rig.network.clock.now() - before).count();
    CHECK(passed >= std::min(timeout, 10));
    CHECK(passed < std::min(timeout, 10) + 1);
  }
}

TEST_CASE("a connection that fails once is made again with the same packet") {
  ClientRig rig(Version::k220, true);
  rig.make_ready();
  std::vector<std::string> tried;
  rig.network.transport.on(
      std::string(kAcsUrl),
      [&](const coffer::net::Request& request) {
        tried.push_back(request.body);
        return FakeAnswer::failure(276, true);
      },
      1);
  rig.acs.screen(1);
  CHECK(rig.send() == 0);
  CHECK(tried == rig.acs.packets);
  CHECK(rig.packets_out == rig.acs.packets);
}

TEST_CASE("settings of connections arrive at the network") {
  ClientRig rig;
  rig.set(kProxyServer, "proxy.test");
  rig.client.set(kProxyPort, 0, 3128);
  rig.client.config("SSLEnabledProtocols=12288");
  rig.client.config("ReuseSSLSession=False");
  rig.client.set(kTimeout, 0, 4);
  rig.open();
  const auto& options = rig.network.options;
  CHECK(options.proxy.server == "proxy.test");
  CHECK(options.proxy.port == 3128);
  CHECK(options.enabled_protocols == 12288);
  CHECK_FALSE(options.reuse_session);
  CHECK(options.follow_redirects == 0);
  CHECK_FALSE(options.compression);
  CHECK(options.timeout_seconds == 0);
  CHECK(options.connect_timeout_seconds == 4);
  CHECK(rig.network.opened == 1);
}

TEST_CASE("the connection stays open within a challenge, unless something about it changed") {
  ClientRig rig;
  rig.open();
  const auto next = [&rig] {
    rig.acs.screen(1);
    CHECK(rig.send() == 0);
    return rig.network.opened;
  };
  CHECK(next() == 1);
  rig.client.config("ReuseSSLSession=False");
  CHECK(next() == 2);
  CHECK(next() == 2);
  rig.set(kProxyPassword, "other");
  CHECK(next() == 3);
  handle_certificate(rig, true);  // asked in each call
  CHECK(next() == 4);
  CHECK(next() == 5);
  rig.client.on(kOnSSLServerAuthentication, nullptr);
  CHECK(next() == 6);
  CHECK(next() == 6);
  rig.acs.finish();
  CHECK(rig.send() == 0);
  rig.acs.counter = 0;
  rig.open();
  CHECK(rig.network.opened == 7);
}
