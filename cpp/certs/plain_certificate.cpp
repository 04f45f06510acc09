#include "certs/plain_certificate.h"

#include <array>

#include "core/der.h"
#include "core/text.h"

namespace coffer::certs {
namespace {

namespace der = core::der;
using core::DerReader;

struct Name {
  std::string_view oid;
  std::string_view name;
  std::size_t bits = 0;
};

constexpr std::array<Name, 8> kKeys = {{
    {"1.2.840.113549.1.1.1", "RSA"},
    {"1.2.840.113549.1.1.10", "RSA-PSS"},
    {"1.2.840.10045.2.1", "EC"},
    {"1.2.840.10040.4.1", "DSA"},
    {"1.3.101.110", "X25519", 256},
    {"1.3.101.111", "X448", 448},
    {"1.3.101.112", "Ed25519", 256},
    {"1.3.101.113", "Ed448", 456},
}};

constexpr std::array<Name, 16> kSignatures = {{
    {"1.2.840.113549.1.1.4", "md5RSA"},
    {"1.2.840.113549.1.1.5", "sha1RSA"},
    {"1.2.840.113549.1.1.14", "sha224RSA"},
    {"1.2.840.113549.1.1.11", "sha256RSA"},
    {"1.2.840.113549.1.1.12", "sha384RSA"},
    {"1.2.840.113549.1.1.13", "sha512RSA"},
    {"1.2.840.113549.1.1.10", "RSASSA-PSS"},
    {"1.2.840.10045.4.1", "sha1ECDSA"},
    {"1.2.840.10045.4.3.1", "sha224ECDSA"},
    {"1.2.840.10045.4.3.2", "sha256ECDSA"},
    {"1.2.840.10045.4.3.3", "sha384ECDSA"},
    {"1.2.840.10045.4.3.4", "sha512ECDSA"},
    {"1.2.840.10040.4.3", "sha1DSA"},
    {"2.16.840.1.101.3.4.3.2", "sha256DSA"},
    {"1.3.101.112", "Ed25519"},
    {"1.3.101.113", "Ed448"},
}};

constexpr std::array<Name, 8> kCurves = {{
    {"1.2.840.10045.3.1.7", "P-256", 256},
    {"1.3.132.0.34", "P-384", 384},
    {"1.3.132.0.35", "P-521", 521},
    {"1.3.132.0.33", "P-224", 224},
    {"1.3.132.0.10", "secp256k1", 256},
    {"1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256},
    {"1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", 384},
    {"1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", 512},
}};

template <typename List>
const Name* find(const List& list, std::string_view oid) {
  for (const Name& one : list) {
    if (one.oid == oid) return &one;
  }
  return nullptr;
}

std::size_t bits_of(std::string_view number) {
  constexpr std::size_t kOctetBits = 8;
  while (!number.empty() && number.front() == '\0')
    number.remove_prefix(1);
  if (number.empty()) return 0;
  std::size_t bits = (number.size() - 1) * kOctetBits;
  for (auto first = static_cast<std::uint8_t>(number.front()); first != 0; first >>= 1U)
    ++bits;
  return bits;
}

// Of the first INTEGER in a SEQUENCE: a modulus, or the p of DSA.
std::size_t first_number_bits(std::string_view sequence) {
  const auto list = DerReader(sequence).next(der::kSequence);
  const auto number = list ? DerReader(list->content).next(der::kInteger) : std::nullopt;
  return number ? bits_of(number->content) : 0;
}

}  // namespace

std::optional<std::int64_t> read_time(const std::optional<core::DerElement>& time) {
  constexpr std::uint8_t kUtcTime = 0x17;
  constexpr std::uint8_t kGeneralizedTime = 0x18;
  constexpr std::size_t kDigits = 10;  // without year's century and the seconds
  if (!time || (time->tag != kUtcTime && time->tag != kGeneralizedTime)) return std::nullopt;
  std::string text(time->content);
  if (!text.empty() && text.back() == 'Z') text.pop_back();
  if (text.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  if (time->tag == kUtcTime) {
    if (text.size() < kDigits) return std::nullopt;
    text.insert(0, text.front() < '5' ? "20" : "19");
  }
  if (text.size() == kDigits + 2) text += "00";
  if (text.size() != kDigits + 4) return std::nullopt;
  const auto part = [&](std::size_t at) { return text.substr(at, 2); };
  return core::parse_timestamp(text.substr(0, 4) + '-' + part(4) + '-' + part(6) + 'T' + part(8) +
                               ':' + part(10) + ':' + part(12) + 'Z')
      .value_or(0);
}

std::optional<PlainCertificate> read_plain_certificate(std::string_view text) {
  const auto whole = DerReader(text).next(der::kSequence);
  const auto signed_part = whole ? DerReader(whole->content).next(der::kSequence) : std::nullopt;
  if (!signed_part) return std::nullopt;
  DerReader reader(signed_part->content);
  PlainCertificate out;
  if (const auto version = reader.next(der::constructed(0))) {
    const auto number = DerReader(version->content).next(der::kInteger);
    if (!number || number->content.size() != 1) return std::nullopt;
    out.version = static_cast<std::uint8_t>(number->content.front()) + 1;
  }
  const auto serial = reader.next();
  const auto signature = reader.next(der::kSequence);
  const auto issuer = reader.next(der::kSequence);
  const auto validity = reader.next(der::kSequence);
  const auto subject = reader.next(der::kSequence);
  const auto key = reader.next(der::kSequence);
  if (!serial || !signature || !issuer || !validity || !subject || !key) return std::nullopt;
  DerReader times(validity->content);
  const auto from = read_time(times.next());
  const auto to = read_time(times.next());
  // Unique identifiers, primitive by the standard, constructed for mbedTLS.
  for (const unsigned number : {1U, 2U}) {
    if (!reader.next(der::context(number))) (void)reader.next(der::constructed(number));
  }
  if (const auto extensions = reader.next(der::constructed(3))) {
    out.extensions = extensions->content;
  }
  if (!from || !to || !reader.at_end()) return std::nullopt;
  out.serial = serial->content;
  out.signature = signature->whole;
  out.issuer = issuer->whole;
  out.not_before = *from;
  out.not_after = *to;
  out.subject = subject->whole;
  out.public_key = key->whole;
  return out;
}

KeyDescription key_description(std::string_view spki) {
  const auto whole = DerReader(spki).next(der::kSequence);
  if (!whole) return {};
  DerReader reader(whole->content);
  const auto algorithm = reader.next(der::kSequence);
  const auto bits = reader.next(der::kBitString);
  if (!algorithm || !bits || bits->content.empty()) return {};
  DerReader inside(algorithm->content);
  const auto oid = inside.next(der::kOid);
  const std::string dotted = oid ? core::oid_text(oid->content) : std::string();
  const Name* const known = find(kKeys, dotted);
  const std::string_view octets = bits->content.substr(1);
  if (known == nullptr) return {dotted, 0, octets};
  KeyDescription out{std::string(known->name), known->bits, octets};
  if (core::starts_with(known->name, "RSA")) {
    out.bits = first_number_bits(octets);
  } else if (known->name == "DSA") {
    const auto parameters = inside.next(der::kSequence);
    out.bits = parameters ? first_number_bits(parameters->whole) : 0;
  } else if (known->name == "EC") {
    const auto curve = inside.next(der::kOid);
    const Name* const named = curve ? find(kCurves, core::oid_text(curve->content)) : nullptr;
    out.bits = named != nullptr ? named->bits : 0;
  }
  return out;
}

std::string signature_name(std::string_view algorithm) {
  const auto whole = DerReader(algorithm).next(der::kSequence);
  const auto oid = whole ? DerReader(whole->content).next(der::kOid) : std::nullopt;
  const std::string dotted = oid ? core::oid_text(oid->content) : std::string();
  const Name* const known = find(kSignatures, dotted);
  return known != nullptr ? std::string(known->name) : dotted;
}

}  // namespace coffer::certs
