// private_key_jwt: who we are, signed.
#include <array>

#include "core/json.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "crypto/mbedtls.h"
#include "oauth/key_pair.h"
#include "oauth/pkce.h"

namespace coffer::oauth {

namespace {

using core::json_quoted;

constexpr std::size_t kP256Octets = 32;
constexpr std::int64_t kLife = 600;  // seconds (graph-mail 8.4)

using Digest = std::array<std::uint8_t, 32>;

std::string base64url_of(const Digest& digest) {
  return base64url(std::string(digest.begin(), digest.end()));
}

// RFC 7518 section 3.5; the salt is as long as the hash.
std::string sign_ps256(crypto::Pk& pk, const Digest& digest, crypto::Random& random) {
  mbedtls_rsa_context& rsa = *mbedtls_pk_rsa(*pk.get());
  std::string signature(mbedtls_rsa_get_len(&rsa), '\0');
#if MBEDTLS_VERSION_MAJOR >= 3
  crypto::require(mbedtls_rsa_set_padding(&rsa, MBEDTLS_RSA_PKCS_V21, MBEDTLS_MD_SHA256),
                  "choose a padding");
  crypto::require(mbedtls_rsa_rsassa_pss_sign(&rsa, crypto::draw, &random, MBEDTLS_MD_SHA256,
                                              static_cast<unsigned>(digest.size()), digest.data(),
                                              crypto::octets(signature)),
                  "sign with RSA");
#else
  mbedtls_rsa_set_padding(&rsa, MBEDTLS_RSA_PKCS_V21, MBEDTLS_MD_SHA256);
  crypto::require(
      mbedtls_rsa_rsassa_pss_sign(&rsa, crypto::draw, &random, MBEDTLS_RSA_PRIVATE,
                                  MBEDTLS_MD_SHA256, static_cast<unsigned>(digest.size()),
                                  digest.data(), crypto::octets(signature)),
      "sign with RSA");
#endif
  return signature;
}

// RFC 7518 section 3.4: r and s, 32 octets each.
std::string sign_es256(crypto::Pk& pk, const Digest& digest, crypto::Random& random) {
  mbedtls_ecp_keypair& key = *mbedtls_pk_ec(*pk.get());
  if (key.grp.id != MBEDTLS_ECP_DP_SECP256R1) {
    throw core::Error(273, "OAuthClientCertStore: the key must be RSA or P-256.");
  }
  crypto::Mpi r;
  crypto::Mpi s;
  crypto::require(mbedtls_ecdsa_sign(&key.grp, r.get(), s.get(), &key.d, digest.data(),
                                     digest.size(), crypto::draw, &random),
                  "sign with P-256");
  std::string signature(2 * kP256Octets, '\0');
  unsigned char* const out = crypto::octets(signature);
  crypto::require(mbedtls_mpi_write_binary(r.get(), out, kP256Octets), "write a number");
  crypto::require(mbedtls_mpi_write_binary(s.get(), out + kP256Octets, kP256Octets),
                  "write a number");
  return signature;
}

// A GUID of version 4, as Microsoft's samples have it.
std::string guid(crypto::Random& random) {
  std::array<std::uint8_t, 16> octets{};
  random.fill(octets.data(), octets.size());
  octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0FU) | 0x40U);
  octets[8] = static_cast<std::uint8_t>((octets[8] & 0x3FU) | 0x80U);
  std::string text = core::hex(octets.data(), octets.size());
  for (const std::size_t at : {20U, 16U, 12U, 8U})
    text.insert(at, "-");
  return text;
}

}  // namespace

core::Secret client_assertion(const KeyPair& pair, const std::string& client_id,
                              const std::string& token_url,
                              std::chrono::system_clock::time_point now, crypto::Random& random) {
  const bool rsa = pair.certificate.key_kind() == certs::KeyKind::kRsa;
  const std::string thumbprint = base64url_of(crypto::sha256(pair.certificate.der()));
  const std::int64_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::string header = std::string(R"({"alg":")") + (rsa ? "PS256" : "ES256") +
                             R"(","typ":"JWT","x5t#S256":)" + json_quoted(thumbprint) + "}";
  const std::string payload = R"({"aud":)" + json_quoted(token_url) + R"(,"iss":)" +
                              json_quoted(client_id) + R"(,"sub":)" + json_quoted(client_id) +
                              R"(,"jti":)" + json_quoted(guid(random)) + R"(,"nbf":)" +
                              std::to_string(seconds) + R"(,"iat":)" + std::to_string(seconds) +
                              R"(,"exp":)" + std::to_string(seconds + kLife) + "}";
  const std::string input = base64url(header) + "." + base64url(payload);
  crypto::Pk pk;
  const std::string& key = pair.key.reveal();
  if (crypto::parse_private(pk, crypto::octets(key), key.size(), {}) != 0) {
    throw core::Error(273, "OAuthClientCertStore: the private key cannot be used.");
  }
  const Digest digest = crypto::sha256(input);
  const std::string signature =
      rsa ? sign_ps256(pk, digest, random) : sign_es256(pk, digest, random);
  return core::Secret(input + "." + base64url(signature));
}

}  // namespace coffer::oauth
