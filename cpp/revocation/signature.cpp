#include "revocation/signed_data.h"

#include <array>
#include <optional>

#include "certs/plain_certificate.h"
#include "crypto/mbedtls.h"

namespace coffer::revocation {
namespace {

namespace der = core::der;
using core::DerReader;

constexpr std::size_t kLeastRsaBits = 2048;
constexpr std::size_t kLeastEcBits = 256;

struct Scheme {
  mbedtls_pk_type_t kind = MBEDTLS_PK_NONE;
  mbedtls_md_type_t hash = MBEDTLS_MD_NONE;
  mbedtls_pk_rsassa_pss_options pss = {MBEDTLS_MD_NONE, 0};
};

struct Known {
  std::string_view oid;
  mbedtls_pk_type_t kind;
  mbedtls_md_type_t hash;
};
constexpr std::array<Known, 6> kKnown = {{
    {"1.2.840.113549.1.1.11", MBEDTLS_PK_RSA, MBEDTLS_MD_SHA256},
    {"1.2.840.113549.1.1.12", MBEDTLS_PK_RSA, MBEDTLS_MD_SHA384},
    {"1.2.840.113549.1.1.13", MBEDTLS_PK_RSA, MBEDTLS_MD_SHA512},
    {"1.2.840.10045.4.3.2", MBEDTLS_PK_ECDSA, MBEDTLS_MD_SHA256},
    {"1.2.840.10045.4.3.3", MBEDTLS_PK_ECDSA, MBEDTLS_MD_SHA384},
    {"1.2.840.10045.4.3.4", MBEDTLS_PK_ECDSA, MBEDTLS_MD_SHA512},
}};

mbedtls_md_type_t strong_hash(std::string_view oid) {
  if (oid == "2.16.840.1.101.3.4.2.1") return MBEDTLS_MD_SHA256;
  if (oid == "2.16.840.1.101.3.4.2.2") return MBEDTLS_MD_SHA384;
  if (oid == "2.16.840.1.101.3.4.2.3") return MBEDTLS_MD_SHA512;
  return MBEDTLS_MD_NONE;
}

// The OID of an AlgorithmIdentifier; `rest` is what follows it.
std::string algorithm_of(const std::optional<core::DerElement>& identifier, DerReader& rest) {
  if (!identifier || identifier->tag != der::kSequence) return {};
  rest = DerReader(identifier->content);
  const auto oid = rest.next(der::kOid);
  return oid ? core::oid_text(oid->content) : std::string();
}

// RSASSA-PSS-params (RFC 4055 section 3.1). Its defaults are SHA-1, so hash and MGF must be there.
std::optional<Scheme> pss_scheme(DerReader parameters) {
  const auto sequence = parameters.next(der::kSequence);
  if (!sequence) return std::nullopt;
  DerReader fields(sequence->content);
  DerReader rest({});
  const auto hash_field = fields.next(der::constructed(0));
  const auto mask_field = fields.next(der::constructed(1));
  const auto salt_field = fields.next(der::constructed(2));
  if (!hash_field || !mask_field || !salt_field || !fields.at_end()) return std::nullopt;
  Scheme out;
  out.kind = MBEDTLS_PK_RSASSA_PSS;
  out.hash = strong_hash(algorithm_of(DerReader(hash_field->content).next(), rest));
  if (algorithm_of(DerReader(mask_field->content).next(), rest) != "1.2.840.113549.1.1.8") {
    return std::nullopt;
  }
  out.pss.mgf1_hash_id = strong_hash(algorithm_of(rest.next(), rest));
  const auto salt = DerReader(salt_field->content).next(der::kInteger);
  if (!salt || salt->content.size() != 1) return std::nullopt;
  out.pss.expected_salt_len = static_cast<unsigned char>(salt->content.front());
  const bool strong = out.hash != MBEDTLS_MD_NONE && out.pss.mgf1_hash_id != MBEDTLS_MD_NONE;
  return strong ? std::optional<Scheme>(out) : std::nullopt;
}

std::optional<Scheme> scheme_of(std::string_view algorithm) {
  DerReader rest({});
  const std::string oid = algorithm_of(DerReader(algorithm).next(), rest);
  if (oid == "1.2.840.113549.1.1.10") return pss_scheme(rest);
  for (const Known& one : kKnown) {
    if (one.oid != oid) continue;
    Scheme out;
    out.kind = one.kind;
    out.hash = one.hash;
    return out;
  }
  return std::nullopt;
}

bool verifies(const Scheme& scheme, crypto::Pk& key, const SignedData& data) {
  const mbedtls_md_info_t* const info = mbedtls_md_info_from_type(scheme.hash);
  unsigned char hash[MBEDTLS_MD_MAX_SIZE];
  if (info == nullptr ||
      mbedtls_md(info, crypto::octets(data.octets), data.octets.size(), hash) != 0) {
    return false;
  }
  const bool pss = scheme.kind == MBEDTLS_PK_RSASSA_PSS;
  return mbedtls_pk_can_do(key.get(), scheme.kind) != 0 &&
         mbedtls_pk_verify_ext(scheme.kind, pss ? &scheme.pss : nullptr, key.get(), scheme.hash,
                               hash, mbedtls_md_get_size(info), crypto::octets(data.signature),
                               data.signature.size()) == 0;
}

}  // namespace

std::string signature_problem(const SignedData& data, std::string_view public_key) {
  const auto scheme = scheme_of(data.algorithm);
  if (!scheme) {
    return "is signed in a way that is too weak or not supported (" +
           certs::signature_name(data.algorithm) + ")";
  }
  crypto::Pk key;
  if (mbedtls_pk_parse_public_key(key.get(), crypto::octets(public_key), public_key.size()) != 0) {
    return "is signed by a key of a kind that is not supported (" +
           certs::key_description(public_key).algorithm + ")";
  }
  const bool rsa = mbedtls_pk_can_do(key.get(), MBEDTLS_PK_RSA) != 0;
  if (mbedtls_pk_get_bitlen(key.get()) < (rsa ? kLeastRsaBits : kLeastEcBits)) {
    return "is signed by a key that is too short";
  }
  return verifies(*scheme, key, data) ? std::string() : "has a wrong signature";
}

}  // namespace coffer::revocation
