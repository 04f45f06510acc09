#include "certs/der_text.h"

#include "core/der.h"
#include "core/text.h"

namespace coffer::certs {
namespace {

constexpr int kMostLevels = 32;
constexpr std::uint8_t kConstructed = 0x20;
constexpr std::uint8_t kContext = 0x80;

// X.690 section 8.1; `rest` moves past what is read.
class Ber {
 public:
  explicit Ber(std::string_view octets) : rest_(octets) {}
  std::optional<std::string> element(int level);

 private:
  struct Length {
    bool indefinite = false;
    std::size_t octets = 0;
  };
  std::optional<std::uint8_t> octet();
  std::optional<Length> length();
  bool at_end_of_contents() const { return core::starts_with(rest_, {"\0\0", 2}); }
  std::optional<std::string> content(bool indefinite, bool joined, int level);

  std::string_view rest_;
};

std::optional<std::uint8_t> Ber::octet() {
  if (rest_.empty()) return std::nullopt;
  const auto out = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return out;
}

std::optional<Ber::Length> Ber::length() {
  constexpr std::uint8_t kLong = 0x80;
  constexpr int kMostOctets = 4;
  const auto first = octet();
  if (!first) return std::nullopt;
  if (*first == kLong) return Length{true, 0};
  if (*first < kLong) return Length{false, *first};
  std::size_t size = 0;
  const int count = *first - kLong;
  if (count > kMostOctets) return std::nullopt;
  for (int i = 0; i < count; ++i) {
    const auto next = octet();
    if (!next) return std::nullopt;
    size = size << 8U | *next;
  }
  return Length{false, size};
}

// The elements up to the end; `joined`: those of a string in pieces, without their heads.
std::optional<std::string> Ber::content(bool indefinite, bool joined, int level) {
  std::string out;
  while (indefinite ? !at_end_of_contents() : !rest_.empty()) {
    const auto one = element(level + 1);
    if (!one) return std::nullopt;
    if (!joined) {
      out += *one;
      continue;
    }
    core::DerReader piece(*one);
    const auto string = piece.next(core::der::kOctetString);
    if (!string) return std::nullopt;
    out += string->content;
  }
  if (indefinite) rest_.remove_prefix(2);
  return out;
}

std::optional<std::string> Ber::element(int level) {
  constexpr std::uint8_t kSeveralOctets = 0x1F;
  constexpr std::uint8_t kStringInPieces = core::der::kOctetString | kConstructed;
  if (level > kMostLevels) return std::nullopt;
  const auto tag = octet();
  if (!tag || (*tag & kSeveralOctets) == kSeveralOctets) return std::nullopt;
  const auto size = length();
  if (!size || (size->indefinite && (*tag & kConstructed) == 0)) return std::nullopt;
  const bool joined = *tag == kStringInPieces;
  const std::uint8_t written = joined ? core::der::kOctetString : *tag;
  if (size->indefinite) {
    const auto whole = content(true, joined, level);
    return whole ? std::optional(der_element(written, *whole)) : std::nullopt;
  }
  if (size->octets > rest_.size()) return std::nullopt;
  const std::string_view inside = rest_.substr(0, size->octets);
  rest_.remove_prefix(size->octets);
  if ((*tag & kConstructed) == 0) return der_element(*tag, inside);
  const auto whole = Ber(inside).content(false, joined, level);
  return whole ? std::optional(der_element(written, *whole)) : std::nullopt;
}

}  // namespace

std::string der_element(std::uint8_t tag, std::string_view content) {
  constexpr std::size_t kShort = 128;
  std::string out(1, static_cast<char>(tag));
  if (content.size() < kShort) {
    out += static_cast<char>(content.size());
  } else {
    std::string digits;
    for (std::size_t size = content.size(); size != 0; size >>= 8U)
      digits.insert(digits.begin(), static_cast<char>(size & 0xFFU));
    out += static_cast<char>(kContext | digits.size());
    out += digits;
  }
  return out.append(content);
}

std::string der_integer(std::string_view digits) {
  while (!digits.empty() && digits.front() == '\0')
    digits.remove_prefix(1);
  std::string content;
  if (digits.empty() || static_cast<std::uint8_t>(digits.front()) >= 0x80) content += '\0';
  return der_element(core::der::kInteger, content.append(digits));
}

std::string der_oid(std::string_view dotted) {
  constexpr std::int64_t kArcs = 40;
  std::string content;
  std::int64_t first = -1;
  for (const std::string_view part : core::split(dotted, '.')) {
    std::int64_t arc = core::parse_int(part).value_or(0);
    if (content.empty() && first < 0) {
      first = arc;
      continue;
    }
    if (content.empty()) arc += first * kArcs;
    std::string digits(1, static_cast<char>(arc & 0x7F));
    while ((arc >>= 7) != 0)
      digits.insert(digits.begin(), static_cast<char>((arc & 0x7F) | 0x80));
    content += digits;
  }
  return der_element(core::der::kOid, content);
}

std::string der_bits(std::string_view content) {
  return der_element(core::der::kBitString, std::string(1, '\0').append(content));
}

std::optional<std::string> der_of_ber(std::string_view ber) {
  return Ber(ber).element(0);
}

}  // namespace coffer::certs
