// SDKMaxTimeout of a challenge: it begins with the first CReq (emv-3ds.md 12).
//
// Threads: any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "core/clock.h"

namespace coffer::threeds {

class ChallengeTimer {
 public:
  using Time = core::Clock::Time;

  void start(Time now, std::chrono::minutes limit) noexcept {
    end_.store((now + limit).time_since_epoch().count());
  }
  void stop() noexcept { end_.store(kNone); }
  bool running() const noexcept { return end_.load() != kNone; }
  std::optional<Time> end() const noexcept {
    const Time::rep end = end_.load();
    return end == kNone ? std::nullopt : std::optional<Time>(Time(Time::duration(end)));
  }
  bool over(Time now) const noexcept {
    const auto last = end();
    return last && *last <= now;
  }
  // Whole seconds, rounded up; 0 when it is not running or over.
  std::int64_t remaining(Time now) const noexcept {
    const auto last = end();
    return !last || *last <= now ? 0 : std::chrono::ceil<std::chrono::seconds>(*last - now).count();
  }

 private:
  static constexpr Time::rep kNone = INT64_MIN;
  std::atomic<Time::rep> end_{kNone};
};

}  // namespace coffer::threeds
