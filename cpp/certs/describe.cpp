#include "certs/describe.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "certs/plain_certificate.h"
#include "certs/ssh_wire.h"
#include "core/der.h"
#include "core/text.h"
#include "crypto/mbedtls.h"

namespace coffer::certs {
namespace {

namespace der = core::der;
using core::DerReader;

std::string armoured(const std::string& octets, const std::string& label) {
  constexpr std::size_t kLine = 64;
  std::string digits = core::base64(crypto::octets(std::string_view(octets)), octets.size());
  std::string out = "-----BEGIN " + label + "-----\n";
  out.reserve(2 * digits.size() + 2 * label.size() + kLine);
  for (std::size_t at = 0; at < digits.size(); at += kLine)
    out.append(digits, at, kLine).append("\n");
  core::wipe(digits);
  return out + "-----END " + label + "-----\n";
}

std::string hash_hex(mbedtls_md_type_t type, std::string_view octets, bool colons) {
  const mbedtls_md_info_t* const info = mbedtls_md_info_from_type(type);
  std::array<std::uint8_t, MBEDTLS_MD_MAX_SIZE> hash{};
  if (octets.empty() || info == nullptr ||
      mbedtls_md(info, crypto::octets(octets), octets.size(), hash.data()) != 0) {
    return {};
  }
  std::string out;
  for (std::size_t i = 0; i < mbedtls_md_get_size(info); ++i) {
    if (colons && i != 0) out += ':';
    out += core::hex(&hash[i], 1);
  }
  return out;
}

void append(std::string& list, std::string_view item) {
  if (!list.empty()) list += ',';
  list += item;
}

// RFC 5280 section 4.2.1.12.
std::string extended_usages(std::string_view extensions) {
  std::string out;
  const auto list = DerReader(extensions).next(der::kSequence);
  if (!list) return out;
  for (DerReader reader(list->content); !reader.at_end();) {
    const auto one = reader.next(der::kSequence);
    if (!one) break;
    DerReader inside(one->content);
    const auto oid = inside.next(der::kOid);
    (void)inside.next(der::kBoolean);
    const auto value = inside.next(der::kOctetString);
    if (!oid || !value || core::oid_text(oid->content) != "2.5.29.37") continue;
    const auto usages = DerReader(value->content).next(der::kSequence);
    if (!usages) break;
    for (DerReader each(usages->content); !each.at_end();) {
      const auto usage = each.next(der::kOid);
      if (!usage) break;
      append(out, core::oid_text(usage->content));
    }
  }
  return out;
}

// RFC 5952 is not asked for: the groups as they are.
std::string address(std::string_view octets) {
  constexpr std::size_t kFour = 4;
  std::string out;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const auto octet = static_cast<std::uint8_t>(octets[i]);
    if (octets.size() == kFour) {
      out += (i == 0 ? "" : ".") + std::to_string(octet);
    } else {
      out += (i == 0 || i % 2 != 0 ? "" : ":") + core::hex(&octet, 1);
    }
  }
  return out;
}

// RFC 5280 section 4.2.1.6: mail addresses, host names, names, URIs and addresses.
std::string alternative_names(std::string_view names) {
  std::string out;
  const auto list = DerReader(names).next(der::kSequence);
  if (!list) return out;
  for (DerReader reader(list->content); !reader.at_end();) {
    const auto one = reader.next();
    if (!one) break;
    if (one->tag == der::context(1) || one->tag == der::context(2) || one->tag == der::context(6)) {
      // IA5String: what is none could pretend to be several names.
      std::string text(one->content);
      for (char& c : text)
        if (c < ' ' || c > '~' || c == ',') c = '?';
      append(out, text);
    } else if (one->tag == der::constructed(4)) {
      append(out, core::distinguished_name(one->content));
    } else if (one->tag == der::context(7)) {
      append(out, address(one->content));
    }
  }
  return out;
}

// From the bits of RFC 5280 section 4.2.1.3 to the manual's flags and words.
void set_usage(unsigned bits, Description& out) {
  constexpr std::array<std::string_view, 8> kWords = {
      "Digital Signatures", "Key Authentication",  "Key Encryption", "Data Encryption",
      "Key Agreement",      "Certificate Signing", "Key Signing",    "Encipher Only"};
  constexpr unsigned kFirst = 0x80;
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if ((bits >> i & 1U) == 0) continue;
    out.usage_flags |= kFirst >> i;
    append(out.usage, kWords[i]);
  }
}

// The key as SSH sends it; the SubjectPublicKeyInfo itself for kinds that SSH does not have.
std::string ssh_form(std::string_view spki) {
  const KeyDescription key = key_description(spki);
  if (key.octets.empty()) return {};
  if (key.algorithm == "Ed25519") return ssh_string("ssh-ed25519") + ssh_string(key.octets);
  if (key.algorithm == "EC" && (key.bits == 256 || key.bits == 384 || key.bits == 521)) {
    const std::string curve = "nistp" + std::to_string(key.bits);
    return ssh_string("ecdsa-sha2-" + curve) + ssh_string(curve) + ssh_string(key.octets);
  }
  if (key.algorithm == "RSA") {
    // The content of an INTEGER is an mpint.
    const auto list = DerReader(key.octets).next(der::kSequence);
    DerReader numbers(list ? list->content : std::string_view());
    const auto n = numbers.next(der::kInteger);
    const auto e = numbers.next(der::kInteger);
    if (n && e) return ssh_string("ssh-rsa") + ssh_string(e->content) + ssh_string(n->content);
  }
  return std::string(spki);
}

void describe_certificate(const Certificate& certificate, Description& out) {
  out.subject = certificate.subject();
  out.issuer = certificate.issuer();
  out.effective_date = certificate_date(certificate.not_before());
  out.expiration_date = certificate_date(certificate.not_after());
  out.serial_number = certificate.serial();
  out.version = "V" + std::to_string(certificate.version());
  out.extended_key_usage = extended_usages(certificate.extension_octets());
  out.subject_alt_names = alternative_names(certificate.extensions().alternative_names);
  set_usage(certificate.extensions().key_usage.value_or(0), out);
  out.signature_algorithm = signature_name(certificate.signature_octets());
  out.thumbprint_md5 = hash_hex(MBEDTLS_MD_MD5, certificate.der(), false);
  out.thumbprint_sha1 = hash_hex(MBEDTLS_MD_SHA1, certificate.der(), false);
  out.thumbprint_sha256 = hash_hex(MBEDTLS_MD_SHA256, certificate.der(), false);
}

}  // namespace

std::string certificate_date(std::int64_t seconds) {
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::size_t kRoom = 64;
  constexpr int kFirstYear = 1900;
  const std::time_t moment = seconds;
  std::tm date{};
  if (localtime_r(&moment, &date) == nullptr) return {};
  char text[kRoom];
  std::snprintf(text, sizeof text, "%02d-%s-%04d %02d:%02d:%02d", date.tm_mday,
                kMonths.at(static_cast<std::size_t>(date.tm_mon)), date.tm_year + kFirstYear,
                date.tm_hour, date.tm_min, date.tm_sec);
  return text;
}

Description describe(const Entry& entry) {
  Description out;
  std::string covered;
  std::string spki = entry.public_octets;
  if (entry.certificate) {
    describe_certificate(*entry.certificate, out);
    covered = entry.certificate->der();
    spki = entry.certificate->public_octets();
  } else if (!spki.empty()) {
    covered = ssh_form(spki);
  }
  if (!spki.empty()) {
    const KeyDescription key = key_description(spki);
    out.public_key_algorithm = key.algorithm;
    out.public_key_length = static_cast<std::int64_t>(
        entry.certificate && key.bits == 0 ? entry.certificate->key_bits() : key.bits);
    out.public_key = armoured(spki, "PUBLIC KEY");
  }
  out.private_key_available = !entry.private_key.empty();
  if (out.private_key_available) {
    const char* const label = entry.private_form == PrivateForm::kPkcs1  ? "RSA PRIVATE KEY"
                              : entry.private_form == PrivateForm::kSec1 ? "EC PRIVATE KEY"
                                                                         : "PRIVATE KEY";
    out.private_key = core::Secret(armoured(entry.private_key.reveal(), label));
  }
  out.fingerprint = hash_hex(MBEDTLS_MD_MD5, covered, true);
  out.fingerprint_sha1 = hash_hex(MBEDTLS_MD_SHA1, covered, true);
  out.fingerprint_sha256 = hash_hex(MBEDTLS_MD_SHA256, covered, true);
  return out;
}

}  // namespace coffer::certs
