// The strict pass over a JSON text that comes before cJSON, and the rewriting of what cJSON cannot
// take. Used by json.cpp alone.
//
// Threads: free functions without state.
#pragma once

#include <string>
#include <string_view>

#include "core/json.h"

namespace coffer::core {

struct JsonScan {
  std::string problem;   // empty: the text is good
  bool rewrite = false;  // good, but cJSON needs rewritten_json's form of it
};
JsonScan scan_json(std::string_view text, const JsonLimits& limits);

// How U+0000 travels through cJSON, whose strings end at a NUL: the overlong form of "modified
// UTF-8", which no checked text can contain. JsonView::string turns it back.
constexpr std::string_view kNulForm = "\xC0\x80";

// The same text for cJSON 1.7.15: lone surrogates as U+FFFD (it refuses them), \u0000 as kNulForm
// (it cuts there), numbers of more than 63 characters shortened (it fails on them). `text` is good.
std::string rewritten_json(std::string_view text);
constexpr std::size_t kLongestJsonNumber = 63;  // parse_number of cJSON 1.7.15

// The inside of a good string, as rewritten_json and cJSON would make of it.
std::string json_unescaped(std::string_view raw);

// The four hexadecimal digits of a \u escape, or -1.
int json_hex4(const char* at) noexcept;
constexpr bool json_high_surrogate(int unit) noexcept {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
constexpr bool json_low_surrogate(int unit) noexcept {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

}  // namespace coffer::core
