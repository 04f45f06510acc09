#include "certs/certificate.h"

#include "crypto/mbedtls.h"
// After it: it opens mbedTLS's structures.
#include <mbedtls/md.h>
#include <mbedtls/x509_crt.h>

#include <cstdio>
#include <mutex>

#include "certs/extensions.h"
#include "certs/plain_certificate.h"
#include "core/der.h"
#include "core/text.h"
#include "crypto/key_reader.h"

namespace coffer::certs {
namespace {

using Parsed = crypto::Owned<mbedtls_x509_crt, mbedtls_x509_crt_init, mbedtls_x509_crt_free>;

std::string_view view(const mbedtls_x509_buf& buffer) {
  return {static_cast<const char*>(static_cast<const void*>(buffer.p)), buffer.len};
}

// Extensions that mbedTLS does not know are read from the list afterwards.
int accept_extension(void* /*context*/, const mbedtls_x509_crt* /*certificate*/,
                     const mbedtls_x509_buf* /*oid*/, int /*critical*/,
                     const unsigned char* /*value*/, const unsigned char* /*end*/) {
  return 0;
}

// A certificate as such, of which mbedTLS lacks the key's algorithm or the signature's.
bool is_of_unknown_kind(int result) {
  constexpr int kLow = 0x7F;  // of mbedTLS's errors: the low-level module's part
  const int high = -(-result & ~kLow);
  for (const int one : {MBEDTLS_ERR_PK_UNKNOWN_PK_ALG, MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE,
                        MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG, MBEDTLS_ERR_X509_UNKNOWN_OID}) {
    if (high == one) return true;
  }
  return false;
}

// mbedTLS would ignore what follows the certificate.
bool is_one_sequence(std::string_view der) {
  core::DerReader reader(der);
  return reader.next(core::der::kSequence) && reader.at_end();
}

// The r || s of an ECDSA-Sig-Value (RFC 3279 section 2.2.3); empty when it is malformed.
std::string raw_signature(std::string_view der) {
  constexpr std::size_t kOctets = crypto::kP256Octets;
  core::DerReader outer(der);
  const auto sequence = outer.next(core::der::kSequence);
  if (!sequence || !outer.at_end()) return {};
  core::DerReader inner(sequence->content);
  std::string out;
  for (int i = 0; i < 2; ++i) {
    const auto number = inner.next(core::der::kInteger);
    if (!number || number->content.empty()) return {};
    std::string_view digits = number->content;
    if (static_cast<unsigned char>(digits.front()) >= 0x80) return {};  // negative
    while (!digits.empty() && digits.front() == '\0')
      digits.remove_prefix(1);
    if (digits.size() > kOctets) return {};
    out.append(kOctets - digits.size(), '\0').append(digits);
  }
  return inner.at_end() ? out : std::string();
}

KeyKind kind_of(const mbedtls_pk_context& pk) {
  if (mbedtls_pk_get_type(&pk) == MBEDTLS_PK_RSA) return KeyKind::kRsa;
  if (mbedtls_pk_get_type(&pk) == MBEDTLS_PK_ECKEY &&
      mbedtls_pk_ec(pk)->grp.id == MBEDTLS_ECP_DP_SECP256R1) {
    return KeyKind::kP256;
  }
  return KeyKind::kOther;
}

bool is_strong(mbedtls_md_type_t hash) {
  return hash == MBEDTLS_MD_SHA256 || hash == MBEDTLS_MD_SHA384 || hash == MBEDTLS_MD_SHA512;
}

// A PSS signature names the hash of its mask generation apart.
bool is_strong_pss(const mbedtls_x509_crt& certificate) {
  if (certificate.sig_pk != MBEDTLS_PK_RSASSA_PSS || certificate.sig_opts == nullptr) return true;
  const auto* const options =
      static_cast<const mbedtls_pk_rsassa_pss_options*>(certificate.sig_opts);
  return is_strong(options->mgf1_hash_id);
}

}  // namespace

struct Certificate::Data {
  mutable std::mutex mutex;  // mbedTLS keeps helper values in the key at its first use
  mutable Parsed parsed;
  bool known = false;  // to mbedTLS, else `parsed` is empty
  std::string der, subject, issuer, subject_key, issuer_key, serial;
  PlainCertificate plain;  // views into `der`
  std::size_t key_bits = 0;
  KeyKind kind = KeyKind::kOther;
  std::optional<crypto::PublicKey> key;
  Extensions extensions;
};

std::optional<Certificate> Certificate::from_der(std::string_view der) {
  if (!is_one_sequence(der)) return std::nullopt;
  auto data = std::make_shared<Data>();
  data->der = der;
  const auto plain = read_plain_certificate(data->der);
  if (!plain) return std::nullopt;
  data->plain = *plain;
  Parsed& parsed = data->parsed;
  const int result = mbedtls_x509_crt_parse_der_with_ext_cb(
      parsed.get(), crypto::octets(der), der.size(), 1, accept_extension, nullptr);
  data->known = result == 0;
  if (!data->known && !is_of_unknown_kind(result)) return std::nullopt;
  auto extensions = read_extensions(plain->extensions);
  if (!extensions) return std::nullopt;
  data->extensions = std::move(*extensions);
  data->subject = core::distinguished_name(plain->subject);
  data->issuer = core::distinguished_name(plain->issuer);
  data->subject_key = core::name_key(plain->subject);
  data->issuer_key = core::name_key(plain->issuer);
  if (data->subject_key.empty() || data->issuer_key.empty()) return std::nullopt;
  data->serial = core::hex(crypto::octets(plain->serial), plain->serial.size());
  if (data->known) {
    data->key_bits = mbedtls_pk_get_bitlen(&parsed->pk);
    data->kind = kind_of(parsed->pk);
    data->key = crypto::public_key_of(parsed->pk);
  } else {
    data->key_bits = key_description(plain->public_key).bits;
  }
  return Certificate(std::move(data));
}

const std::string& Certificate::der() const noexcept {
  return data_->der;
}

std::string Certificate::pem() const {
  constexpr std::size_t kLine = 64;
  const std::string digits = core::base64(crypto::octets(data_->der), data_->der.size());
  std::string out = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t i = 0; i < digits.size(); i += kLine) {
    out.append(digits, i, kLine).append("\n");
  }
  return out + "-----END CERTIFICATE-----\n";
}

const std::string& Certificate::subject() const noexcept {
  return data_->subject;
}
const std::string& Certificate::issuer() const noexcept {
  return data_->issuer;
}
const std::string& Certificate::subject_key() const noexcept {
  return data_->subject_key;
}
const std::string& Certificate::issuer_key() const noexcept {
  return data_->issuer_key;
}
std::string_view Certificate::subject_octets() const noexcept {
  return data_->plain.subject;
}
const std::string& Certificate::serial() const noexcept {
  return data_->serial;
}
std::string_view Certificate::issuer_octets() const noexcept {
  return data_->plain.issuer;
}
std::string_view Certificate::serial_octets() const noexcept {
  return data_->plain.serial;
}
std::int64_t Certificate::not_before() const noexcept {
  return data_->plain.not_before;
}
std::int64_t Certificate::not_after() const noexcept {
  return data_->plain.not_after;
}
int Certificate::version() const noexcept {
  return data_->plain.version;
}
KeyKind Certificate::key_kind() const noexcept {
  return data_->kind;
}
std::size_t Certificate::key_bits() const noexcept {
  return data_->key_bits;
}
const std::optional<crypto::PublicKey>& Certificate::public_key() const noexcept {
  return data_->key;
}
std::string_view Certificate::public_octets() const noexcept {
  return data_->plain.public_key;
}
std::string_view Certificate::signature_octets() const noexcept {
  return data_->plain.signature;
}
std::string_view Certificate::extension_octets() const noexcept {
  return data_->plain.extensions;
}
const Extensions& Certificate::extensions() const noexcept {
  return data_->extensions;
}

bool Certificate::strong_signature() const noexcept {
  return data_->known && is_strong(data_->parsed->sig_md) && is_strong_pss(*data_->parsed.get());
}

bool Certificate::signed_by(const Certificate& issuer) const {
  if (!data_->known || !issuer.data_->known) return false;
  const mbedtls_x509_crt& mine = *data_->parsed.get();
  const mbedtls_md_info_t* const info = mbedtls_md_info_from_type(mine.sig_md);
  unsigned char hash[MBEDTLS_MD_MAX_SIZE];
  if (info == nullptr || mbedtls_md(info, mine.tbs.p, mine.tbs.len, hash) != 0) return false;
  const std::size_t size = mbedtls_md_get_size(info);
  // A P-256 key goes the way of crypto/p256.h, which keeps the curve's tables.
  const auto& key = issuer.public_key();
  if (mine.sig_pk == MBEDTLS_PK_ECDSA && key && std::holds_alternative<crypto::P256Point>(*key)) {
    return crypto::verify_ecdsa(std::get<crypto::P256Point>(*key),
                                {static_cast<const char*>(static_cast<const void*>(hash)), size},
                                raw_signature(view(mine.sig)));
  }
  const std::lock_guard<std::mutex> lock(issuer.data_->mutex);
  mbedtls_pk_context* const pk = &issuer.data_->parsed->pk;
  return mbedtls_pk_can_do(pk, mine.sig_pk) != 0 &&
         mbedtls_pk_verify_ext(mine.sig_pk, mine.sig_opts, pk, mine.sig_md, hash, size, mine.sig.p,
                               mine.sig.len) == 0;
}

}  // namespace coffer::certs
