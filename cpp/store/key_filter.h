// A Bloom filter over the keys of a table that was empty at the beginning: it tells which ids are
// surely not there. A first run asks the index three times for every message, and the listing's
// spool once, and seldom is the message there.
//
// 1 MB from the first key on: of a million keys it takes one absent key in twenty for a possible
// one.
//
// Threads: add, one at a time; may_hold, any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace coffer::store {

class KeyFilter {
 public:
  // Before the key's row can be found: who is told "not there" may rely on it from then on.
  void add(std::int64_t key);
  // False: no such key was added.
  bool may_hold(std::int64_t key) const noexcept;

 private:
  static constexpr std::size_t kBits = std::size_t{1} << 23;

  using Words = std::array<std::atomic<std::uint64_t>, kBits / 64>;

  std::unique_ptr<Words> owned_;
  std::atomic<Words*> words_ = nullptr;
};

}  // namespace coffer::store
