// One UTF-8 sequence at a time; what the text tools, the JSON checker and the log share.
#pragma once

#include <cstddef>

namespace coffer::core {

// Octets of the well-formed sequence that begins at `at` (Unicode 15, table 3-7: no overlong
// forms, no surrogates, nothing above U+10FFFF), or 0. `at` < `end`.
inline std::size_t utf8_length(const char* at, const char* end) noexcept {
  const auto octet = [at](std::size_t i) { return static_cast<unsigned char>(at[i]); };
  const auto left = static_cast<std::size_t>(end - at);
  const auto tail = [&octet](std::size_t i) { return (octet(i) & 0xC0U) == 0x80U; };
  const unsigned char lead = octet(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return left >= 2 && tail(1) ? 2 : 0;
  if (lead < 0xF0) {
    if (left < 3 || !tail(1) || !tail(2)) return 0;
    if (lead == 0xE0 && octet(1) < 0xA0) return 0;
    if (lead == 0xED && octet(1) > 0x9F) return 0;
    return 3;
  }
  if (lead > 0xF4 || left < 4 || !tail(1) || !tail(2) || !tail(3)) return 0;
  if (lead == 0xF0 && octet(1) < 0x90) return 0;
  if (lead == 0xF4 && octet(1) > 0x8F) return 0;
  return 4;
}

}  // namespace coffer::core
