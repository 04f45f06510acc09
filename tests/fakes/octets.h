// Octets as tests write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/text.h"

inline std::string hex(std::string_view octets) {
  const auto* const data =
      static_cast<const std::uint8_t*>(static_cast<const void*>(octets.data()));
  return coffer::core::hex(data, octets.size());
}

inline std::string unhex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
  }
  return out;
}

inline std::string b64(std::string_view text) {
  const auto octets = coffer::core::base64url_decode(text);
  return std::string(octets.value().begin(), octets.value().end());
}
