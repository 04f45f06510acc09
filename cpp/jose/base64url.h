// Base64url as RFC 7515 section 2 wants it, and the tolerant reading for what ACSs send elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coffer::jose {

std::string base64url(std::string_view octets);  // no padding

// No padding, no white space, no other alphabet, unused last bits zero: one text per value, so that
// a message cannot be altered without the signature noticing.
std::optional<std::string> decode_base64url(std::string_view text);

// Either alphabet, with or without padding, white space anywhere (x5c, acsHTML).
std::optional<std::string> decode_base64_lenient(std::string_view text);

}  // namespace coffer::jose
