// Wycheproof (C2SP, Apache-2.0): the content ciphers, ECDH, ECDSA, PSS and OAEP. What is invalid
// there must be refused here; what is valid must give the octets printed there.
#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>

#include "crypto/content_cipher.h"
#include "crypto/digest.h"
#include "crypto/key_reader.h"
#include "jose/jwk.h"
#include "octets.h"
#include "scripted_random.h"
#include "vectors.h"

namespace core = coffer::core;
namespace crypto = coffer::crypto;
namespace jose = coffer::jose;

namespace {

std::string octets(const core::JsonView& test, std::string_view name) {
  return unhex(test[name].string_or(""));
}

bool is_valid(const core::JsonView& test) {
  return test["result"].string() == "valid";
}

template <typename Open, typename Seal>
void check_aead(const std::string& file, double key_bits, double iv_bits, int least, Open open,
                Seal seal) {
  int ran = 0;
  for_each_test(file, [&](const core::JsonView& group, const core::JsonView& test) {
    if (group["keySize"].number() != key_bits || group["ivSize"].number() != iv_bits ||
        group["tagSize"].number() != 128) {
      return;
    }
    ++ran;
    const core::Secret key(octets(test, "key"));
    const std::string iv = octets(test, "iv");
    const std::string aad = octets(test, "aad");
    const auto opened = open(key, iv, aad, octets(test, "ct"), octets(test, "tag"));
    CHECK(opened.has_value() == is_valid(test));
    if (!opened) return;
    CHECK(opened->reveal() == octets(test, "msg"));
    const auto sealed = seal(key, iv, aad, octets(test, "msg"));
    CHECK(sealed.ciphertext == octets(test, "ct"));
    CHECK(sealed.tag == octets(test, "tag"));
  });
  report(file, ran, least);
}

// The seed that an OAEP ciphertext was made with (RFC 8017 section 7.1.2), by OpenSSL's raw RSA.
std::string oaep_seed(EVP_PKEY* key, const std::string& ciphertext) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new(key, nullptr), EVP_PKEY_CTX_free);
  std::string block(ciphertext.size(), '\0');
  std::size_t size = block.size();
  REQUIRE(EVP_PKEY_decrypt_init(context.get()) == 1);
  REQUIRE(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) == 1);
  REQUIRE(EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(block.data()), &size,
                           reinterpret_cast<const unsigned char*>(ciphertext.data()),
                           ciphertext.size()) == 1);
  REQUIRE(size == block.size());
  std::string seed = block.substr(1, 32);
  const std::string masked = block.substr(33);
  // MGF1 gives the first 32 octets of the mask from round 0; only the last 32 of its output matter
  // to nobody here, because one round covers the seed.
  std::string mask;
  for (char round = 0; mask.size() < seed.size(); ++round) {
    const auto hash = crypto::sha256(masked + std::string(3, '\0') + round);
    mask.append(hash.begin(), hash.end());
  }
  for (std::size_t i = 0; i < seed.size(); ++i)
    seed[i] = static_cast<char>(seed[i] ^ mask[i]);
  return seed;
}

}  // namespace

TEST_CASE("A128CBC-HS256") {
  check_aead("a128cbc_hs256_test.subset.json", 256, 128, 40, crypto::open_cbc_hs256,
             crypto::seal_cbc_hs256);
}

TEST_CASE("A128GCM") {
  check_aead("aes_gcm_test.subset.json", 128, 96, 30, crypto::open_gcm, crypto::seal_gcm);
}

TEST_CASE("ECDH over P-256, keys as JWK") {
  int ran = 0;
  const std::string file = "ecdh_secp256r1_webcrypto_test.subset.json";
  for_each_test(file, [&](const core::JsonView&, const core::JsonView& test) {
    ++ran;
    const auto theirs = jose::read_public_jwk(test["public"]);
    const auto mine = jose::read_private_key(core::Secret(test["private"].text()));
    REQUIRE(mine.has_value());
    // "acceptable": the public key is of another curve or compressed; refused as well.
    CHECK(theirs.has_value() == is_valid(test));
    if (theirs) CHECK(hex(agree(*mine, *theirs).reveal()) == test["shared"].string());
  });
  report(file, ran, 150);
}

TEST_CASE("ECDSA over P-256 with r and s as they stand") {
  int ran = 0;
  const std::string file = "ecdsa_secp256r1_sha256_p1363_test.subset.json";
  for_each_test(file, [&](const core::JsonView& group, const core::JsonView& test) {
    ++ran;
    const std::string point = octets(group["publicKey"], "uncompressed");
    const auto key = crypto::P256Point::from_coordinates(point.substr(1, 32), point.substr(33));
    REQUIRE(key.has_value());
    const auto hash = crypto::sha256(octets(test, "msg"));
    CHECK(verify_ecdsa(*key, std::string(hash.begin(), hash.end()), octets(test, "sig")) ==
          is_valid(test));
  });
  report(file, ran, 100);
}

TEST_CASE("RSASSA-PSS with a salt of 32 octets") {
  int ran = 0;
  for (const std::string file :
       {"rsa_pss_2048_sha256_mgf1_32_test.subset.json", "rsa_pss_2048_sha256_mgf1_0_test.json"}) {
    for_each_test(file, [&](const core::JsonView& group, const core::JsonView& test) {
      ++ran;
      const auto key = crypto::read_public_key(group["publicKeyPem"].string_or(""));
      REQUIRE(key.has_value());
      // Good with a salt of another length is not good here, and the other way round.
      const bool salt_of_32 = group["sLen"].number() == 32;
      const bool expected =
          salt_of_32 ? is_valid(test) : test["comment"].string() == "s_len changed to 32";
      CHECK(std::get<crypto::RsaPublicKey>(*key).verify_pss(crypto::sha256(octets(test, "msg")),
                                                            octets(test, "sig")) == expected);
    });
  }
  report("rsa_pss_2048_sha256_mgf1_*", ran, 150);
}

// Wycheproof's cases are for whoever decrypts. The seed of each good ciphertext is recovered, and
// with it our encryption must give the very same octets.
TEST_CASE("RSA-OAEP-256") {
  int ran = 0;
  const std::string file = "rsa_oaep_2048_sha256_mgf1sha256_test.subset.json";
  for_each_test(file, [&](const core::JsonView& group, const core::JsonView& test) {
    if (!is_valid(test) || test["label"].string() != "") return;
    ++ran;
    const std::string pem = group["privateKeyPem"].string_or("");
    const std::unique_ptr<BIO, decltype(&BIO_free)> memory(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    const auto ours = crypto::read_private_key(pem, {});
    REQUIRE((ours && ours->public_key));
    ScriptedRandom random(oaep_seed(key.get(), octets(test, "ct")));
    CHECK(hex(std::get<crypto::RsaPublicKey>(*ours->public_key)
                  .encrypt_oaep(octets(test, "msg"), random)) == test["ct"].string());
  });
  report(file, ran, 5);
}
