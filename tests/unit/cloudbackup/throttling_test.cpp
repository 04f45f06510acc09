#include "engine_fixture.h"

using namespace coffer;
using namespace coffer::test;
using namespace std::chrono_literals;

namespace {
FakeAnswer refusal(const std::string& retry_after, const std::string& message = "slow down") {
  FakeAnswer answer = FakeAnswer::with_status(429, service_error("ApplicationThrottled", message));
  if (!retry_after.empty()) {
    answer.header("Retry-After", retry_after);
  }
  return answer;
}
}  // namespace

TEST_CASE("nothing leaves before the gate opens, and no retry is spent") {
  Bench bench;
  bench.settings.max_retry_count = 0;
  bench.serve({"a", "b"});
  std::vector<core::Clock::Time> sent;
  int refusals = 2;
  bench.transport.on(bench.base + "/me/messages/", [&](const net::Request&) {
    sent.push_back(bench.clock.now());
    return refusals-- > 0 ? refusal("7") : FakeAnswer::ok(bench.mail, "text/plain");
  });
  CHECK(bench.execute() == store::RunEnd::kComplete);
  CHECK(bench.counters.values().saved == 2);
  CHECK(bench.events.count("messageerror") == 0);
  REQUIRE(sent.size() == 4);
  CHECK(sent[2] - sent[1] >= 7s);
  CHECK(bench.was_logged("nothing is sent for 7 s"));
}

TEST_CASE("what was handed over before the refusal waits for the gate as well, and is sent once") {
  Bench bench;
  bench.settings.max_retry_count = 0;
  bench.transport.ask_before_each();
  bench.serve({"a", "b", "c", "d"});
  std::vector<core::Clock::Time> sent;
  int refusals = 1;
  bench.transport.on(bench.base + "/me/messages/", [&](const net::Request&) {
    sent.push_back(bench.clock.now());
    return refusals-- > 0 ? refusal("7") : FakeAnswer::ok(bench.mail, "text/plain");
  });
  CHECK(bench.execute() == store::RunEnd::kComplete);
  CHECK(bench.counters.values().saved == 4);
  CHECK(bench.events.count("messageerror") == 0);
  REQUIRE(sent.size() == 5);  // the refused one twice, the three others once
  CHECK(sent[1] - sent[0] >= 7s);
}

TEST_CASE("a pause beyond ThrottleWaitLimit ends the run with 715") {
  Bench bench;
  bench.settings.throttle_wait_limit = 100s;
  bench.transport.on(bench.list, refusal("101"));
  CHECK(bench.execute() == store::RunEnd::kFailed);
  CHECK(bench.events.count("error 715") == 1);
  CHECK(bench.transport.count() == 1);
}

TEST_CASE("at most min(MaxConnections, MailboxConcurrency) are in flight") {
  for (const auto& setting : {std::pair<int, int>{8, 4}, {2, 4}, {6, 0}}) {
    Bench bench;
    bench.settings.max_connections = setting.first;
    bench.settings.mailbox_concurrency = setting.second;
    std::vector<std::string> ids;
    for (int i = 0; i < 20; ++i) {
      ids.push_back("m" + std::to_string(i));
    }
    bench.serve(ids);
    bench.transport.on(bench.base + "/me/messages/", [&](const net::Request&) {
      return FakeAnswer::ok(bench.mail, "text/plain").held();
    });
    bench.transport.set_idle([&bench](std::chrono::milliseconds) {
      bench.transport.release_all();
      return true;
    });
    CHECK(bench.execute() == store::RunEnd::kComplete);
    CHECK(bench.counters.values().saved == 20);
    CHECK(bench.transport.peak_in_flight() ==
          static_cast<std::size_t>(setting.second == 0 ? setting.first
                                                       : std::min(setting.first, setting.second)));
  }
}

TEST_CASE("a refusal for concurrency halves what may be in flight") {
  Bench bench;
  bench.serve({"a", "b", "c", "d", "e", "f", "g", "h"});
  bench.transport.on(bench.base + "/me/messages/",
                     refusal("1", "Application is over its MailboxConcurrency limit."), 1);
  bench.execute();
  CHECK(bench.counters.values().saved == 8);
  CHECK(bench.was_logged("at most 2 requests"));
}

TEST_CASE("a request refused twenty times while others succeed counts as failed") {
  Bench bench;
  std::vector<std::string> ids{"bad"};
  for (int i = 0; i < 100; ++i) {
    ids.push_back("m" + std::to_string(i));
  }
  bench.serve(ids);
  bench.settings.max_retry_count = 0;
  bench.transport.on(bench.value("bad"), refusal("1"));
  CHECK(bench.execute() == store::RunEnd::kComplete);
  CHECK(bench.counters.values().saved == 100);
  CHECK(bench.counters.values().failed == 1);
  CHECK(bench.transport.count(bench.value("bad")) == 20);
}

TEST_CASE("a 401 is answered with one refresh and a replay") {
  Bench bench;
  bench.serve({"a", "b", "c"});
  bench.credentials.refreshable = true;
  bench.transport.on(
      [](const net::Request& request) { return request.authorization == "Bearer first"; },
      [](const net::Request&) {
        return FakeAnswer::with_status(401, service_error("InvalidAuthenticationToken"));
      });
  CHECK(bench.execute() == store::RunEnd::kComplete);
  CHECK(bench.credentials.refreshes == 1);
  CHECK(bench.counters.values().saved == 3);
}

TEST_CASE("a 401 that no refresh mends is 707") {
  Bench bench;
  bench.transport.on(bench.list,
                     FakeAnswer::with_status(401, service_error("InvalidAuthenticationToken")));
  SUBCASE("nothing to refresh with") {}
  SUBCASE("the new token is refused too") {
    bench.credentials.refreshable = true;
  }
  CHECK(bench.execute() == store::RunEnd::kFailed);
  CHECK(bench.events.count("error 707") == 1);
}

TEST_CASE("a token that ends soon is renewed before the request") {
  Bench bench;
  bench.serve({"a"});
  bench.credentials.refreshable = true;
  bench.credentials.is_stale = true;
  bench.execute();
  CHECK(bench.transport.requests().front().request.authorization == "Bearer refreshed1");
}

TEST_CASE("a token that ends again and again is renewed again and again") {
  Bench bench;
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back("m" + std::to_string(i));
  }
  bench.serve(ids);
  bench.credentials.refreshable = true;
  std::map<std::string, int> used;
  bench.transport.on(
      [&used](const net::Request& request) { return ++used[request.authorization] > 3; },
      [](const net::Request&) {
        return FakeAnswer::with_status(401, service_error("InvalidAuthenticationToken"));
      });
  CHECK(bench.execute() == store::RunEnd::kComplete);
  CHECK(bench.counters.values().saved == 20);
}
