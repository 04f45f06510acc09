// What a filter says of keys: never that an added one is absent, and seldom that an absent one may
// be there.
#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <random>

#include "store/key_filter.h"

using coffer::store::KeyFilter;

namespace {

class Keys {
 public:
  explicit Keys(std::uint64_t seed) : random_(seed) {}
  std::int64_t next() { return static_cast<std::int64_t>(random_()); }

 private:
  std::mt19937_64 random_;
};

int possible(const KeyFilter& filter, Keys keys, int count) {
  int found = 0;
  for (int i = 0; i < count; ++i)
    found += filter.may_hold(keys.next()) ? 1 : 0;
  return found;
}

}  // namespace

TEST_CASE("key filter: an empty one knows that nothing is there") {
  const auto filter = std::make_unique<KeyFilter>();
  CHECK(possible(*filter, Keys(1), 10'000) == 0);
  CHECK_FALSE(filter->may_hold(0));
  CHECK_FALSE(filter->may_hold(-1));
}

TEST_CASE("key filter: no added key is ever denied, few others are taken for one") {
  constexpr int kMany = 1'000'000;
  const auto filter = std::make_unique<KeyFilter>();
  Keys keys(2);
  for (int i = 0; i < kMany / 10; ++i)
    filter->add(keys.next());
  CHECK(possible(*filter, Keys(2), kMany / 10) == kMany / 10);
  CHECK(possible(*filter, Keys(3), 100'000) < 150);  // 1 in 1,800 at a tenth of a million
  for (int i = kMany / 10; i < kMany; ++i)
    filter->add(keys.next());
  CHECK(possible(*filter, Keys(2), kMany) == kMany);
  CHECK(possible(*filter, Keys(3), 100'000) < 6'000);  // 1 in 20 at a million
}
