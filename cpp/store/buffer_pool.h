// Memory for messages on their way to the disk, used again and again: the kernel hands out fresh
// memory a page at a time, and the C library gives freed blocks of this size back to it.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

namespace coffer::store {

class BufferPool {
 public:
  static constexpr std::size_t kSmall = std::size_t{64} << 10;
  static constexpr std::size_t kLarge = std::size_t{256} << 10;

  // Empty, with room for that much: kSmall or kLarge, whichever is enough; more is not pooled.
  std::string take(std::size_t room);
  void give(std::string&& buffer) noexcept;

 private:
  // 12 MiB at most stay behind; what was never written to costs nothing.
  static constexpr std::size_t kMostSmall = 128;
  static constexpr std::size_t kMostLarge = 16;

  std::mutex mutex_;
  std::vector<std::string> small_;
  std::vector<std::string> large_;
};

}  // namespace coffer::store
