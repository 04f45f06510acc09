#include "jose/base64url.h"

#include <cstdint>

#include "core/text.h"

namespace coffer::jose {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

std::string base64url(std::string_view octets) {
  std::string out;
  out.reserve((octets.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : octets) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6;) {
      count -= 6;
      out += kAlphabet[(bits >> count) & 0x3FU];
    }
  }
  if (count > 0) out += kAlphabet[(bits << (6 - count)) & 0x3FU];
  return out;
}

std::optional<std::string> decode_base64url(std::string_view text) {
  const auto octets = core::base64url_decode(text);
  if (!octets) return std::nullopt;
  return std::string(octets->begin(), octets->end());
}

std::optional<std::string> decode_base64_lenient(std::string_view text) {
  std::string digits;
  digits.reserve(text.size());
  std::size_t padding = 0;
  for (const char c : text) {
    if (is_space(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    if (padding > 0) return std::nullopt;  // digits after the end
    digits += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  if (padding > 2) return std::nullopt;
  return decode_base64url(digits);
}

}  // namespace coffer::jose
