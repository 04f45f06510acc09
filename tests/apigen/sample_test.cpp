// What the generator makes of a description that has one of everything: indexed and read-only
// groups, bytes, arguments and results of every type, drafts, versions.
#include <coffer/sample.h>
#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "core/error.h"
#include "guard.h"
#include "other.h"

namespace {

std::string take(char* text) {
  std::string result = text == nullptr ? "NULL" : text;
  std::free(text);
  return result;
}

std::string take(std::uint8_t* data, std::size_t size) {
  std::string result(data, data + size);
  std::free(data);
  return result;
}

const std::uint8_t* bytes(const char* text) {
  return reinterpret_cast<const std::uint8_t*>(text);
}

// A handle for one test. Threads: one.
struct Fixture {
  Fixture() { REQUIRE(coffer_sample_device_new(&device) == 0); }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  ~Fixture() { coffer_sample_device_free(device); }
  coffer_sample_device* device = nullptr;
};

}  // namespace

TEST_CASE("a text takes its words alone") {
  const Fixture test;
  for (const char* word : {"bad", "", "good"}) {
    CHECK(coffer_sample_device_set_mood(test.device, word) == 0);
  }
  CHECK(coffer_sample_device_set_mood(test.device, "Good") == 713);
  CHECK(std::strstr(coffer::capi::last_error(test.device), "one of good, bad, empty") != nullptr);
  char* text = nullptr;
  CHECK(coffer_sample_device_get_mood(test.device, &text) == 0);
  CHECK(take(text) == "good");
}

TEST_CASE("indexed properties grow and shrink with their count") {
  const Fixture test;
  char* text = nullptr;
  CHECK(coffer_sample_device_get_key_subject(test.device, 0, &text) == 606);
  CHECK(coffer_sample_device_set_key_count(test.device, 2) == 0);
  CHECK(coffer_sample_device_set_key_subject(test.device, 1, "CN=me") == 0);
  CHECK(coffer_sample_device_get_key_subject(test.device, 1, &text) == 0);
  CHECK(take(text) == "CN=me");
  text = nullptr;
  CHECK(coffer_sample_device_get_key_subject(test.device, 2, &text) == 606);
  CHECK(coffer_sample_device_get_key_subject(test.device, -1, &text) == 606);
  CHECK(coffer_sample_device_set_key_subject(test.device, 2, "x") == 606);
  CHECK(text == nullptr);
  CHECK(coffer_sample_device_set_key_count(test.device, 4) == 713);
  std::int32_t strength = 5;
  CHECK(coffer_sample_device_get_key_strength(test.device, 0, &strength) == 0);
  CHECK(strength == 0);
}

TEST_CASE("bytes carry NUL, their defaults and their override") {
  const Fixture test;
  std::uint8_t* data = nullptr;
  std::size_t size = 0;
  CHECK(coffer_sample_device_set_key_count(test.device, 1) == 0);
  CHECK(coffer_sample_device_get_key_store(test.device, 0, &data, &size) == 0);
  CHECK(take(data, size) == "MY");
  CHECK(coffer_sample_device_get_spare_store(test.device, &data, &size) == 0);
  CHECK(take(data, size) == "other");
  CHECK(coffer_sample_device_set_key_store(test.device, 0, bytes("a\0b"), 3) == 0);
  CHECK(coffer_sample_device_get_key_store(test.device, 0, &data, &size) == 0);
  CHECK(data[size] == 0);
  CHECK(take(data, size) == std::string("a\0b", 3));
}

TEST_CASE("a read-only group is read, computed and large numbers too") {
  const Fixture test;
  std::int32_t strength = 0;
  CHECK(coffer_sample_device_get_master_strength(test.device, &strength) == 0);
  CHECK(strength == 2048);
  std::int64_t total = 0;
  CHECK(coffer_sample_device_count_up(test.device, std::int64_t{1} << 40, &total) == 0);
  CHECK(coffer_sample_device_get_total(test.device, &total) == 0);
  CHECK(total == std::int64_t{1} << 40);
  std::int32_t on = 7;
  CHECK(coffer_sample_device_toggle(test.device, &on) == 0);
  CHECK(on == 1);
  CHECK(coffer_sample_device_toggle(test.device, nullptr) == 713);
}

TEST_CASE("enumerated values, one of them unavailable, and flags") {
  const Fixture test;
  CHECK(coffer_sample_device_set_color(test.device, 4) == 0);
  CHECK(coffer_sample_device_set_color(test.device, 9) == 713);
  CHECK(std::strstr(coffer::capi::last_error(test.device), "no longer made") != nullptr);
  CHECK(coffer_sample_device_set_allowed(test.device, 3) == 0);
  CHECK(coffer_sample_device_set_allowed(test.device, 4) == 713);
  char* text = nullptr;
  CHECK(coffer_sample_device_config(test.device, "Kind", &text) == 0);
  CHECK(take(text) == "4");
  CHECK(coffer_sample_device_config(test.device, "greeting", &text) == 0);
  CHECK(take(text) == "hello 0.2.0");
}

TEST_CASE("arguments and results of every type, and an event in between") {
  const Fixture test;
  std::uint8_t* data = nullptr;
  std::size_t size = 0;
  CHECK(coffer_sample_device_mix(test.device, "ab", bytes("\0x"), 2, 0, 2, &data, &size) == 0);
  CHECK(take(data, size) == std::string("none!3ab\0x\0x", 12));
  const auto answer = [](coffer_sample_device_ask* event, void* user) -> std::int32_t {
    CHECK(std::string(coffer_sample_device_ask_get_question(event)) == "ab");
    const std::uint8_t* about = nullptr;
    std::size_t length = 0;
    CHECK(coffer_sample_device_ask_get_data(event, &about, &length) == 0);
    CHECK(std::string(about, about + length) == "x");
    CHECK(coffer_sample_device_ask_get_body(event, &about, &length) == 0);
    CHECK(std::string(about, about + length) == "xba");
    CHECK(coffer_sample_device_ask_get_body(event, nullptr, &length) == 713);
    CHECK(coffer_sample_device_ask_get_size(event) == std::int64_t{1} << 40);
    CHECK(coffer_sample_device_ask_set_answer(event, "yes") == 0);
    CHECK(coffer_sample_device_ask_set_answer(event, "bad \xC3") == 713);
    CHECK(std::string(coffer_sample_device_ask_get_answer(event)) == "yes");
    CHECK(coffer_sample_device_ask_set_sure(event, 0) == 0);
    CHECK(coffer_sample_device_ask_set_tries(event, 4) == 0);
    *static_cast<coffer_sample_device_ask**>(user) = event;
    return 0;
  };
  coffer_sample_device_ask* kept = nullptr;
  CHECK(coffer_sample_device_on_ask(test.device, answer, &kept, nullptr) == 0);
  CHECK(coffer_sample_device_mix(test.device, "ab", bytes("x"), 1, 1, 1, &data, &size) == 0);
  CHECK(take(data, size) == "yes?4xba");
  REQUIRE(kept != nullptr);
  const std::uint8_t* about = nullptr;
  CHECK(coffer_sample_device_ask_get_body(kept, &about, &size) == 30001);
  CHECK(coffer_sample_device_ask_set_sure(kept, 1) == 30001);
  CHECK(about == nullptr);
}

TEST_CASE("a handle of another class is refused") {
  const Fixture test;
  void* other = coffer::capi::publish(std::make_shared<coffer::sample::Other>());
  auto* wrong = static_cast<coffer_sample_device*>(other);
  char* text = nullptr;
  CHECK(coffer_sample_device_get_title(wrong, &text) == 30001);
  coffer_sample_device_free(wrong);  // of its own class only
  CHECK(coffer::capi::with_object(other, coffer::sample::kOtherInfo, [](auto&) {}) == 0);
  coffer::capi::release(other, coffer::sample::kOtherInfo);
  CHECK(coffer::capi::with_object(other, coffer::sample::kOtherInfo, [](auto&) {}) == 30001);
}

TEST_CASE("whatever is thrown becomes a code and a text") {
  int handle = 0;
  using coffer::capi::guarded;
  using coffer::capi::last_error;
  CHECK(guarded(&handle, [] {}) == 0);
  CHECK(guarded(&handle, [] { throw coffer::core::Error(711, "no space"); }) == 711);
  CHECK(std::string(last_error(&handle)) == "no space");
  CHECK(guarded(&handle, [] { throw std::bad_alloc(); }) == 30002);
  CHECK(std::string(last_error(&handle)) == "out of memory");
  CHECK(guarded(&handle, [] { throw std::runtime_error("odd"); }) == 30005);
  CHECK(std::string(last_error(&handle)) == "odd");
  CHECK(guarded(&handle, [] { throw 5; }) == 30005);
  CHECK(std::strlen(last_error(&handle)) > 0);
}
