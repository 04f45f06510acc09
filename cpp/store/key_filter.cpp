#include "store/key_filter.h"

namespace coffer::store {
namespace {

struct Bit {
  std::size_t word;
  std::uint64_t mask;
};

// Keys are octets of a SHA-1, so any part of one is as good as a hash of it.
template <std::size_t kBits>
std::array<Bit, 2> bits_of(std::int64_t key) noexcept {
  const auto octets = static_cast<std::uint64_t>(key);
  const auto bit = [](std::uint64_t part) {
    return Bit{static_cast<std::size_t>(part % kBits / 64), std::uint64_t{1} << (part % 64)};
  };
  return {bit(octets), bit(octets >> 32U)};
}

}  // namespace

void KeyFilter::add(std::int64_t key) {
  if (!owned_) {
    owned_ = std::make_unique<Words>();
    words_.store(owned_.get(), std::memory_order_release);
  }
  for (const Bit& bit : bits_of<kBits>(key))
    (*owned_)[bit.word].fetch_or(bit.mask, std::memory_order_relaxed);
}

bool KeyFilter::may_hold(std::int64_t key) const noexcept {
  const Words* const words = words_.load(std::memory_order_acquire);
  if (words == nullptr) return false;
  for (const Bit& bit : bits_of<kBits>(key)) {
    if (((*words)[bit.word].load(std::memory_order_relaxed) & bit.mask) == 0) return false;
  }
  return true;
}

}  // namespace coffer::store
