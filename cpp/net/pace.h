// MaxTransferRate: octets are counted when they have passed, and nothing more passes until their
// time is over. One for all transfers of a transport: the limit is theirs together.
//
// Threads: the transport's thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace coffer::net {

class Pace {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Pace(std::int64_t octets_per_second) : rate_(octets_per_second) {}

  void passed(std::size_t octets) {
    if (rate_ <= 0) return;
    const std::chrono::duration<double> takes(static_cast<double>(octets) /
                                              static_cast<double>(rate_));
    free_at_ = std::max(free_at_, Clock::now()) +
               std::chrono::duration_cast<Clock::duration>(std::min(takes, kLongest));
  }
  bool open() const { return rate_ <= 0 || Clock::now() >= free_at_; }
  Clock::time_point opens_at() const { return free_at_; }
  // What may come in one piece, so that a slow rate is not a burst and a long silence.
  long piece(long most) const {
    constexpr std::int64_t kLeast = 1024;
    if (rate_ <= 0) return most;
    return static_cast<long>(std::clamp(rate_ / 8, kLeast, static_cast<std::int64_t>(most)));
  }

 private:
  static constexpr std::chrono::duration<double> kLongest{3600.0 * 24};

  std::int64_t rate_;
  Clock::time_point free_at_{};
};

}  // namespace coffer::net
