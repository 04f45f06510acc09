#include "store/buffer_pool.h"

#include <algorithm>
#include <utility>

namespace coffer::store {

std::string BufferPool::take(std::size_t room) {
  const bool large = room > kSmall;
  std::string buffer;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<std::string>& kept = large ? large_ : small_;
    if (room <= kLarge && !kept.empty()) {
      buffer = std::move(kept.back());
      kept.pop_back();
    }
  }
  buffer.reserve(std::max(room, large ? kLarge : kSmall));
  return buffer;
}

void BufferPool::give(std::string&& buffer) noexcept {
  std::string mine = std::move(buffer);  // what is not kept is freed outside the lock
  mine.clear();
  const std::size_t room = mine.capacity();
  if (room < kSmall) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::string>& kept = room < kLarge ? small_ : large_;
  if (kept.size() >= (room < kLarge ? kMostSmall : kMostLarge)) return;
  try {
    kept.push_back(std::move(mine));
  } catch (...) {
    // Then it is not kept.
  }
}

}  // namespace coffer::store
