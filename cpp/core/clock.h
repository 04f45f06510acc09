// Time as an interface, so that tests of hours of throttling take milliseconds.
#pragma once

#include <chrono>

namespace coffer::core {

class Clock {
 public:
  using Time = std::chrono::steady_clock::time_point;
  virtual ~Clock() = default;
  virtual Time now() const = 0;                                    // monotonic
  virtual std::chrono::system_clock::time_point wall() const = 0;  // calendar
};

class SystemClock final : public Clock {
 public:
  Time now() const override { return std::chrono::steady_clock::now(); }
  std::chrono::system_clock::time_point wall() const override {
    return std::chrono::system_clock::now();
  }
};

}  // namespace coffer::core
