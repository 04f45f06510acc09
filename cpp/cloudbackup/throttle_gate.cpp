#include "cloudbackup/throttle_gate.h"

#include <algorithm>

namespace coffer::cloudbackup {
namespace {
constexpr std::chrono::seconds kFirstBackoff{1};
constexpr std::chrono::seconds kLongestBackoff{60};
}  // namespace

bool ThrottleGate::close(Time now, std::optional<Seconds> retry_after) {
  const bool was_open = open(now);
  Seconds pause{0};
  // A Retry-After of nothing would let refused requests chase each other without a pause.
  if (retry_after && *retry_after > Seconds{0}) {
    // Beyond any limit the exact number does not matter, but it must not overflow the clock.
    pause = std::min(*retry_after, Seconds{86400 * 366});
  } else if (was_open) {
    backoff_ = backoff_ == Seconds{0} ? kFirstBackoff : std::min(backoff_ * 2, kLongestBackoff);
    pause = backoff_;
  }
  const Time until = std::max(opens_at_, now + pause);
  const auto added = until - std::max(opens_at_, now);
  if (added > std::chrono::nanoseconds{0}) {
    if (waited_ + added > wait_limit_) {
      return false;
    }
    waited_ += added;
    opens_at_ = until;
  }
  return true;
}

void ThrottleGate::answered() noexcept {
  waited_ = std::chrono::nanoseconds{0};
  backoff_ = Seconds{0};
}

}  // namespace coffer::cloudbackup
