#include <algorithm>
#include <array>
#include <charconv>

#include "core/json_check.h"
#include "core/text.h"

namespace coffer::core {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

void append_code_point(std::string& out, int code) {
  const auto put = [&out](int octet) { out += static_cast<char>(octet); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

// One escape of a checked string as cJSON will see it; `at` stands on the backslash and is moved
// behind the escape.
void append_escape(std::string& out, const char*& at, const char* end) {
  static constexpr std::string_view kLetters = "bfnrt";
  static constexpr std::string_view kControls = "\b\f\n\r\t";
  const char c = at[1];
  if (c != 'u') {
    const std::size_t which = kLetters.find(c);
    out += which == std::string_view::npos ? c : kControls[which];
    at += 2;
    return;
  }
  const int unit = json_hex4(at + 2);
  at += 6;
  if (json_high_surrogate(unit) && end - at >= 6 && at[0] == '\\' && at[1] == 'u' &&
      json_low_surrogate(json_hex4(at + 2))) {
    append_code_point(out, 0x10000 + ((unit - 0xD800) << 10) + (json_hex4(at + 2) - 0xDC00));
    at += 6;
  } else if (json_high_surrogate(unit) || json_low_surrogate(unit)) {
    out += kReplacement;
  } else if (unit == 0) {
    out += kNulForm;
  } else {
    append_code_point(out, unit);
  }
}

// Roughly the power of ten of a number that is not zero.
std::int64_t decimal_exponent(std::string_view number) {
  const std::size_t mark = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, mark);
  const auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), mantissa.size()));
  const auto first = static_cast<std::int64_t>(mantissa.find_first_of("123456789"));
  if (mark == number.size()) return point - first;
  const std::string_view exponent = number.substr(mark + 1);
  constexpr std::int64_t kBeyond = std::int64_t{1} << 40;  // more than any text has digits
  const std::int64_t fallback = exponent.front() == '-' ? -kBeyond : kBeyond;
  return point - first + parse_int(exponent).value_or(fallback);
}

void append_number(std::string& out, std::string_view digits) {
  if (digits.size() <= kLongestJsonNumber) {
    out += digits;
    return;
  }
  double value = 0;
  const std::errc problem = std::from_chars(digits.data(), digits.data() + digits.size(), value).ec;
  if (problem == std::errc::result_out_of_range) {
    // Beyond a double. Which way, from_chars does not say; what cJSON's strtod makes of these does.
    const bool huge = decimal_exponent(digits) > 0;
    out += !huge ? "0" : digits.front() == '-' ? "-1e999" : "1e999";
    return;
  }
  std::array<char, 32> shortest{};
  const auto end = std::to_chars(shortest.data(), shortest.data() + shortest.size(), value).ptr;
  out.append(shortest.data(), end);
}

}  // namespace

int json_hex4(const char* at) noexcept {
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

std::string json_unescaped(std::string_view raw) {
  std::string out;
  const char* at = raw.data();
  const char* const end = at + raw.size();
  while (at != end) {
    if (*at == '\\') {
      append_escape(out, at, end);
    } else {
      out += *at++;
    }
  }
  return out;
}

std::string rewritten_json(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const char* at = text.data();
  const char* const end = at + text.size();
  bool in_string = false;
  while (at != end) {
    const char c = *at;
    if (c == '"') {
      in_string = !in_string;
      out += c;
      ++at;
    } else if (in_string && c == '\\') {
      const char* const first = at;
      const int unit = at[1] == 'u' ? json_hex4(at + 2) : 1;
      if (unit == 0 || json_high_surrogate(unit) || json_low_surrogate(unit)) {
        append_escape(out, at, end);
      } else {
        at += at[1] == 'u' ? 6 : 2;
        out.append(first, at);
      }
    } else if (!in_string && ((c >= '0' && c <= '9') || c == '-')) {
      const char* const first = at;
      while (at != end && std::string_view("+-.0123456789Ee").find(*at) != std::string_view::npos) {
        ++at;
      }
      append_number(out, {first, static_cast<std::size_t>(at - first)});
    } else {
      out += c;
      ++at;
    }
  }
  return out;
}

}  // namespace coffer::core
