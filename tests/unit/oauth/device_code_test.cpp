// RFC 8628, with a clock that only the test moves.
#include "oauth/device_code.h"

#include <doctest/doctest.h>

#include "fake_transport.h"
#include "oauth_fakes.h"

using namespace coffer;
using test::code_of;
using test::FakeAnswer;
using test::FakeTransport;

namespace {

constexpr const char* kDevice = "https://login.example/devicecode";
constexpr const char* kToken = "https://login.example/token";

struct Bench {
  FakeTransport transport;
  test::ManualClock clock;
  oauth::TokenRequest request;
  std::vector<double> asked;  // seconds since the begin

  Bench() {
    request.grant = oauth::TokenGrant::kDeviceCode;
    request.token_url = kToken;
    request.client_id = "id";
    request.scope = "mail.read offline_access";
    request.code = core::Secret("dc");
    transport.set_idle([this](std::chrono::milliseconds time) {
      clock.pass(time);
      return true;
    });
  }
  void answers(const std::vector<FakeAnswer>& all) {
    const auto begin = clock.now();
    const auto next = std::make_shared<std::size_t>(0);
    transport.on(kToken, [this, all, begin, next](const net::Request&) {
      asked.push_back(std::chrono::duration<double>(clock.now() - begin).count());
      return all[std::min((*next)++, all.size() - 1)];
    });
  }
  oauth::TokenResult poll(std::int64_t interval, std::int64_t life, std::int64_t limit = 0) {
    oauth::DeviceAuthorization device;
    device.interval = interval;
    device.expires_in = life;
    return oauth::poll_device_token(transport, clock, request, device, limit, nullptr);
  }
};

FakeAnswer refusal(const std::string& error) {
  return FakeAnswer::with_status(400, R"({"error":")" + error + "\"}");
}

FakeAnswer good() {
  return FakeAnswer::ok(R"({"token_type":"Bearer","access_token":"a","refresh_token":"r"})");
}

}  // namespace

TEST_CASE("asking for a device code") {
  Bench bench;
  bench.transport.on(kDevice, FakeAnswer::ok(R"({"device_code":"dc","user_code":"ABCD-EFGH",
      "verification_uri":"https://microsoft.com/devicelogin","expires_in":"900","interval":7})"));
  const auto device = oauth::request_device_code(bench.transport, kDevice, bench.request, nullptr);
  CHECK(device.device_code.reveal() == "dc");
  CHECK(device.user_code == "ABCD-EFGH");
  CHECK(device.verification_url == "https://microsoft.com/devicelogin");
  CHECK(device.expires_in == 900);
  CHECK(device.interval == 7);
  CHECK(bench.transport.requests()[0].request.body ==
        "client_id=id&scope=mail.read%20offline_access");
  CHECK(bench.transport.requests()[0].request.peer == net::Peer::kToken);
}

TEST_CASE("device codes that are none") {
  const struct {
    FakeAnswer answer;
    int code;
  } cases[] = {
      {FakeAnswer::ok("{}"), 706},
      {FakeAnswer::ok("<html>"), 706},
      {FakeAnswer::ok(R"({"device_code":"d","user_code":"","verification_uri":"u"})"), 706},
      {FakeAnswer::ok(R"({"device_code":"d","user_code":"a\nb","verification_uri":"u"})"), 706},
      {FakeAnswer::ok(R"({"device_code":"d","user_code":"a"})"), 706},
      {FakeAnswer::with_status(400, R"({"error":"unauthorized_client"})"), 708},
      {FakeAnswer::with_status(404, "no"), 151},
  };
  for (const auto& one : cases) {
    Bench bench;
    bench.transport.on(kDevice, one.answer);
    CHECK(code_of([&] {
            oauth::request_device_code(bench.transport, kDevice, bench.request, nullptr);
          }) == one.code);
  }
  Bench bench;
  CHECK(code_of([&] {
          oauth::request_device_code(bench.transport, "http://login.example/", bench.request,
                                     nullptr);
        }) == 713);
  bench.transport.on(kDevice, good().held());
  CHECK(code_of([&] {
          oauth::request_device_code(bench.transport, kDevice, bench.request, [] { return true; });
        }) == 301);
}

TEST_CASE("the interval is kept; slow_down adds five seconds, a dead line doubles it") {
  Bench bench;
  bench.answers({refusal("authorization_pending"), refusal("slow_down"),
                 refusal("authorization_pending"), FakeAnswer::failure(10054, true), good()});
  const oauth::TokenResult result = bench.poll(5, 900);
  CHECK(result.code == 0);
  CHECK(result.token.refresh.reveal() == "r");
  REQUIRE(bench.asked.size() == 5);
  // An interval may be longer by one turn of the wait, never shorter.
  const double due[] = {5, 5, 10, 10, 20};
  double last = 0;
  for (std::size_t i = 0; i < bench.asked.size(); ++i) {
    CAPTURE(i);
    CHECK(bench.asked[i] - last >= due[i]);
    CHECK(bench.asked[i] - last < due[i] + 0.5);
    last = bench.asked[i];
  }
  CHECK(bench.transport.requests()[0].request.body ==
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=id&"
        "device_code=dc&scope=mail.read%20offline_access");
}

TEST_CASE("how a device sign-in ends without a token") {
  const struct {
    FakeAnswer answer;
    int code;
  } cases[] = {
      {refusal("expired_token"), 709},
      {refusal("access_denied"), 708},
      {refusal("authorization_declined"), 708},
      {refusal("bad_verification_code"), 708},
      {FakeAnswer::ok("{}"), 707},
      {FakeAnswer::failure(280, false), 280},
  };
  for (const auto& one : cases) {
    Bench bench;
    bench.answers({refusal("authorization_pending"), one.answer});
    CHECK(bench.poll(5, 900).code == one.code);
    CHECK(bench.asked.size() == 2);
  }
  Bench late;
  late.answers({refusal("authorization_pending")});
  CHECK(code_of([&] { late.poll(5, 31); }) == 709);
  CHECK(late.asked.size() == 6);
  Bench limited;
  limited.answers({refusal("authorization_pending")});
  CHECK(code_of([&] { limited.poll(5, 900, 12); }) == 709);
  CHECK(limited.asked.size() == 2);
  Bench interrupted;
  int looks = 0;
  CHECK(code_of([&] {
          oauth::poll_device_token(interrupted.transport, interrupted.clock, interrupted.request,
                                   {}, 0, [&] { return ++looks > 3; });
        }) == 709);
  oauth::DeviceAuthorization device;
  device.expires_in = 900;
  CHECK(code_of([&] {
          oauth::poll_device_token(interrupted.transport, interrupted.clock, interrupted.request,
                                   device, 0, [&] { return ++looks > 3; });
        }) == 301);
}
