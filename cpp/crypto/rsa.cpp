#include "crypto/rsa.h"

#include <mutex>

#include "crypto/mbedtls.h"

namespace coffer::crypto {
namespace {

constexpr std::size_t kLeastBits = 2048;  // emv-3ds: RSA modulus at least 2048 bits
constexpr std::size_t kMostBits = 8192;   // a longer one would only cost time
constexpr std::size_t kExponentOctets = 8;
constexpr std::size_t kOaepOverhead = 2 * 32 + 2;  // RFC 8017 section 7.1.1

std::string_view without_zeros(std::string_view number) {
  while (!number.empty() && number.front() == '\0')
    number.remove_prefix(1);
  return number;
}

std::size_t bits_of(std::string_view number) {
  if (number.empty()) return 0;
  std::size_t bits = (number.size() - 1) * 8;
  for (auto top = static_cast<unsigned char>(number.front()); top != 0; top >>= 1U)
    ++bits;
  return bits;
}

bool even(std::string_view number) {
  return (static_cast<unsigned char>(number.back()) & 1U) == 0;
}

}  // namespace

struct RsaPublicKey::Context {
  std::string n;
  std::string e;
  std::mutex mutex;  // mbedTLS keeps a helper value in the context at the first use
  Pk pk;
};

std::optional<RsaPublicKey> RsaPublicKey::from_parts(std::string_view n, std::string_view e) {
  n = without_zeros(n);
  e = without_zeros(e);
  if (bits_of(n) < kLeastBits || bits_of(n) > kMostBits || even(n)) return std::nullopt;
  if (e.empty() || e.size() > kExponentOctets || even(e) || e == "\x01") return std::nullopt;
  auto context = std::make_shared<Context>();
  context->n = n;
  context->e = e;
  require(mbedtls_pk_setup(context->pk.get(), mbedtls_pk_info_from_type(MBEDTLS_PK_RSA)),
          "set up RSA");
  mbedtls_rsa_context* const rsa = mbedtls_pk_rsa(*context->pk.get());
  mbedtls_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V21, MBEDTLS_MD_SHA256);
  if (mbedtls_rsa_import_raw(rsa, octets(n), n.size(), nullptr, 0, nullptr, 0, nullptr, 0,
                             octets(e), e.size()) != 0 ||
      mbedtls_rsa_complete(rsa) != 0 || mbedtls_rsa_check_pubkey(rsa) != 0) {
    return std::nullopt;
  }
  return RsaPublicKey(std::move(context));
}

std::size_t RsaPublicKey::bits() const noexcept {
  return bits_of(context_->n);
}
const std::string& RsaPublicKey::n() const noexcept {
  return context_->n;
}
const std::string& RsaPublicKey::e() const noexcept {
  return context_->e;
}

std::string RsaPublicKey::encrypt_oaep(std::string_view text, Random& random) const {
  std::string out(context_->n.size(), '\0');
  if (text.size() + kOaepOverhead > out.size()) {
    throw core::Error(30005, "The text is too long for RSA-OAEP-256");
  }
  const std::lock_guard<std::mutex> lock(context_->mutex);
  std::size_t size = 0;
  require(mbedtls_pk_encrypt(context_->pk.get(), octets(text), text.size(), octets(out), &size,
                             out.size(), draw, &random),
          "encrypt with RSA");
  return out;
}

bool RsaPublicKey::verify_pss(const std::array<std::uint8_t, 32>& sha256,
                              std::string_view signature) const {
  if (signature.size() != context_->n.size()) return false;
  mbedtls_pk_rsassa_pss_options options{};
  options.mgf1_hash_id = MBEDTLS_MD_SHA256;
  options.expected_salt_len = static_cast<int>(sha256.size());
  const std::lock_guard<std::mutex> lock(context_->mutex);
  return mbedtls_pk_verify_ext(MBEDTLS_PK_RSASSA_PSS, &options, context_->pk.get(),
                               MBEDTLS_MD_SHA256, sha256.data(), sha256.size(), octets(signature),
                               signature.size()) == 0;
}

}  // namespace coffer::crypto
