// One gate for all requests to the service's origin (contract section 4): closed by a refusal,
// never opened early, and bounded by ThrottleWaitLimit.
//
// Threads: one (the engine's).
#pragma once

#include <chrono>
#include <optional>

#include "core/clock.h"

namespace coffer::cloudbackup {

class ThrottleGate {
 public:
  using Time = core::Clock::Time;
  using Seconds = std::chrono::seconds;

  explicit ThrottleGate(Seconds wait_limit) : wait_limit_(wait_limit) {}

  bool open(Time now) const noexcept { return now >= opens_at_; }
  Time opens_at() const noexcept { return opens_at_; }

  // A request was refused. With no usable Retry-After the gate backs off by itself: 1, 2, 4 … 60 s,
  // a step for each round of refusals (those that arrive while it is closed belong to one round).
  // Returns false when the pause would pass the limit: the run ends with 715 and the gate stays.
  bool close(Time now, std::optional<Seconds> retry_after);

  // A request was answered without throttling: the sum of pauses and the back-off start anew.
  void answered() noexcept;

 private:
  Seconds wait_limit_;
  Time opens_at_{};
  std::chrono::nanoseconds waited_{0};
  Seconds backoff_{0};
};

}  // namespace coffer::cloudbackup
