// Wycheproof (C2SP, Apache-2.0): whole JWS and JWE, and the tokens of other libraries.
#include <doctest/doctest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "emv_vectors.h"
#include "jose/base64url.h"
#include "jose/concat_kdf.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "octets.h"
#include "vectors.h"

namespace core = coffer::core;
namespace crypto = coffer::crypto;
namespace jose = coffer::jose;

namespace {

std::string member(const core::JsonView& jwk, const char* name) {
  return b64(jwk[name].string_or(""));
}

std::optional<crypto::PublicKey> public_key(const core::JsonView& jwk) {
  if (jwk["kty"].string() == "RSA") {
    if (auto key = crypto::RsaPublicKey::from_parts(member(jwk, "n"), member(jwk, "e"))) {
      return crypto::PublicKey(std::move(*key));
    }
  } else if (auto point = jose::read_public_jwk(jwk)) {
    return crypto::PublicKey(std::move(*point));
  }
  return std::nullopt;
}

// Tokens whose alg is refused need no key to be refused with.
crypto::PublicKey key_or_any(const core::JsonView& jwk) {
  auto key = public_key(jwk);
  return key ? *key : crypto::PublicKey(emv::kSdk.key().point());
}

bool verifies(const std::string& jws, const core::JsonView& jwk) {
  const auto parsed = jose::parse_jws(jws);
  return parsed && jose::signature_problem(parsed, key_or_any(jwk)).empty();
}

// RSA-OAEP-256 decryption, which the library itself never does, by OpenSSL.
std::optional<core::Secret> unwrap(const core::JsonView& jwk, const std::string& wrapped) {
  std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> build(OSSL_PARAM_BLD_new(),
                                                                        OSSL_PARAM_BLD_free);
  std::vector<std::unique_ptr<BIGNUM, decltype(&BN_free)>> numbers;
  for (const auto& [name, field] :
       {std::pair("n", OSSL_PKEY_PARAM_RSA_N), std::pair("e", OSSL_PKEY_PARAM_RSA_E),
        std::pair("d", OSSL_PKEY_PARAM_RSA_D)}) {
    const std::string octets = member(jwk, name);
    numbers.emplace_back(BN_bin2bn(reinterpret_cast<const unsigned char*>(octets.data()),
                                   static_cast<int>(octets.size()), nullptr),
                         BN_free);
    OSSL_PARAM_BLD_push_BN(build.get(), field, numbers.back().get());
  }
  std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters(
      OSSL_PARAM_BLD_to_param(build.get()), OSSL_PARAM_free);
  std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> maker(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* made = nullptr;
  REQUIRE(EVP_PKEY_fromdata_init(maker.get()) == 1);
  REQUIRE(EVP_PKEY_fromdata(maker.get(), &made, EVP_PKEY_KEYPAIR, parameters.get()) == 1);
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(made, EVP_PKEY_free);
  std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY_decrypt_init(context.get());
  EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING);
  EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), EVP_sha256());
  EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_sha256());
  std::string out(512, '\0');
  std::size_t size = out.size();
  if (EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                       reinterpret_cast<const unsigned char*>(wrapped.data()),
                       wrapped.size()) != 1) {
    return std::nullopt;
  }
  out.resize(size);
  return core::Secret(std::move(out));
}

// What a receiver of RSA-OAEP-256 and ECDH-ES would do with the library's parts; nullopt also for
// algorithms that the library does not speak.
std::optional<core::Secret> open_any(const std::string& compact, const core::JsonView& jwk) {
  const auto jwe = jose::parse_jwe(compact);
  if (!jwe.problem.empty()) return std::nullopt;
  if (jwe.alg == "RSA-OAEP-256" && jwk["alg"].string_or("RSA-OAEP-256") == "RSA-OAEP-256" &&
      jwk["n"]) {
    const auto cek = unwrap(jwk, jwe.encrypted_key);
    return cek ? jose::open_content(jwe, *cek) : std::nullopt;
  }
  if (jwe.alg == "ECDH-ES" && jwk["crv"] && jwe.encrypted_key.empty()) {
    const auto header = core::Document::parse(jwe.header, 706, "header");
    const auto epk = jose::read_public_jwk(header.root()["epk"]);
    const auto mine = jose::read_private_key(core::Secret(jwk.text()));
    if (!epk || !mine) return std::nullopt;
    const auto cek = jose::concat_kdf(agree(*mine, *epk), jose::name(jwe.encryption),
                                      member(header.root(), "apu"), member(header.root(), "apv"),
                                      jose::key_octets(jwe.encryption));
    return jose::open_content(jwe, cek);
  }
  if (jwe.alg == "dir" && jwk["k"]) {
    const core::Secret key(member(jwk, "k"));
    auto opened = jose::open_dir(compact, {key, key});
    if (opened) return std::move(opened.plaintext);
  }
  return std::nullopt;
}

bool spoken(const std::string& compact, std::initializer_list<const char*> algorithms) {
  const auto json = jose::decode_base64url(compact.substr(0, compact.find('.')));
  if (!json) return false;
  const auto header = core::Document::parse(*json, 706, "header");
  const std::set<std::string> known(algorithms.begin(), algorithms.end());
  const auto enc = header.root()["enc"].string_or("A128GCM");
  return known.count(header.root()["alg"].string_or("")) != 0 &&
         (enc == "A128GCM" || enc == "A128CBC-HS256");
}

}  // namespace

TEST_CASE("JWS") {
  // Keys come out of certificates here and say nothing of "use", "key_ops" or "alg".
  const std::set<std::string> about_the_key = {"rejectWrongUse", "rejectWrongKeyOps"};
  int ran = 0;
  int good = 0;
  for_each_test("json_web_signature_test.subset.json", [&](const core::JsonView& group,
                                                           const core::JsonView& test) {
    if (about_the_key.count(test["comment"].string_or("")) != 0) return;
    ++ran;
    const std::string jws = test["jws"].string_or("");
    const core::JsonView jwk = group["public"] ? group["public"] : group["private"];
    const bool expected = test["result"].string() == "valid" && spoken(jws, {"ES256", "PS256"});
    CHECK(verifies(jws, jwk) == expected);
    good += expected ? 1 : 0;
  });
  report("json_web_signature", ran, 180);
  CHECK(good >= 4);
}

TEST_CASE("JWK sets") {
  // Likewise: "mismatchedAlgAndCurve" is about the key's own alg, "wrong_kty" is refused.
  int ran = 0;
  for_each_test("json_web_key_test.subset.json",
                [&](const core::JsonView& group, const core::JsonView& test) {
                  if (test["comment"].string() == "mismatchedAlgAndCurve") return;
                  ++ran;
                  const core::JsonView keys = group["public"] ? group["public"] : group["private"];
                  const std::string jws = test["jws"].string_or("");
                  for (auto jwk = keys["keys"].first(); jwk; jwk = jwk.next()) {
                    const auto key = public_key(jwk);
                    const auto parsed = jose::parse_jws(jws);
                    CHECK_FALSE((key && parsed && jose::signature_problem(parsed, *key).empty()));
                  }
                });
  report("json_web_key", ran, 10);
}

TEST_CASE("JWE") {
  int ran = 0;
  int good = 0;
  for_each_test("json_web_encryption_test.subset.json", [&](const core::JsonView& group,
                                                            const core::JsonView& test) {
    ++ran;
    const std::string jwe = test["jwe"].string_or("");
    const auto opened = open_any(jwe, group["private"]);
    const bool expected =
        test["result"].string() == "valid" && spoken(jwe, {"RSA-OAEP-256", "ECDH-ES"});
    CHECK(opened.has_value() == expected);
    if (opened) CHECK(hex(opened->reveal()) == test["pt"].string());
    good += expected ? 1 : 0;
    // None is a message of a challenge.
    CHECK_FALSE(jose::open_dir(jwe, jose::sdk_to_acs(core::Secret(unhex(emv::kCek)))));
  });
  report("json_web_encryption", ran, 60);
  CHECK(good >= 2);
}

TEST_CASE("tokens of Nimbus and jose4j") {
  int ran = 0;
  int good = 0;
  const auto jws = vectors("interop-nimbus-jose4j/jws.json");
  for (auto one = jws.root()["vectors"].first(); one; one = one.next()) {
    ++ran;
    const std::string text = one["jws"].string_or("");
    CAPTURE(text);
    const bool expected = spoken(text, {"ES256", "PS256"});
    CHECK(verifies(text, one["key"]) == expected);
    good += expected ? 1 : 0;
  }
  const auto jwe = vectors("interop-nimbus-jose4j/jwe.json");
  for (auto one = jwe.root()["vectors"].first(); one; one = one.next()) {
    ++ran;
    const std::string text = one["jwe"].string_or("");
    CAPTURE(text);
    const bool expected = spoken(text, {"RSA-OAEP-256", "ECDH-ES", "dir"});
    CHECK(open_any(text, one["key"]).has_value() == expected);
    good += expected ? 1 : 0;
  }
  report("Nimbus and jose4j", ran, 20);
  CHECK(good >= 3);
}
