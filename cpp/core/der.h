// Reading DER (X.690) without owning anything: definite, minimal lengths and one-octet tags only.
//
// Threads: a DerReader belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::core {

namespace der {
constexpr std::uint8_t kBoolean = 0x01;
constexpr std::uint8_t kInteger = 0x02;
constexpr std::uint8_t kBitString = 0x03;
constexpr std::uint8_t kOctetString = 0x04;
constexpr std::uint8_t kOid = 0x06;
constexpr std::uint8_t kUtf8String = 0x0C;
constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kSet = 0x31;
constexpr std::uint8_t context(unsigned number) {
  return static_cast<std::uint8_t>(0x80 + number);
}
constexpr std::uint8_t constructed(unsigned number) {
  return static_cast<std::uint8_t>(0xA0 + number);
}
}  // namespace der

struct DerElement {
  std::uint8_t tag = 0;
  std::string_view content;
  std::string_view whole;  // with tag and length
};

class DerReader {
 public:
  explicit DerReader(std::string_view octets) : rest_(octets) {}
  bool at_end() const noexcept { return rest_.empty(); }
  // nullopt at the end and for what is malformed; the reader then stays where it is.
  std::optional<DerElement> next() noexcept;
  // Also nullopt when the next element has another tag.
  std::optional<DerElement> next(std::uint8_t tag) noexcept;

 private:
  std::string_view rest_;
};

std::string oid_text(std::string_view content);  // "2.5.4.3"; empty when malformed

// An X.501 Name as the manual writes subjects: "CN=host, O=\"Some, body\"", in the order of the
// certificate, UTF-8, S for the state and E for the mail address. A value with a comma, semicolon,
// plus, equals sign, angle bracket, quotation mark or outer space is quoted, quotation marks inside
// doubled; control characters are written \XX, a value that is no string as # and hexadecimal
// digits. Empty when `name` is malformed.
std::string distinguished_name(std::string_view name);

// A key for comparing Names: types and values, letters in ASCII lowered, inner runs of spaces as
// one, outer spaces dropped (RFC 5280 section 7.1). One line for each relative name; a Name is
// within another when its lines begin with those of the other. Empty for a malformed Name.
std::string name_key(std::string_view name);

}  // namespace coffer::core
