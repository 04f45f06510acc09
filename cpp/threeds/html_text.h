// acsHTML as the app shows it.
//
// Threads: free functions without state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coffer::threeds {

// Base64 in either alphabet, with or without padding, white space ignored (emv-3ds sections 4.3,
// 7 and 9.2). nullopt when it is none.
std::optional<std::string> decode_base64_leniently(std::string_view text);

// The page, as UTF-8 without U+0000: what is neither becomes U+FFFD.
std::optional<std::string> decode_html(std::string_view text);
bool is_blank(std::string_view text) noexcept;

}  // namespace coffer::threeds
