// The examples of RFC 7515, 7518 and 7520 from the collections of public test data.
#include <doctest/doctest.h>

#include <string>

#include "core/text.h"
#include "jose/base64url.h"
#include "jose/concat_kdf.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "octets.h"
#include "scripted_random.h"
#include "vectors.h"

namespace core = coffer::core;
namespace crypto = coffer::crypto;
namespace jose = coffer::jose;

namespace {

std::string trimmed(const std::string& path) {
  return std::string(core::trim(testdata_file(std::filesystem::path("jose") / path)));
}

}  // namespace

TEST_CASE("RFC 7515 A.3: ES256") {
  const auto key = jose::read_public_jwk(trimmed("rfc7515-7517/rfc7515_A.3.jwk"));
  REQUIRE(key.has_value());
  const std::string token = trimmed("rfc7515-7517/rfc7515_A.3.jwsc");
  const auto jws = jose::parse_jws(token);
  REQUIRE(jws.problem.empty());
  CHECK(jose::signature_problem(jws, *key).empty());
  CHECK(jws.payload.find(R"("iss":"joe")") != std::string::npos);
}

TEST_CASE("RFC 7515: the other examples are of algorithms that are refused") {
  int ran = 0;
  for (const char* name : {"A.1", "A.2", "A.5"}) {
    ++ran;
    CHECK(jose::parse_jws(trimmed(std::string("rfc7515-7517/rfc7515_") + name + ".jwsc"))
              .problem.find("alg") != std::string::npos);
  }
  report("RFC 7515", ran + 1, 4);
}

TEST_CASE("RFC 7518 appendix C") {
  const auto document = vectors("rfc7518/appendix_c_ecdh_es.json");
  const auto root = document.root();
  const auto alice = jose::read_private_key(core::Secret(root["alice_ephemeral"].text()));
  const auto bob = jose::read_private_key(core::Secret(root["bob"].text()));
  REQUIRE((alice && bob));
  const auto z = agree(*alice, bob->point());
  std::string expected;
  for (auto octet = root["Z"].first(); octet; octet = octet.next()) {
    expected += static_cast<char>(static_cast<int>(octet.number().value()));
  }
  CHECK(z.reveal() == expected);
  CHECK(jose::base64url(jose::concat_kdf(z, "A128GCM", "Alice", "Bob", 16).reveal()) ==
        root["derived_key"].string());
}

TEST_CASE("RFC 7520 5.6: dir with A128GCM") {
  const auto document = vectors("rfc7520-cookbook/jwe/5_6.direct_encryption_using_aes-gcm.json");
  const auto root = document.root();
  const core::Secret key(b64(root["input"]["key"]["k"].string_or("")));
  const std::string plaintext = root["input"]["plaintext"].string_or("");
  const std::string compact = root["output"]["compact"].string_or("");
  const auto opened = jose::open_dir(compact, {key, key});
  CHECK(opened.problem.empty());
  CHECK(opened.plaintext.reveal() == plaintext);
  CHECK(jose::seal(b64(compact.substr(0, compact.find('.'))), jose::Encryption::kA128Gcm, key,
                   b64(root["generated"]["iv"].string_or("")), plaintext) == compact);
}

// Their content encryptions or algorithms are not spoken here; they must be refused, not misread.
TEST_CASE("RFC 7520: JWE of other algorithms") {
  int ran = 0;
  const core::Secret any(std::string(32, 'k'));
  for (const auto& entry :
       std::filesystem::directory_iterator(testdata() / "jose" / "rfc7520-cookbook" / "jwe")) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("5_6.", 0) == 0) continue;
    CAPTURE(name);
    const auto document = vectors("rfc7520-cookbook/jwe/" + name);
    const auto compact = document.root()["output"]["compact"].string();
    if (!compact) continue;
    ++ran;
    CHECK_FALSE(jose::open_dir(*compact, {any, any}));
  }
  report("RFC 7520 chapter 5", ran + 1, 5);
}

TEST_CASE("RFC 7520 chapter 4: JWS of other algorithms and curves") {
  int ran = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(testdata() / "jose" / "rfc7520-cookbook" / "jws")) {
    const auto document = vectors("rfc7520-cookbook/jws/" + entry.path().filename().string());
    const auto compact = document.root()["output"]["compact"].string();
    if (!compact) continue;
    ++ran;
    CHECK_FALSE(jose::parse_jws(*compact));
  }
  report("RFC 7520 chapter 4", ran, 3);
}

TEST_CASE("RFC 7520 3.1: a key of P-521 is no key here") {
  CHECK_FALSE(jose::read_public_jwk(trimmed("rfc7520-cookbook/jwk/3_1.ec_public_key.json")));
  CHECK_FALSE(jose::read_private_key(
      core::Secret(trimmed("rfc7520-cookbook/jwk/3_2.ec_private_key.json"))));
}
