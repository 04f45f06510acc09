#include "crypto/rsa.h"

#include <doctest/doctest.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>

#include "core/error.h"
#include "crypto/digest.h"
#include "crypto/key_reader.h"
#include "test_signature.h"

namespace crypto = coffer::crypto;
namespace test = coffer::test;

namespace {

std::optional<crypto::RsaPublicKey> key_of(const test::Key& key) {
  const auto read = crypto::read_public_key(test::public_der(key.get()));
  if (!read) return std::nullopt;
  return std::get<crypto::RsaPublicKey>(*read);
}

// By OpenSSL; empty when it fails.
std::string decrypt(const test::Key& key, const std::string& ciphertext, const EVP_MD* mask) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY_decrypt_init(context.get());
  EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING);
  EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), EVP_sha256());
  EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), mask);
  std::string out(ciphertext.size(), '\0');
  std::size_t size = out.size();
  if (EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                       reinterpret_cast<const unsigned char*>(ciphertext.data()),
                       ciphertext.size()) != 1) {
    return {};
  }
  out.resize(size);
  return out;
}

}  // namespace

TEST_CASE("OAEP with SHA-256 for the hash and the mask") {
  const test::Key key = test::new_rsa();
  const auto mine = key_of(key);
  REQUIRE(mine.has_value());
  CHECK(mine->bits() == 2048);
  crypto::SystemRandom random;
  const std::string once = mine->encrypt_oaep("content key", random);
  CHECK(once.size() == 256);
  CHECK(decrypt(key, once, EVP_sha256()) == "content key");
  CHECK(decrypt(key, once, EVP_sha1()) == "");
  CHECK(mine->encrypt_oaep("content key", random) != once);
  const std::string longest(256 - 66, 'x');
  CHECK(decrypt(key, mine->encrypt_oaep(longest, random), EVP_sha256()) == longest);
  CHECK_THROWS_AS(mine->encrypt_oaep(longest + 'x', random), coffer::core::Error);
}

TEST_CASE("PSS after encryption, with the same key") {
  const test::Key key = test::new_rsa();
  const auto mine = key_of(key).value();
  crypto::SystemRandom random;
  (void)mine.encrypt_oaep("x", random);
  const std::string good = test::sign(key.get(), "text");
  CHECK(mine.verify_pss(crypto::sha256("text"), good));
  CHECK_FALSE(mine.verify_pss(crypto::sha256("Text"), good));
  CHECK_FALSE(mine.verify_pss(crypto::sha256("text"), good + '\0'));
  CHECK_FALSE(mine.verify_pss(crypto::sha256("text"), good.substr(1)));
  CHECK_FALSE(mine.verify_pss(crypto::sha256("text"), ""));
  CHECK_FALSE(mine.verify_pss(crypto::sha256("text"), std::string(256, '\xFF')));
  CHECK_FALSE(mine.verify_pss(crypto::sha256("text"), test::sign(key.get(), "text", 31)));
}

TEST_CASE("sizes and exponents") {
  CHECK_FALSE(key_of(test::new_rsa(1024)));
  CHECK_FALSE(key_of(test::new_rsa(2040)));
  CHECK(key_of(test::new_rsa(3072)).has_value());
  const auto good = key_of(test::new_rsa()).value();
  using crypto::RsaPublicKey;
  CHECK(RsaPublicKey::from_parts('\0' + good.n(), '\0' + good.e())->n() == good.n());
  CHECK_FALSE(RsaPublicKey::from_parts(good.n(), "\x01"));
  CHECK_FALSE(RsaPublicKey::from_parts(good.n(), "\x04"));
  CHECK_FALSE(RsaPublicKey::from_parts(good.n(), ""));
  CHECK_FALSE(RsaPublicKey::from_parts(good.n(), std::string(9, '\x03')));
  CHECK_FALSE(RsaPublicKey::from_parts("", "\x03"));
  CHECK_FALSE(RsaPublicKey::from_parts(good.n() + '\x02', "\x03"));          // even
  CHECK_FALSE(RsaPublicKey::from_parts(std::string(1025, '\x03'), "\x03"));  // 8200 bits
}
