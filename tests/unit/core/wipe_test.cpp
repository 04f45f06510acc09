#include "core/wipe.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

namespace core = coffer::core;

TEST_CASE("wipe leaves no octet of a buffer") {
  char buffer[] = "a secret";
  core::wipe(buffer, sizeof buffer);
  CHECK(std::all_of(std::begin(buffer), std::end(buffer), [](char c) { return c == 0; }));
  core::wipe(nullptr, 0);
}

TEST_CASE("wiping a string clears its memory too") {
  std::string text(100, 's');
  const char* const memory = text.data();
  core::wipe(text);
  CHECK(text.empty());
  CHECK(std::all_of(memory, memory + 100, [](char c) { return c == 0; }));
  core::Bytes bytes(100, 7);
  const std::uint8_t* const octets = bytes.data();
  core::wipe(bytes);
  CHECK(bytes.empty());
  CHECK(std::all_of(octets, octets + 100, [](std::uint8_t c) { return c == 0; }));
}

TEST_CASE("a moved-from Secret keeps nothing, also of short texts") {
  for (const std::string& text : {std::string("short"), std::string(200, 'l')}) {
    core::Secret first(text);
    core::Secret second(std::move(first));
    CHECK(second.reveal() == text);
    CHECK(first.empty());  // NOLINT(bugprone-use-after-move): what is left is the point
    core::Secret third;
    third = std::move(second);
    CHECK(third.reveal() == text);
    CHECK(second.empty());  // NOLINT(bugprone-use-after-move)
  }
}
