#include "crypto/content_cipher.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>
#include <string>

#include "core/error.h"

namespace core = coffer::core;
namespace crypto = coffer::crypto;

namespace {

const core::Secret kKey32("0123456789abcdefghijklmnopqrstuv");
const core::Secret kKey16("0123456789abcdef");
const std::string kIv16 = "initial vector!!";
const std::string kIv12 = "initial vect";

// AES-CBC without padding and the tag of RFC 7518 by OpenSSL: content with padding of our choice.
crypto::Sealed sealed_by_hand(const std::string& padded, const std::string& aad) {
  const std::string& key = kKey32.reveal();
  const auto octets = [](const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  EVP_EncryptInit_ex(context.get(), EVP_aes_128_cbc(), nullptr, octets(key) + 16, octets(kIv16));
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  crypto::Sealed out;
  out.ciphertext.resize(padded.size() + 16);
  int size = 0;
  EVP_EncryptUpdate(context.get(), reinterpret_cast<unsigned char*>(out.ciphertext.data()), &size,
                    octets(padded), static_cast<int>(padded.size()));
  out.ciphertext.resize(padded.size());
  std::string input = aad + kIv16 + out.ciphertext + std::string(7, '\0');
  input += static_cast<char>(aad.size() * 8);
  unsigned char mac[32];
  HMAC(EVP_sha256(), octets(key), 16, octets(input), input.size(), mac, nullptr);
  out.tag.assign(mac, mac + 16);
  return out;
}

}  // namespace

TEST_CASE("every length comes back") {
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string text(size, 'x');
    const auto cbc = crypto::seal_cbc_hs256(kKey32, kIv16, "aad", text);
    CHECK(cbc.ciphertext.size() == (size / 16 + 1) * 16);
    CHECK(crypto::open_cbc_hs256(kKey32, kIv16, "aad", cbc.ciphertext, cbc.tag)->reveal() == text);
    const auto gcm = crypto::seal_gcm(kKey16, kIv12, "aad", text);
    CHECK(gcm.ciphertext.size() == size);
    CHECK(crypto::open_gcm(kKey16, kIv12, "aad", gcm.ciphertext, gcm.tag)->reveal() == text);
  }
}

TEST_CASE("what is altered or of a wrong size does not open") {
  const auto cbc = crypto::seal_cbc_hs256(kKey32, kIv16, "aad", "text");
  const auto gcm = crypto::seal_gcm(kKey16, kIv12, "aad", "text");
  using crypto::open_cbc_hs256;
  using crypto::open_gcm;
  CHECK_FALSE(open_cbc_hs256(kKey16, kIv16, "aad", cbc.ciphertext, cbc.tag));
  CHECK_FALSE(open_cbc_hs256(kKey32, kIv12, "aad", cbc.ciphertext, cbc.tag));
  CHECK_FALSE(open_cbc_hs256(kKey32, kIv16, "aae", cbc.ciphertext, cbc.tag));
  CHECK_FALSE(open_cbc_hs256(kKey32, kIv16, "aad", cbc.ciphertext, cbc.tag.substr(1)));
  CHECK_FALSE(open_cbc_hs256(kKey32, kIv16, "aad", cbc.ciphertext, cbc.tag + 'x'));
  CHECK_FALSE(open_cbc_hs256(kKey32, kIv16, "aad", cbc.ciphertext, ""));
  CHECK_FALSE(open_cbc_hs256(kKey32, kIv16, "aad", cbc.ciphertext + 'x', cbc.tag));
  CHECK_FALSE(open_cbc_hs256({}, "", "", "", ""));
  CHECK_FALSE(open_gcm(kKey32, kIv12, "aad", gcm.ciphertext, gcm.tag));
  CHECK_FALSE(open_gcm(kKey16, kIv16, "aad", gcm.ciphertext, gcm.tag));
  CHECK_FALSE(open_gcm(kKey16, kIv12, "", gcm.ciphertext, gcm.tag));
  CHECK_FALSE(open_gcm(kKey16, kIv12, "aad", gcm.ciphertext, gcm.tag.substr(0, 12)));
  CHECK_FALSE(open_gcm(kKey16, kIv12, "aad", gcm.ciphertext, ""));
  for (std::size_t bit = 0; bit < 128; ++bit) {
    const auto flipped = [bit](std::string tag) {
      tag[bit / 8] = static_cast<char>(tag[bit / 8] ^ (1 << (bit % 8)));
      return tag;
    };
    CHECK_FALSE(open_cbc_hs256(kKey32, kIv16, "aad", cbc.ciphertext, flipped(cbc.tag)));
    CHECK_FALSE(open_gcm(kKey16, kIv12, "aad", gcm.ciphertext, flipped(gcm.tag)));
  }
  CHECK_THROWS_AS(crypto::seal_gcm(kKey32, kIv12, "", ""), core::Error);
  CHECK_THROWS_AS(crypto::seal_gcm(kKey16, kIv16, "", ""), core::Error);
  CHECK_THROWS_AS(crypto::seal_cbc_hs256(kKey16, kIv16, "", ""), core::Error);
}

// With a good tag: what only a broken sender makes.
TEST_CASE("padding that is none") {
  const auto opens = [](const std::string& padded) {
    const auto sealed = sealed_by_hand(padded, "aad");
    return crypto::open_cbc_hs256(kKey32, kIv16, "aad", sealed.ciphertext, sealed.tag);
  };
  const std::string block = "0123456789abcdef";
  CHECK(opens(block + std::string(16, '\x10'))->reveal() == block);
  CHECK(opens(block.substr(0, 15) + '\x01')->reveal() == block.substr(0, 15));
  CHECK(opens(std::string(16, '\x10'))->reveal() == "");
  CHECK_FALSE(opens(block + std::string(15, 'x') + '\0'));
  CHECK_FALSE(opens(block + std::string(16, '\x11')));
  CHECK_FALSE(opens(block.substr(0, 14) + "\x01\x02"));
  CHECK_FALSE(opens(block.substr(0, 13) + "\x03\x02\x03"));
  CHECK_FALSE(opens("x" + std::string(15, '\x10')));
  CHECK_FALSE(opens(std::string(16, '\xFF')));
  CHECK_FALSE(opens(""));
}

TEST_CASE("comparison in constant time compares") {
  using crypto::equal_constant_time;
  CHECK(equal_constant_time("", ""));
  CHECK(equal_constant_time("abc", "abc"));
  CHECK_FALSE(equal_constant_time("abc", "abd"));
  CHECK_FALSE(equal_constant_time("abc", "bbc"));
  CHECK_FALSE(equal_constant_time("abc", "ab"));
  CHECK_FALSE(equal_constant_time("\x01\x01", "\x02\x02"));
  CHECK_FALSE(equal_constant_time(std::string("a\0b", 3), std::string("a\0c", 3)));
}
