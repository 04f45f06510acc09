// The channel to the ACS: one POST at a time, its limits, its one retry, its interruption.
#include "threeds/acs_channel.h"

#include <doctest/doctest.h>

#include <thread>

#include "channel_fixture.h"
#include "core/error.h"

using namespace coffer;
using namespace coffer::test;
using threeds::AcsChannel;
using threeds::AcsLimits;
using threeds::AcsMessage;
using threeds::AcsReply;
using Kind = threeds::AcsReply::Kind;
using std::chrono::seconds;

namespace {

const std::string kUrl = "https://acs.test/challenge";

struct Rig : Network {
  int idle_calls = 0;
  int stop_after = 1 << 20;
  AcsChannel channel{maker(), clock, [this] {
                       ++idle_calls;
                       return idle_calls < stop_after;
                     }};

  Rig() {
    channel.begin();
    channel.open({});
  }
  AcsReply post(AcsLimits limits = {}) {
    return channel.post({kUrl, "application/jose; charset=UTF-8", "id-1", "body"}, limits);
  }
  double passed(core::Clock::Time since) const {
    return std::chrono::duration<double>(clock.now() - since).count();
  }
};

}  // namespace

TEST_CASE("a message goes out as a POST with its headers, as a peer that gets none of ours") {
  Rig rig;
  rig.transport.on(kUrl, FakeAnswer::ok("answer"));
  const AcsReply reply = rig.post();
  CHECK(reply.kind == Kind::kReply);
  CHECK(reply.status == 200);
  CHECK(reply.body == "answer");
  CHECK(reply.sent);
  const net::Request request = rig.transport.requests().at(0).request;
  CHECK(request.method == "POST");
  CHECK(request.url == kUrl);
  CHECK(request.body == "body");
  CHECK((request.peer == net::Peer::kAcs));
  CHECK(request.headers == std::vector<std::string>{"Content-Type: application/jose; charset=UTF-8",
                                                    "X-Request-ID: id-1"});
  rig.channel.post({kUrl, "application/json; charset=utf-8", "", "{}"}, {});
  CHECK(rig.transport.requests().at(1).request.headers ==
        std::vector<std::string>{"Content-Type: application/json; charset=utf-8"});
}

TEST_CASE("a connection that does not come about is tried once more, and not a third time") {
  for (const std::int32_t code : {10061, 11001, 276, 10054}) {
    Rig rig;
    rig.transport.on(kUrl, FakeAnswer::ok("late"));
    rig.transport.on(kUrl, FakeAnswer::failure(code, true), 1);
    CHECK(rig.post().body == "late");
    CHECK(rig.transport.count() == 2);
    rig.transport.on(kUrl, FakeAnswer::failure(code, true));
    const AcsReply reply = rig.post();
    CHECK(reply.kind == Kind::kFailed);
    CHECK(reply.code == code);
    CHECK_FALSE(reply.sent);
    CHECK(rig.transport.count() == 4);
  }
}

TEST_CASE("what left, a refused certificate and a message without retry are not repeated") {
  Rig rig;
  rig.transport.on(kUrl, FakeAnswer::ok("half").fails(10054, true));
  const AcsReply broken = rig.post();
  CHECK(broken.kind == Kind::kFailed);
  CHECK(broken.code == 10054);
  CHECK(broken.sent);
  CHECK(rig.transport.count() == 1);
  rig.transport.on(kUrl, FakeAnswer::failure(280, false));
  CHECK(rig.post().code == 280);
  CHECK(rig.transport.count() == 2);
  rig.transport.on(kUrl, FakeAnswer::failure(10061, true));
  AcsLimits once;
  once.retry = false;
  CHECK(rig.post(once).code == 10061);
  CHECK(rig.transport.count() == 3);
}

TEST_CASE("a reply that does not come ends after the limit, one that trickles too") {
  Rig rig;
  rig.transport.on(kUrl, FakeAnswer::ok("never").held());
  const auto start = rig.clock.now();
  AcsReply reply = rig.post();
  CHECK(reply.kind == Kind::kTimeout);
  CHECK(reply.sent);
  CHECK(rig.passed(start) >= 10);
  CHECK(rig.passed(start) < 11);
  CHECK(rig.transport.in_flight() == 0);
  CHECK(rig.transport.count() == 1);
  AcsLimits three;
  three.timeout = seconds(3);
  rig.transport.on(kUrl, FakeAnswer::ok("0123456789").in_chunks(1).held(4));
  const auto again = rig.clock.now();
  reply = rig.post(three);
  CHECK(reply.kind == Kind::kTimeout);
  CHECK(rig.passed(again) >= 3);
  CHECK(rig.passed(again) < 4);
}

TEST_CASE("without a limit of its own a message waits for SDKMaxTimeout alone") {
  Rig rig;
  rig.transport.on(kUrl, FakeAnswer::ok("never").held());
  AcsLimits limits;
  limits.timeout = seconds(0);
  const auto start = rig.clock.now();
  limits.latest = start + seconds(300);
  CHECK(rig.post(limits).kind == Kind::kMaxTimeout);
  CHECK(rig.passed(start) >= 300);
  CHECK(rig.passed(start) < 301);
  limits.timeout = seconds(10);
  limits.latest = rig.clock.now() + seconds(4);
  CHECK(rig.post(limits).kind == Kind::kMaxTimeout);
}

TEST_CASE("timeout is at most ten seconds for a message, and 0 stays without limit") {
  CHECK(threeds::request_timeout(30) == seconds(10));
  CHECK(threeds::request_timeout(3) == seconds(3));
  CHECK(threeds::request_timeout(0) == seconds(0));
}

TEST_CASE("interrupt ends a message before, while and after it was sent") {
  SUBCASE("before") {
    Rig rig;
    rig.channel.interrupt();
    CHECK(rig.post().kind == Kind::kInterrupted);
    CHECK_FALSE(rig.post().sent);
    rig.channel.begin();
    rig.transport.on(kUrl, FakeAnswer::ok("answer"));
    CHECK(rig.post().kind == Kind::kReply);
  }
  SUBCASE("from what runs inside the call") {
    Rig rig;
    rig.transport.on(kUrl, [&](const net::Request&) {
      rig.channel.interrupt();
      return FakeAnswer::ok("never").held();
    });
    CHECK(rig.post().kind == Kind::kInterrupted);
    CHECK(rig.transport.requests().at(0).cancelled);
  }
  SUBCASE("from another thread") {
    Rig rig;
    rig.transport.set_idle(nullptr);
    rig.transport.on(kUrl, FakeAnswer::ok("never").held());
    AcsLimits patient;
    patient.timeout = seconds(0);
    std::thread other([&] {
      rig.transport.wait_for_held(1);
      rig.channel.interrupt();
    });
    const AcsReply reply = rig.post(patient);
    other.join();
    CHECK(reply.kind == Kind::kInterrupted);
    CHECK(reply.sent);
  }
}

TEST_CASE("a reply above the cap is cut off") {
  Rig rig;
  rig.transport.on(kUrl, FakeAnswer::ok(std::string(threeds::kMaxReply + 1, 'x')).in_chunks(65536));
  const AcsReply reply = rig.post();
  CHECK(reply.kind == Kind::kTooLong);
  CHECK(reply.body.empty());
  // In pieces that step over the cap, as libcurl gives them.
  rig.transport.on(kUrl, FakeAnswer::ok(std::string(3 * threeds::kMaxReply, 'x')).in_chunks(65521));
  CHECK(rig.post().kind == Kind::kTooLong);
  rig.transport.on(kUrl, FakeAnswer::ok(std::string(threeds::kMaxReply, 'x')).in_chunks(65536));
  CHECK(rig.post().body.size() == threeds::kMaxReply);
}

TEST_CASE("another status comes with its body; an unreadable reply is a failure of HTTP") {
  Rig rig;
  rig.transport.on(kUrl, FakeAnswer::with_status(502, "<html>"));
  const AcsReply reply = rig.post();
  CHECK(reply.kind == Kind::kReply);
  CHECK(reply.status == 502);
  CHECK(reply.body == "<html>");
  rig.transport.on(kUrl, FakeAnswer::ok("x").fails(706, false));
  CHECK(rig.post().code == 151);
}

TEST_CASE("the binding gets its turn at least every 200 ms or so") {
  Rig rig;
  rig.transport.on(kUrl, FakeAnswer::ok("never").held());
  rig.post();
  CHECK(rig.idle_calls >= 49);
  CHECK(rig.idle_calls <= 51);
  rig.idle_calls = 0;
  rig.stop_after = 3;
  CHECK(rig.post().kind == Kind::kInterrupted);
  CHECK(rig.idle_calls == 3);
}

TEST_CASE("what the idle hook throws leaves post, and the transfer is gone") {
  Network network;
  AcsChannel channel(network.maker(), network.clock,
                     []() -> bool { throw core::Error(301, "signal"); });
  network.transport.on(kUrl, FakeAnswer::ok("never").held());
  channel.begin();
  channel.open({});
  CHECK_THROWS_AS(channel.post({kUrl, "text/plain", "", "x"}, {}), core::Error);
  CHECK(network.transport.in_flight() == 0);
}

TEST_CASE("the application may think about a certificate longer than the ACS may about a reply") {
  Network network;
  AcsChannel channel(network.maker(), network.clock, nullptr);
  net::TransportOptions options;
  options.ask = [&](const net::ServerCertificate&, const std::function<void(bool)>& answer) {
    network.clock.advance(seconds(60));
    answer(true);
  };
  channel.begin();
  channel.open(options);
  bool accepted = false;
  network.transport.on(kUrl, [&](const net::Request&) {
    network.options.ask({}, [&](bool accept) { accepted = accept; });
    return FakeAnswer::ok("never").held();
  });
  const auto start = network.clock.now();
  CHECK(channel.post({kUrl, "text/plain", "", "x"}, {}).kind == Kind::kTimeout);
  CHECK(accepted);
  const double passed = std::chrono::duration<double>(network.clock.now() - start).count();
  CHECK(passed >= 70);
  CHECK(passed < 71);
}
