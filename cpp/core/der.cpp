#include "core/der.h"

namespace coffer::core {

std::optional<DerElement> DerReader::next() noexcept {
  constexpr std::size_t kHeader = 2;
  constexpr unsigned kMultiOctetTag = 0x1F;
  constexpr unsigned kLongForm = 0x80;
  constexpr std::size_t kMostLengthOctets = 4;
  if (rest_.size() < kHeader) return std::nullopt;
  const auto tag = static_cast<std::uint8_t>(rest_[0]);
  if ((tag & kMultiOctetTag) == kMultiOctetTag) return std::nullopt;
  std::size_t length = static_cast<unsigned char>(rest_[1]);
  std::size_t begin = kHeader;
  if (length >= kLongForm) {
    const std::size_t count = length - kLongForm;
    if (count == 0 || count > kMostLengthOctets || rest_.size() < kHeader + count ||
        rest_[kHeader] == '\0') {
      return std::nullopt;
    }
    length = 0;
    for (; begin < kHeader + count; ++begin) {
      length = (length << 8U) | static_cast<unsigned char>(rest_[begin]);
    }
    if (length < kLongForm) return std::nullopt;  // the short form would have done
  }
  if (rest_.size() - begin < length) return std::nullopt;
  DerElement element{tag, rest_.substr(begin, length), rest_.substr(0, begin + length)};
  rest_.remove_prefix(begin + length);
  return element;
}

std::optional<DerElement> DerReader::next(std::uint8_t tag) noexcept {
  DerReader copy = *this;
  const auto element = copy.next();
  if (!element || element->tag != tag) return std::nullopt;
  *this = copy;
  return element;
}

std::string oid_text(std::string_view content) {
  if (content.empty() || (static_cast<unsigned char>(content.back()) & 0x80U) != 0) return {};
  std::string out;
  std::uint64_t arc = 0;
  for (const char c : content) {
    const auto octet = static_cast<unsigned char>(c);
    if (arc >> 56U != 0) return {};
    arc = (arc << 7U) | (octet & 0x7FU);
    if ((octet & 0x80U) != 0) continue;
    if (out.empty()) {  // X.690 section 8.19.4: the first two arcs share a number
      const std::uint64_t first = arc < 40 ? 0 : arc < 80 ? 1 : 2;
      out = std::to_string(first);
      arc -= first * 40;
    }
    out += '.' + std::to_string(arc);
    arc = 0;
  }
  return out;
}

}  // namespace coffer::core
