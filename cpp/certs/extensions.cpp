#include "certs/extensions.h"

#include <set>
#include <utility>

#include "core/der.h"

namespace coffer::certs {
namespace {

namespace der = core::der;

std::optional<bool> boolean(std::string_view content) {
  if (content.size() != 1) return std::nullopt;
  if (content[0] == '\xFF') return true;  // DER has one true (X.690 section 11.1)
  return content[0] == '\0' ? std::optional<bool>(false) : std::nullopt;
}

std::optional<Extension> read_one(core::DerReader& list) {
  const auto sequence = list.next(der::kSequence);
  if (!sequence) return std::nullopt;
  core::DerReader fields(sequence->content);
  const auto oid = fields.next(der::kOid);
  if (!oid) return std::nullopt;
  Extension out;
  out.oid = core::oid_text(oid->content);
  if (const auto critical = fields.next(der::kBoolean)) {
    const auto value = boolean(critical->content);
    if (!value) return std::nullopt;
    out.critical = *value;
  }
  const auto value = fields.next(der::kOctetString);
  if (!value || !fields.at_end() || out.oid.empty()) return std::nullopt;
  out.value = value->content;
  return out;
}

// Exactly one element of this tag in `octets`.
std::optional<std::string_view> only(std::string_view octets, std::uint8_t tag) {
  core::DerReader reader(octets);
  const auto element = reader.next(tag);
  if (!element || !reader.at_end()) return std::nullopt;
  return element->content;
}

bool read_basic_constraints(std::string_view value, Extensions& out) {
  constexpr int kMost = 255;  // more than any chain here is long
  const auto sequence = only(value, der::kSequence);
  if (!sequence) return false;
  core::DerReader fields(*sequence);
  if (const auto ca = fields.next(der::kBoolean)) {
    const auto flag = boolean(ca->content);
    if (!flag) return false;
    out.ca = *flag;
  }
  if (const auto length = fields.next(der::kInteger)) {
    const std::string_view digits = length->content;
    if (digits.empty() || static_cast<unsigned char>(digits[0]) >= 0x80) return false;
    out.path_length = digits.size() > 1 ? kMost : static_cast<int>(digits[0]);
  }
  return fields.at_end();
}

bool read_key_usage(std::string_view value, Extensions& out) {
  constexpr std::size_t kMostOctets = 2;  // nine bits are defined
  const auto bits = only(value, der::kBitString);
  if (!bits || bits->size() < 2 || bits->size() > 1 + kMostOctets) return false;
  // DER (X.690 section 11.2): the unused bits are zero, and no octet is unused as a whole.
  const auto unused = static_cast<unsigned char>(bits->front());
  if (unused > 7 || (static_cast<unsigned char>(bits->back()) & ((1U << unused) - 1)) != 0) {
    return false;
  }
  unsigned usage = 0;
  for (std::size_t i = 1; i < bits->size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      const auto octet = static_cast<unsigned char>((*bits)[i]);
      if ((octet & (0x80U >> bit)) != 0) usage |= 1U << (8 * (i - 1) + bit);
    }
  }
  out.key_usage = usage;
  return true;
}

bool read_extended_key_usage(std::string_view value, Extensions& out) {
  const auto list = only(value, der::kSequence);
  if (!list) return false;
  std::vector<std::string> purposes;
  for (core::DerReader reader(*list); !reader.at_end();) {
    const auto oid = reader.next(der::kOid);
    if (!oid) return false;
    purposes.push_back(core::oid_text(oid->content));
  }
  out.extended_key_usage = std::move(purposes);
  return true;
}

bool read_subject_key_id(std::string_view value, Extensions& out) {
  const auto id = only(value, der::kOctetString);
  if (id) out.subject_key_id = *id;
  return id.has_value();
}

bool read_authority_key_id(std::string_view value, Extensions& out) {
  const auto sequence = only(value, der::kSequence);
  if (!sequence) return false;
  core::DerReader fields(*sequence);
  if (const auto id = fields.next(der::context(0))) out.authority_key_id = id->content;
  return true;
}

// Understood in the sense of RFC 5280: what they ask for is done, or asks for nothing of a chain
// that is verified for any policy.
bool is_understood(const std::string& oid) {
  static const std::set<std::string_view> kUnderstood = {
      "2.5.29.14",  // subjectKeyIdentifier
      "2.5.29.15",  // keyUsage
      "2.5.29.17",  // subjectAltName
      "2.5.29.19",  // basicConstraints
      "2.5.29.30",  // nameConstraints
      "2.5.29.32",  // certificatePolicies
      "2.5.29.33",  // policyMappings
      "2.5.29.35",  // authorityKeyIdentifier
      "2.5.29.37",  // extKeyUsage: for servers; none is defined for signing acsSignedContent
      "2.5.29.54",  // inhibitAnyPolicy: without policyConstraints, which is refused, of no effect
  };
  return kUnderstood.count(oid) != 0;
}

bool read_value(const Extension& one, Extensions& out) {
  if (one.oid == "2.5.29.19") return read_basic_constraints(one.value, out);
  if (one.oid == "2.5.29.15") return read_key_usage(one.value, out);
  if (one.oid == "2.5.29.37") return read_extended_key_usage(one.value, out);
  if (one.oid == "2.5.29.14") return read_subject_key_id(one.value, out);
  if (one.oid == "2.5.29.35") return read_authority_key_id(one.value, out);
  if (one.oid == "2.5.29.17") {
    out.alternative_names = one.value;
    return only(one.value, der::kSequence).has_value();
  }
  if (one.oid == "2.5.29.30") {
    out.name_constraints = one.value;
    return only(one.value, der::kSequence).has_value();
  }
  if (one.critical && !is_understood(one.oid)) out.unknown_critical = true;
  return true;
}

}  // namespace

std::optional<std::vector<Extension>> list_extensions(std::string_view list) {
  std::vector<Extension> out;
  if (list.empty()) return out;
  const auto sequence = only(list, der::kSequence);
  if (!sequence) return std::nullopt;
  std::set<std::string> seen;
  for (core::DerReader reader(*sequence); !reader.at_end();) {
    auto one = read_one(reader);
    if (!one || !seen.insert(one->oid).second) return std::nullopt;
    out.push_back(std::move(*one));
  }
  return out;
}

std::optional<Extensions> read_extensions(std::string_view list) {
  const auto all = list_extensions(list);
  if (!all) return std::nullopt;
  Extensions out;
  for (const Extension& one : *all) {
    if (!read_value(one, out)) return std::nullopt;
  }
  return out;
}

}  // namespace coffer::certs
