// When a run's token is renewed, and how often.
#include <doctest/doctest.h>

#include "core/error.h"
#include "fake_transport.h"
#include "oauth/token_source.h"

using namespace coffer;
using coffer::test::FakeAnswer;
using coffer::test::FakeTransport;

namespace {

constexpr const char* kUrl = "https://login.example/token";

class ManualClock final : public core::Clock {
 public:
  Time now() const override { return now_; }
  std::chrono::system_clock::time_point wall() const override { return {}; }
  void pass(int seconds) { now_ += std::chrono::seconds(seconds); }

 private:
  Time now_ = Time(std::chrono::hours(1));
};

oauth::TokenSettings credentials() {
  oauth::TokenSettings settings;
  settings.grant = oauth::Grant::kClientCredentials;
  settings.token_url = kUrl;
  settings.client_id = "id";
  settings.client_secret = core::Secret("secret");
  return settings;
}

FakeAnswer token(const std::string& access, int life, const std::string& refresh = {}) {
  return FakeAnswer::ok(R"({"token_type":"Bearer","access_token":")" + access +
                        R"(","expires_in":)" + std::to_string(life) +
                        (refresh.empty() ? "" : R"(,"refresh_token":")" + refresh + "\"") + "}");
}

}  // namespace

TEST_CASE("the Authorization property is used as it is and cannot be renewed") {
  FakeTransport transport;
  ManualClock clock;
  oauth::TokenSettings settings = credentials();
  settings.authorization = core::Secret("Bearer fixed");
  oauth::TokenSource source(settings, transport, clock);
  CHECK(source.authorization() == "Bearer fixed");
  CHECK_FALSE(source.can_refresh());
  clock.pass(1000000);
  CHECK_FALSE(source.needs_refresh(clock.now()));
  try {
    source.refresh([](const oauth::TokenResult&) {});
    FAIL("renewed");
  } catch (const core::Error& error) {
    CHECK(error.code() == 707);
  }
}

TEST_CASE("without any way to a token a run cannot begin") {
  FakeTransport transport;
  ManualClock clock;
  const auto code = [&](const oauth::TokenSettings& settings) {
    try {
      oauth::TokenSource source(settings, transport, clock);
    } catch (const core::Error& error) {
      return error.code();
    }
    return 0;
  };
  CHECK(code({}) == 707);
  for (const auto grant :
       {oauth::Grant::kAuthorizationCode, oauth::Grant::kImplicit, oauth::Grant::kPassword}) {
    oauth::TokenSettings settings = credentials();
    settings.grant = grant;
    CHECK(code(settings) == 707);
    settings.refresh_token = core::Secret("r");
    CHECK(code(settings) == 0);
    settings.automatic_refresh = false;
    CHECK(code(settings) == 707);
    settings.access_token = core::Secret("a");
    CHECK(code(settings) == 0);
  }
  CHECK(code(credentials()) == 0);
  oauth::TokenSettings unsafe = credentials();
  unsafe.token_url = "http://login.example/token";
  CHECK(code(unsafe) == 713);
}

TEST_CASE("a token is renewed five minutes before its end, a short one at half its life") {
  for (const auto& row : {std::pair{3600, 3300}, std::pair{600, 300}, std::pair{400, 200}}) {
    const int life = row.first;
    CAPTURE(life);
    FakeTransport transport;
    transport.on(kUrl, token("one", life));
    ManualClock clock;
    oauth::TokenSource source(credentials(), transport, clock);
    CHECK(source.needs_refresh(clock.now()));
    CHECK(source.authorization() == "");
    int done = 0;
    source.refresh([&](const oauth::TokenResult& result) { done += result.code == 0 ? 1 : 0; });
    CHECK(done == 0);
    transport.run_once(std::chrono::milliseconds(0));
    CHECK(done == 1);
    CHECK(source.authorization() == "Bearer one");
    clock.pass(row.second - 1);
    CHECK_FALSE(source.needs_refresh(clock.now()));
    clock.pass(1);
    CHECK(source.needs_refresh(clock.now()));
  }
}

TEST_CASE("a token of unknown lifetime is used until the service refuses it") {
  FakeTransport transport;
  ManualClock clock;
  oauth::TokenSettings settings = credentials();
  settings.access_token = core::Secret("old");
  oauth::TokenSource source(settings, transport, clock);
  CHECK(source.authorization() == "Bearer old");
  clock.pass(1000000);
  CHECK_FALSE(source.needs_refresh(clock.now()));
  CHECK(source.can_refresh());
}

TEST_CASE("everybody who asks meanwhile gets the one answer") {
  FakeTransport transport;
  transport.on(kUrl, token("one", 3600));
  ManualClock clock;
  oauth::TokenSource source(credentials(), transport, clock);
  std::vector<int> order;
  int heard = 0;
  source.set_listener([&](const oauth::Token& fresh) {
    ++heard;
    CHECK(fresh.access.reveal() == "one");
  });
  source.refresh([&](const oauth::TokenResult&) {
    order.push_back(1);
    source.refresh([&](const oauth::TokenResult&) { order.push_back(3); });
  });
  source.refresh([&](const oauth::TokenResult&) { order.push_back(2); });
  CHECK(source.refreshing());
  CHECK(transport.count() == 1);
  transport.run_once(std::chrono::milliseconds(0));
  CHECK(order == std::vector<int>{1, 2});
  transport.run_once(std::chrono::milliseconds(0));
  CHECK(order == std::vector<int>{1, 2, 3});
  CHECK(transport.count() == 2);
  CHECK(heard == 2);
  CHECK_FALSE(source.refreshing());
}

TEST_CASE("a failure leaves the token that there is") {
  FakeTransport transport;
  transport.on(kUrl, FakeAnswer::with_status(400, R"({"error":"invalid_grant"})"));
  ManualClock clock;
  oauth::TokenSettings settings = credentials();
  settings.access_token = core::Secret("old");
  oauth::TokenSource source(settings, transport, clock);
  std::int32_t code = 0;
  source.refresh([&](const oauth::TokenResult& result) { code = result.code; });
  transport.run_once(std::chrono::milliseconds(0));
  CHECK(code == 708);
  CHECK(source.authorization() == "Bearer old");
}

TEST_CASE("a new refresh token replaces the old one, none keeps it") {
  FakeTransport transport;
  transport.sequence(kUrl, {token("a1", 3600, "r2"), token("a2", 3600), token("a3", 3600)});
  ManualClock clock;
  oauth::TokenSettings settings = credentials();
  settings.grant = oauth::Grant::kAuthorizationCode;
  settings.refresh_token = core::Secret("r1");
  oauth::TokenSource source(settings, transport, clock);
  for (int i = 0; i < 3; ++i) {
    source.refresh([](const oauth::TokenResult&) {});
    transport.run_once(std::chrono::milliseconds(0));
  }
  const auto seen = transport.requests();
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].request.body.find("refresh_token=r1") != std::string::npos);
  CHECK(seen[1].request.body.find("refresh_token=r2") != std::string::npos);
  CHECK(seen[2].request.body.find("refresh_token=r2") != std::string::npos);
  CHECK(source.token().refresh.reveal() == "r2");
  CHECK(source.authorization() == "Bearer a3");
}

TEST_CASE("client credentials ask for the service's default scope") {
  const auto scope = [](const std::string& service, const std::string& own) {
    FakeTransport transport;
    ManualClock clock;
    oauth::TokenSettings settings = credentials();
    settings.service = net::Url::parse(service);
    settings.scope = own;
    oauth::TokenSource source(settings, transport, clock);
    source.refresh([](const oauth::TokenResult&) {});
    const std::string body = transport.requests()[0].request.body;
    return body.substr(body.find("scope=") + 6);
  };
  CHECK(scope("https://graph.microsoft.com/v1.0", "") ==
        "https%3A%2F%2Fgraph.microsoft.com%2F.default");
  CHECK(scope("https://graph.microsoft.us/v1.0", "") ==
        "https%3A%2F%2Fgraph.microsoft.us%2F.default");
  CHECK(scope("http://127.0.0.1:8080/v1.0", "") == "https%3A%2F%2Fgraph.microsoft.com%2F.default");
  CHECK(scope("https://graph.microsoft.com/v1.0", "own") == "own");
}

TEST_CASE("a source that goes away cancels its request") {
  FakeTransport transport;
  transport.on(kUrl, token("one", 3600));
  ManualClock clock;
  bool called = false;
  {
    oauth::TokenSource source(credentials(), transport, clock);
    source.refresh([&](const oauth::TokenResult&) { called = true; });
  }
  transport.run_once(std::chrono::milliseconds(0));
  CHECK_FALSE(called);
  CHECK(transport.requests()[0].cancelled);
}

TEST_CASE("an hour with tokens of one minute: always one that is good, renewed once each time") {
  FakeTransport transport;
  ManualClock clock;
  oauth::TokenSettings settings = credentials();
  settings.grant = oauth::Grant::kAuthorizationCode;
  settings.refresh_token = core::Secret("r0");
  int issued = 0;
  auto ends = clock.now();
  transport.on(kUrl, [&](const net::Request& request) {
    // Rotation: only the newest refresh token is good.
    const std::string newest = "&refresh_token=r" + std::to_string(issued);
    const std::string tail = request.body.substr(request.body.find("&refresh_token="));
    if (tail != newest) {
      return FakeAnswer::with_status(400, R"({"error":"invalid_grant"})");
    }
    ++issued;
    ends = clock.now() + std::chrono::seconds(60);
    return token("t" + std::to_string(issued), 60, "r" + std::to_string(issued));
  });
  oauth::TokenSource source(settings, transport, clock);
  int failures = 0;
  for (int second = 0; second < 3600; ++second) {
    if (source.needs_refresh(clock.now())) {
      source.refresh([&](const oauth::TokenResult& result) { failures += result.code != 0; });
      source.refresh([&](const oauth::TokenResult& result) { failures += result.code != 0; });
      transport.run_once(std::chrono::milliseconds(0));
    }
    // Each request of the run carries the newest token, and it is good.
    CHECK(source.authorization() == "Bearer t" + std::to_string(issued));
    CHECK(clock.now() < ends);
    clock.pass(1);
  }
  CHECK(failures == 0);
  CHECK(issued == 120);  // at half its life, each minute twice
}

TEST_CASE("the password grant renews itself with the password, which is no client secret") {
  FakeTransport transport;
  transport.on(kUrl, token("one", 3600, "r"));
  ManualClock clock;
  oauth::TokenSettings settings = credentials();
  settings.grant = oauth::Grant::kPassword;
  settings.user_name = "a@b";
  oauth::TokenSource source(settings, transport, clock);
  source.refresh([](const oauth::TokenResult&) {});
  transport.run_once(std::chrono::milliseconds(0));
  CHECK(transport.requests()[0].request.body ==
        "grant_type=password&client_id=id&username=a%40b&password=secret");
  settings.user_name.clear();
  settings.refresh_token = core::Secret("r");
  oauth::TokenSource other(settings, transport, clock);
  other.refresh([](const oauth::TokenResult&) {});
  transport.run_once(std::chrono::milliseconds(0));
  CHECK(transport.requests()[1].request.body ==
        "grant_type=refresh_token&client_id=id&refresh_token=r");
}

TEST_CASE("a token that ends as it comes is used until the service refuses it") {
  FakeTransport transport;
  transport.on(kUrl, token("one", 0));
  ManualClock clock;
  oauth::TokenSource source(credentials(), transport, clock);
  source.refresh([](const oauth::TokenResult&) {});
  transport.run_once(std::chrono::milliseconds(0));
  CHECK_FALSE(source.needs_refresh(clock.now()));
}

TEST_CASE("a token whose end has passed is renewed before anything is asked with it") {
  FakeTransport transport;
  ManualClock clock;
  oauth::TokenSettings settings = credentials();
  settings.access_token = core::Secret("old");
  settings.expires_in = -1;
  CHECK(oauth::TokenSource(settings, transport, clock).needs_refresh(clock.now()));
  settings.expires_in = 3600;
  CHECK_FALSE(oauth::TokenSource(settings, transport, clock).needs_refresh(clock.now()));
}

TEST_CASE("an assertion is made anew for each request, and no secret goes with it") {
  FakeTransport transport;
  transport.on(kUrl, token("one", 3600));
  ManualClock clock;
  oauth::TokenSettings settings = credentials();
  int made = 0;
  settings.assertion = [&made](const std::string& url) {
    CHECK(url == kUrl);
    return core::Secret("jwt" + std::to_string(++made));
  };
  oauth::TokenSource source(settings, transport, clock);
  for (int i = 1; i <= 2; ++i) {
    source.refresh([](const oauth::TokenResult&) {});
    transport.run_once(std::chrono::milliseconds(0));
    const std::string body = transport.requests().back().request.body;
    CHECK(body.find("&client_assertion=jwt" + std::to_string(i)) != std::string::npos);
    CHECK(body.find("client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3A"
                    "jwt-bearer") != std::string::npos);
    CHECK(body.find("client_secret") == std::string::npos);
  }
}
