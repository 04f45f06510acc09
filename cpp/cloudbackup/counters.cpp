#include "cloudbackup/counters.h"

#include <utility>

namespace coffer::cloudbackup {

void Counters::reset() {
  const std::lock_guard<std::mutex> lock(mutex_);
  values_ = CounterValues{};
  failed_.clear();
}

void Counters::add_listed() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++values_.listed;
}

void Counters::settle(Fate fate, std::int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  switch (fate) {
    case Fate::kSaved:
      ++values_.saved;
      values_.bytes_saved += bytes;
      break;
    case Fate::kUnchanged:
      ++values_.unchanged;
      break;
    case Fate::kSkipped:
      ++values_.skipped;
      break;
    case Fate::kGone:
      ++values_.gone;
      break;
  }
}

void Counters::fail(FailedMessage message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++values_.failed;
  failed_.push_back(std::move(message));
}

void Counters::add_deleted() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++values_.deleted;
}

CounterValues Counters::values() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return values_;
}

FailedMessage Counters::failed_message(std::int64_t index) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = static_cast<std::size_t>(index);
  return at < failed_.size() ? failed_[at] : FailedMessage{};
}

}  // namespace coffer::cloudbackup
