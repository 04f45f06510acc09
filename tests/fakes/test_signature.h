// Signatures by OpenSSL, which the library itself never makes.
#pragma once

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace coffer::test {

using Key = std::shared_ptr<EVP_PKEY>;

inline Key new_p256() {
  return {EVP_EC_gen("P-256"), EVP_PKEY_free};
}
inline Key new_rsa(unsigned bits = 2048) {
  return {EVP_RSA_gen(bits), EVP_PKEY_free};
}

// RSASSA-PSS with SHA-256 and a salt of `salt` octets, or ECDSA with SHA-256 as r || s.
inline std::string sign(EVP_PKEY* key, const std::string& text, int salt = 32) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  EVP_PKEY_CTX* settings = nullptr;
  EVP_DigestSignInit(context.get(), &settings, EVP_sha256(), nullptr, key);
  const bool rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
  if (rsa) {
    EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, salt);
  }
  std::string out(1024, '\0');
  std::size_t size = out.size();
  auto* const data = reinterpret_cast<unsigned char*>(out.data());
  EVP_DigestSign(context.get(), data, &size, reinterpret_cast<const unsigned char*>(text.data()),
                 text.size());
  out.resize(size);
  if (rsa) return out;
  const unsigned char* begin = data;
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
      d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(size)), ECDSA_SIG_free);
  std::string raw(64, '\0');
  auto* const halves = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), halves, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), halves + 32, 32);
  return raw;
}

// SubjectPublicKeyInfo in DER.
inline std::string public_der(EVP_PKEY* key) {
  unsigned char* data = nullptr;
  const int size = i2d_PUBKEY(key, &data);
  std::string out(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return out;
}

}  // namespace coffer::test
