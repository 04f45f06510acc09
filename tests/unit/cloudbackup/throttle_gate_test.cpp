#include "cloudbackup/throttle_gate.h"

#include <doctest/doctest.h>

using coffer::cloudbackup::ThrottleGate;
using namespace std::chrono_literals;

namespace {
const ThrottleGate::Time kStart = ThrottleGate::Time{} + 1h;
}

TEST_CASE("the gate stays closed until Retry-After has passed, not a moment less") {
  ThrottleGate gate(1800s);
  CHECK(gate.open(kStart));
  REQUIRE(gate.close(kStart, 7s));
  CHECK_FALSE(gate.open(kStart + 6999ms));
  CHECK(gate.open(kStart + 7s));
}

TEST_CASE("a pause is never shortened by a later, shorter one") {
  ThrottleGate gate(1800s);
  REQUIRE(gate.close(kStart, 30s));
  REQUIRE(gate.close(kStart + 1s, 2s));
  CHECK_FALSE(gate.open(kStart + 29s));
  CHECK(gate.open(kStart + 30s));
}

TEST_CASE("without a usable Retry-After it backs off 1, 2, 4 … 60 s, a step for each round") {
  ThrottleGate gate(1800s);
  auto now = kStart;
  for (const auto expected : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    REQUIRE(gate.close(now, std::nullopt));
    REQUIRE(gate.close(now, std::nullopt));  // the others that were in flight
    CHECK(gate.opens_at() == now + expected);
    now = gate.opens_at();
  }
  gate.answered();
  REQUIRE(gate.close(now, std::nullopt));
  CHECK(gate.opens_at() == now + 1s);
}

TEST_CASE("the limit bounds the sum of pauses since the last request that was answered") {
  ThrottleGate gate(100s);
  REQUIRE(gate.close(kStart, 60s));
  CHECK_FALSE(gate.close(kStart + 60s, 41s));
  CHECK(gate.opens_at() == kStart + 60s);
  REQUIRE(gate.close(kStart + 60s, 40s));
  gate.answered();
  CHECK(gate.close(kStart + 100s, 100s));
}

TEST_CASE("an absurd Retry-After ends the wait instead of overflowing the clock") {
  ThrottleGate gate(1800s);
  CHECK_FALSE(gate.close(kStart, std::chrono::seconds(INT64_MAX / 2)));
}

TEST_CASE("a Retry-After of zero is no licence to hammer") {
  ThrottleGate gate(1800s);
  REQUIRE(gate.close(kStart, 0s));
  CHECK(gate.opens_at() == kStart + 1s);
  REQUIRE(gate.close(kStart + 1s, 0s));
  CHECK(gate.opens_at() == kStart + 3s);
}
