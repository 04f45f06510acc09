// The certificates of a PKCS #7 message (RFC 5652 section 5.1); its signatures are not looked at.
#include "certs/der_text.h"
#include "certs/keys.h"
#include "certs/pem.h"
#include "certs/store_reader.h"
#include "core/der.h"
#include "jose/base64url.h"

namespace coffer::certs {
namespace {

namespace der = core::der;
using core::DerReader;

constexpr std::size_t kMostCertificates = 1000;
constexpr std::string_view kSignedData = "1.2.840.113549.1.7.2";

std::vector<Entry> message(std::string_view octets) {
  const auto text = der_of_ber(octets);
  const auto whole = text ? DerReader(*text).next(der::kSequence) : std::nullopt;
  if (!whole) return {};
  DerReader outer(whole->content);
  const auto kind = outer.next(der::kOid);
  const auto body = outer.next(der::constructed(0));
  if (!kind || core::oid_text(kind->content) != kSignedData || !body) return {};
  const auto signed_data = DerReader(body->content).next(der::kSequence);
  if (!signed_data) return {};
  DerReader inner(signed_data->content);
  if (!inner.next(der::kInteger) || !inner.next(der::kSet) || !inner.next(der::kSequence))
    return {};
  const auto list = inner.next(der::constructed(0));
  std::vector<Entry> out;
  if (!list) unsupported("its PKCS #7 message holds no certificate");
  for (DerReader reader(list->content); !reader.at_end() && out.size() < kMostCertificates;) {
    const auto one = reader.next();
    if (!one) break;
    if (auto entry = certificate_of_der(one->whole)) out.push_back(std::move(*entry));
  }
  return out;
}

}  // namespace

std::vector<Entry> read_p7b(std::string_view octets, Unlock& /*unlock*/) {
  for (const PemBlock& block : pem_blocks(octets)) {
    if (block.label != "PKCS7" && block.label != "CMS" && block.label != "PKCS #7 SIGNED DATA") {
      continue;
    }
    const auto decoded = jose::decode_base64_lenient(block.body);
    return decoded ? message(*decoded) : std::vector<Entry>();
  }
  return message(octets);
}

}  // namespace coffer::certs
