// The scripted transport keeps the promises of the interface, so that engine tests prove something.
#include <doctest/doctest.h>

#include "fake_transport.h"
#include "net_test.h"

using namespace coffer;
using namespace coffer::test;

TEST_CASE("scripts, sequences and what nobody expected") {
  FakeTransport transport;
  transport.sequence("https://g/a", {FakeAnswer::ok("one"), FakeAnswer::ok("two")});
  transport.on("POST https://g/", FakeAnswer::with_status(202));
  transport.on("https://g/down", FakeAnswer::failure(10061, true));
  std::vector<std::string> seen;
  const auto run = [&](net::Request request) {
    transport.start(std::move(request), nullptr, [&](net::Outcome&& outcome) {
      seen.push_back(std::to_string(outcome.code) + " " + std::to_string(outcome.reply.status) +
                     " " + outcome.reply.body);
    });
    CHECK(seen.empty());  // never from start
    transport.run_once(std::chrono::milliseconds(0));
    const std::string result = seen.empty() ? "(nothing)" : seen.front();
    seen.clear();
    return result;
  };
  CHECK(run(get("https://g/a?x")) == "0 200 one");
  CHECK(run(get("https://g/a")) == "0 200 two");
  CHECK(run(get("https://g/a")) == "0 200 two");
  CHECK(run(get("https://g/down")) == "10061 0 ");
  CHECK(run(get("https://other/")) == "0 404 {}");
  net::Request post = get("https://g/zzz");
  post.method = "POST";
  CHECK(run(post) == "0 202 ");
  CHECK(transport.unexpected() == 1);
  CHECK(transport.count("https://g/a") == 3);
}

TEST_CASE("held answers, sinks, cancelling") {
  FakeTransport transport;
  transport.on("https://g/", FakeAnswer::ok("abcdef").in_chunks(2).held(1));
  auto sink = std::make_shared<Collector>();
  std::vector<std::int32_t> codes;
  const auto start = [&] {
    return transport.start(get("https://g/"), sink,
                           [&](net::Outcome&& outcome) { codes.push_back(outcome.code); });
  };
  const auto first = start();
  const auto second = start();
  transport.run_once(std::chrono::milliseconds(0));
  CHECK(sink->text == "abab");
  CHECK(transport.held() == std::vector<std::uint64_t>{first, second});
  transport.cancel(second);
  transport.release(first);
  transport.run_once(std::chrono::milliseconds(0));
  CHECK(sink->text == "ababcdef");
  CHECK(codes == std::vector<std::int32_t>{0});
  CHECK(transport.in_flight() == 0);
  CHECK(transport.peak_in_flight() == 2);

  const auto third = start();
  transport.run_once(std::chrono::milliseconds(0));
  transport.release(third, FakeAnswer::failure(10054, true));
  transport.run_once(std::chrono::milliseconds(0));
  CHECK(codes.back() == 10054);

  sink->refuse_after = 0;
  start();
  transport.run_once(std::chrono::milliseconds(0));
  CHECK(codes.back() == 1120);
}

TEST_CASE("the idle hook stands for waiting, wake ends a wait") {
  FakeTransport transport;
  std::chrono::milliseconds idled{0};
  transport.set_idle([&](std::chrono::milliseconds wait) {
    idled += wait;
    return true;
  });
  transport.run_once(std::chrono::milliseconds(70000));
  CHECK(idled.count() == 70000);
  transport.set_idle(nullptr);
  transport.wake();
  const auto begin = std::chrono::steady_clock::now();
  transport.run_once(std::chrono::seconds(30));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(25));
}
