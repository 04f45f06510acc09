// X.501 Names as text.
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/der.h"
#include "core/text.h"
#include "core/utf8.h"

namespace coffer::core {
namespace {

// The manual's letters (CertSubject); for types that it does not name, those of RFC 4519 and the
// ones that OpenSSL prints.
constexpr std::array<std::pair<std::string_view, std::string_view>, 24> kTypes = {{
    {"2.5.4.3", "CN"},
    {"2.5.4.4", "SN"},
    {"2.5.4.5", "serialNumber"},
    {"2.5.4.6", "C"},
    {"2.5.4.7", "L"},
    {"2.5.4.8", "S"},
    {"2.5.4.9", "street"},
    {"2.5.4.10", "O"},
    {"2.5.4.11", "OU"},
    {"2.5.4.12", "title"},
    {"2.5.4.13", "description"},
    {"2.5.4.15", "businessCategory"},
    {"2.5.4.17", "postalCode"},
    {"2.5.4.41", "name"},
    {"2.5.4.42", "GN"},
    {"2.5.4.43", "initials"},
    {"2.5.4.44", "generationQualifier"},
    {"2.5.4.46", "dnQualifier"},
    {"2.5.4.65", "pseudonym"},
    {"2.5.4.97", "organizationIdentifier"},
    {"0.9.2342.19200300.100.1.1", "UID"},
    {"0.9.2342.19200300.100.1.25", "DC"},
    {"1.2.840.113549.1.9.1", "E"},
    {"1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"},
}};

std::string type_text(std::string_view oid) {
  std::string dotted = oid_text(oid);
  for (const auto& [known, letters] : kTypes) {
    if (known == dotted) return std::string(letters);
  }
  return dotted;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto octet = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    octet(code);
  } else if (code < 0x800) {
    octet(0xC0U | code >> 6U);
    octet(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    octet(0xE0U | code >> 12U);
    octet(0x80U | (code >> 6U & 0x3FU));
    octet(0x80U | (code & 0x3FU));
  } else {
    octet(0xF0U | code >> 18U);
    octet(0x80U | (code >> 12U & 0x3FU));
    octet(0x80U | (code >> 6U & 0x3FU));
    octet(0x80U | (code & 0x3FU));
  }
}

// Fixed-width characters: T61String is read as Latin-1, which is what issuers put into it.
std::optional<std::string> from_wide(std::string_view content, std::size_t width) {
  if (content.size() % width != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < content.size(); i += width) {
    std::uint32_t code = 0;
    for (std::size_t k = 0; k < width; ++k) {
      code = (code << 8U) | static_cast<unsigned char>(content[i + k]);
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return std::nullopt;
    append_utf8(out, code);
  }
  return out;
}

// nullopt for what is no string, or a malformed one.
std::optional<std::string> value_text(const DerElement& value) {
  constexpr std::uint8_t kNumericString = 0x12;
  constexpr std::uint8_t kPrintableString = 0x13;
  constexpr std::uint8_t kT61String = 0x14;
  constexpr std::uint8_t kIa5String = 0x16;
  constexpr std::uint8_t kVisibleString = 0x1A;
  constexpr std::uint8_t kUniversalString = 0x1C;
  constexpr std::uint8_t kBmpString = 0x1E;
  switch (value.tag) {
    case der::kUtf8String:
    case kNumericString:
    case kPrintableString:
    case kIa5String:
    case kVisibleString:
      if (!valid_utf8(value.content)) return std::nullopt;
      return std::string(value.content);
    case kT61String:
      return from_wide(value.content, 1);
    case kBmpString:
      return from_wide(value.content, 2);
    case kUniversalString:
      return from_wide(value.content, 4);
    default:
      return std::nullopt;
  }
}

std::string hex_value(std::string_view octets) {
  return '#' + hex(static_cast<const std::uint8_t*>(static_cast<const void*>(octets.data())),
                   octets.size());
}

std::string quoted(std::string_view value) {
  constexpr std::string_view kNeedsQuotes = ",;+=<>\"";
  constexpr char kDelete = 0x7F;
  std::string out;
  bool quotes =
      value.empty() ? false : value.front() == ' ' || value.back() == ' ' || value.front() == '#';
  for (const char c : value) {
    if (kNeedsQuotes.find(c) != std::string_view::npos) quotes = true;
    if (static_cast<unsigned char>(c) < ' ' || c == kDelete) {
      const auto octet = static_cast<std::uint8_t>(c);
      out += '\\' + hex(&octet, 1);
    } else {
      out += c;
      if (c == '"') out += '"';
    }
  }
  return quotes ? '"' + out + '"' : out;
}

std::string folded(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return lower(out);
}

struct Attribute {
  std::string_view type;
  DerElement value;
};

// The relative names, each with its attributes; nullopt when malformed.
std::optional<std::vector<std::vector<Attribute>>> attributes_of(std::string_view name) {
  DerReader outer(name);
  const auto sequence = outer.next(der::kSequence);
  if (!sequence || !outer.at_end()) return std::nullopt;
  std::vector<std::vector<Attribute>> out;
  for (DerReader names(sequence->content); !names.at_end();) {
    const auto set = names.next(der::kSet);
    if (!set || set->content.empty()) return std::nullopt;
    std::vector<Attribute>& relative = out.emplace_back();
    for (DerReader pairs(set->content); !pairs.at_end();) {
      const auto pair = pairs.next(der::kSequence);
      if (!pair) return std::nullopt;
      DerReader fields(pair->content);
      const auto type = fields.next(der::kOid);
      const auto value = type ? fields.next() : std::nullopt;
      if (!value || !fields.at_end() || oid_text(type->content).empty()) return std::nullopt;
      relative.push_back({type->content, *value});
    }
  }
  return out;
}

}  // namespace

std::string distinguished_name(std::string_view name) {
  std::string out;
  const auto parts = attributes_of(name);
  if (!parts) return out;
  for (const auto& relative : *parts) {
    if (!out.empty()) out += ", ";
    bool first = true;
    for (const Attribute& attribute : relative) {
      if (!first) out += " + ";
      first = false;
      const auto text = value_text(attribute.value);
      out += type_text(attribute.type) + '=' +
             (text ? quoted(*text) : hex_value(attribute.value.whole));
    }
  }
  return out;
}

std::string name_key(std::string_view name) {
  std::string out;
  const auto parts = attributes_of(name);
  if (!parts) return out;
  out = "\n";  // of an empty Name too, so that only a malformed one is empty
  for (const auto& relative : *parts) {
    for (const Attribute& attribute : relative) {
      const auto text = value_text(attribute.value);
      // In hexadecimal: no value can look like the end of a line.
      const std::string value = text ? folded(*text) : std::string(attribute.value.whole);
      out += oid_text(attribute.type) + (text ? '=' : '#') + hex_value(value) + ' ';
    }
    out += '\n';
  }
  return out;
}

}  // namespace coffer::core
