#include "crypto/content_cipher.h"

#include <array>

#include "crypto/mbedtls.h"

namespace coffer::crypto {
namespace {

using Aes = Owned<mbedtls_aes_context, mbedtls_aes_init, mbedtls_aes_free>;
using Gcm = Owned<mbedtls_gcm_context, mbedtls_gcm_init, mbedtls_gcm_free>;
using Md = Owned<mbedtls_md_context_t, mbedtls_md_init, mbedtls_md_free>;

constexpr std::size_t kBlock = 16;
constexpr std::size_t kAesKey = 16;
constexpr std::size_t kCbcKey = 32;
constexpr std::size_t kGcmIv = 12;
constexpr unsigned kAesBits = 128;

bool sizes_fit(const core::Secret& key, std::size_t key_size, std::string_view iv,
               std::size_t iv_size) {
  return key.reveal().size() == key_size && iv.size() == iv_size;
}

void require_sizes(bool fit) {
  if (!fit) throw core::Error(30005, "A content key or IV has the wrong length");
}

// RFC 7518 section 5.2.2.1: the first half of HMAC(AAD || IV || ciphertext || AL).
std::string cbc_tag(std::string_view mac_key, std::string_view aad, std::string_view iv,
                    std::string_view ciphertext) {
  std::array<unsigned char, 8> aad_bits{};
  std::uint64_t bits = std::uint64_t{aad.size()} * 8;
  for (std::size_t i = aad_bits.size(); i-- > 0; bits >>= 8U) {
    aad_bits[i] = static_cast<unsigned char>(bits & 0xFFU);
  }
  std::array<unsigned char, 32> mac{};
  Md md;
  require(mbedtls_md_setup(md.get(), mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1),
          "set up HMAC");
  if (mbedtls_md_hmac_starts(md.get(), octets(mac_key), mac_key.size()) != 0 ||
      mbedtls_md_hmac_update(md.get(), octets(aad), aad.size()) != 0 ||
      mbedtls_md_hmac_update(md.get(), octets(iv), iv.size()) != 0 ||
      mbedtls_md_hmac_update(md.get(), octets(ciphertext), ciphertext.size()) != 0 ||
      mbedtls_md_hmac_update(md.get(), aad_bits.data(), aad_bits.size()) != 0 ||
      mbedtls_md_hmac_finish(md.get(), mac.data()) != 0) {
    throw core::Error(30005, "mbedTLS could not compute an HMAC");
  }
  return {mac.begin(), mac.begin() + kTagOctets};
}

void crypt_cbc(Aes& aes, int mode, std::string_view iv, std::string& data) {
  std::string running(iv);  // mbedTLS overwrites it
  require(mbedtls_aes_crypt_cbc(aes.get(), mode, data.size(), octets(running), octets(data),
                                octets(data)),
          "use AES-CBC");
}

// How many octets of padding (PKCS #7) `data` ends in, 0 when it is malformed. The tag was good, so
// only a broken sender gets here with bad padding; the time tells nothing all the same.
std::size_t padding(std::string_view data) {
  const auto count = static_cast<unsigned char>(data.back());
  unsigned wrong = static_cast<unsigned>(count == 0) | static_cast<unsigned>(count > kBlock);
  for (std::size_t i = 1; i <= kBlock; ++i) {
    const auto octet = static_cast<unsigned char>(data[data.size() - i]);
    wrong |= static_cast<unsigned>(i <= count) & static_cast<unsigned>(octet != count);
  }
  return wrong == 0 ? count : 0;
}

}  // namespace

bool equal_constant_time(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  volatile unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = difference | (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

Sealed seal_cbc_hs256(const core::Secret& key, std::string_view iv, std::string_view aad,
                      std::string_view plaintext) {
  require_sizes(sizes_fit(key, kCbcKey, iv, kBlock));
  const std::string_view whole = key.reveal();
  const std::size_t pad = kBlock - plaintext.size() % kBlock;
  Sealed out;
  out.ciphertext.reserve(plaintext.size() + pad);
  out.ciphertext.assign(plaintext);
  out.ciphertext.append(pad, static_cast<char>(pad));
  Aes aes;
  require(mbedtls_aes_setkey_enc(aes.get(), octets(whole.substr(kAesKey)), kAesBits), "use AES");
  crypt_cbc(aes, MBEDTLS_AES_ENCRYPT, iv, out.ciphertext);
  out.tag = cbc_tag(whole.substr(0, kAesKey), aad, iv, out.ciphertext);
  return out;
}

std::optional<core::Secret> open_cbc_hs256(const core::Secret& key, std::string_view iv,
                                           std::string_view aad, std::string_view ciphertext,
                                           std::string_view tag) {
  if (!sizes_fit(key, kCbcKey, iv, kBlock)) return std::nullopt;
  const std::string_view whole = key.reveal();
  if (!equal_constant_time(cbc_tag(whole.substr(0, kAesKey), aad, iv, ciphertext), tag) ||
      ciphertext.empty() || ciphertext.size() % kBlock != 0) {
    return std::nullopt;
  }
  Aes aes;
  require(mbedtls_aes_setkey_dec(aes.get(), octets(whole.substr(kAesKey)), kAesBits), "use AES");
  std::string data(ciphertext);
  crypt_cbc(aes, MBEDTLS_AES_DECRYPT, iv, data);
  const std::size_t pad = padding(data);
  if (pad == 0) {
    core::wipe(data);
    return std::nullopt;
  }
  data.resize(data.size() - pad);
  return core::Secret(std::move(data));
}

Sealed seal_gcm(const core::Secret& key, std::string_view iv, std::string_view aad,
                std::string_view plaintext) {
  require_sizes(sizes_fit(key, kAesKey, iv, kGcmIv));
  Gcm gcm;
  require(mbedtls_gcm_setkey(gcm.get(), MBEDTLS_CIPHER_ID_AES, octets(key.reveal()), kAesBits),
          "use AES-GCM");
  Sealed out{std::string(plaintext.size(), '\0'), std::string(kTagOctets, '\0')};
  require(mbedtls_gcm_crypt_and_tag(gcm.get(), MBEDTLS_GCM_ENCRYPT, plaintext.size(), octets(iv),
                                    iv.size(), octets(aad), aad.size(), octets(plaintext),
                                    octets(out.ciphertext), kTagOctets, octets(out.tag)),
          "use AES-GCM");
  return out;
}

std::optional<core::Secret> open_gcm(const core::Secret& key, std::string_view iv,
                                     std::string_view aad, std::string_view ciphertext,
                                     std::string_view tag) {
  if (!sizes_fit(key, kAesKey, iv, kGcmIv) || tag.size() != kTagOctets) return std::nullopt;
  Gcm gcm;
  require(mbedtls_gcm_setkey(gcm.get(), MBEDTLS_CIPHER_ID_AES, octets(key.reveal()), kAesBits),
          "use AES-GCM");
  std::string data(ciphertext.size(), '\0');
  const int result = mbedtls_gcm_auth_decrypt(gcm.get(), data.size(), octets(iv), iv.size(),
                                              octets(aad), aad.size(), octets(tag), tag.size(),
                                              octets(ciphertext), octets(data));
  if (result != 0) {
    core::wipe(data);
    return std::nullopt;
  }
  return core::Secret(std::move(data));
}

}  // namespace coffer::crypto
