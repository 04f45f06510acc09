#include "threeds/html_text.h"

#include "core/text.h"
#include "core/utf8.h"

namespace coffer::threeds {

std::optional<std::string> decode_base64_leniently(std::string_view text) {
  std::string url;
  url.reserve(text.size());
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    url += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  for (int padding = 0; padding < 2 && !url.empty() && url.back() == '='; ++padding)
    url.pop_back();
  const auto octets = core::base64url_decode(url);
  if (!octets) return std::nullopt;
  return std::string(octets->begin(), octets->end());
}

std::optional<std::string> decode_html(std::string_view text) {
  const auto octets = decode_base64_leniently(text);
  if (!octets) return std::nullopt;
  std::string out;
  out.reserve(octets->size());
  const char* at = octets->data();
  const char* const end = at + octets->size();
  while (at != end) {
    const std::size_t length = *at == '\0' ? 0 : core::utf8_length(at, end);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else {
      out.append(at, length);
    }
    at += length == 0 ? 1 : length;
  }
  return out;
}

bool is_blank(std::string_view text) noexcept {
  return core::trim(text).empty();
}

}  // namespace coffer::threeds
