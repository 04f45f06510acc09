#include "jose/base64url.h"

#include <array>
#include <cstdint>

namespace coffer::jose {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t kNoDigit = 0x80;
constexpr std::uint8_t kSpace = 0x81;
constexpr std::uint8_t kPadding = 0x82;
using Table = std::array<std::uint8_t, 256>;

constexpr Table make_table(bool lenient) {
  Table table{};
  for (std::uint8_t& value : table) {
    value = kNoDigit;
  }
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  if (lenient) {
    table['+'] = table['-'];
    table['/'] = table['_'];
    table['='] = kPadding;
    for (const char c : {' ', '\t', '\r', '\n'}) {
      table[static_cast<unsigned char>(c)] = kSpace;
    }
  }
  return table;
}

constexpr Table kStrict = make_table(false);
constexpr Table kLenient = make_table(true);

std::uint8_t digit(const Table& table, char c) {
  return table[static_cast<unsigned char>(c)];
}

// Digits to octets, whole groups of four first; nullopt at the first character that is no digit,
// for a lone last digit, and for bits in the last digit that belong to no octet (RFC 4648
// section 3.5).
std::optional<std::string> decode_digits(std::string_view digits) {
  constexpr std::size_t kGroup = 4;
  const std::size_t rest = digits.size() % kGroup;
  if (rest == 1) return std::nullopt;
  std::string out(digits.size() / kGroup * 3 + (rest == 0 ? 0 : rest - 1), '\0');
  std::size_t at = 0;
  unsigned wrong = 0;
  std::size_t i = 0;
  for (; i + kGroup <= digits.size(); i += kGroup) {
    const unsigned a = digit(kStrict, digits[i]);
    const unsigned b = digit(kStrict, digits[i + 1]);
    const unsigned c = digit(kStrict, digits[i + 2]);
    const unsigned d = digit(kStrict, digits[i + 3]);
    wrong |= a | b | c | d;
    const unsigned bits = a << 18U | b << 12U | c << 6U | d;
    out[at++] = static_cast<char>(bits >> 16U & 0xFFU);
    out[at++] = static_cast<char>(bits >> 8U & 0xFFU);
    out[at++] = static_cast<char>(bits & 0xFFU);
  }
  if (rest != 0) {
    const unsigned a = digit(kStrict, digits[i]);
    const unsigned b = digit(kStrict, digits[i + 1]);
    const unsigned c = rest == 3 ? digit(kStrict, digits[i + 2]) : 0;
    wrong |= a | b | c;
    const unsigned bits = a << 18U | b << 12U | c << 6U;
    out[at++] = static_cast<char>(bits >> 16U & 0xFFU);
    if (rest == 3) out[at++] = static_cast<char>(bits >> 8U & 0xFFU);
    if ((bits & (rest == 3 ? 0xFFU : 0xFFFFU)) != 0) wrong |= kNoDigit;
  }
  if ((wrong & kNoDigit) != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string base64url(std::string_view octets) {
  constexpr std::size_t kGroup = 3;
  std::string out((octets.size() * 4 + 2) / kGroup, '\0');
  const auto octet = [&octets](std::size_t i) -> unsigned {
    return i < octets.size() ? static_cast<unsigned char>(octets[i]) : 0U;
  };
  std::size_t at = 0;
  for (std::size_t i = 0; i < octets.size(); i += kGroup) {
    const unsigned bits = octet(i) << 16U | octet(i + 1) << 8U | octet(i + 2);
    for (unsigned shift = 18; at < out.size(); shift -= 6) {
      out[at++] = kAlphabet[bits >> shift & 0x3FU];
      if (shift == 0) break;
    }
  }
  return out;
}

std::optional<std::string> decode_base64url(std::string_view text) {
  return decode_digits(text);
}

std::optional<std::string> decode_base64_lenient(std::string_view text) {
  std::string digits(text.size(), '\0');
  std::size_t size = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    const std::uint8_t value = digit(kLenient, c);
    if (value == kSpace) continue;
    if (value == kPadding) {
      ++padding;
      continue;
    }
    if (value == kNoDigit || padding > 0) return std::nullopt;
    digits[size++] = kAlphabet[value];
  }
  if (padding > 2) return std::nullopt;
  return decode_digits(std::string_view(digits).substr(0, size));
}

}  // namespace coffer::jose
