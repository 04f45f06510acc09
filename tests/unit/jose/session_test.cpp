// The session key and the messages under it: EMVCo's samples as known answers.
#include <doctest/doctest.h>

#include <string>

#include "emv_messages.h"
#include "emv_vectors.h"
#include "jose/base64url.h"
#include "jose/concat_kdf.h"
#include "jose/jwe.h"
#include "octets.h"

namespace core = coffer::core;
namespace jose = coffer::jose;
using jose::Encryption;

namespace {

core::Secret cek() {
  return core::Secret(unhex(emv::kCek));
}

std::string ascending(std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i)
    out += static_cast<char>(i);
  return out;
}

std::string tag_of(const std::string& compact) {
  return compact.substr(compact.rfind('.') + 1);
}

std::string with_part(std::string_view compact, std::size_t part, std::string_view text) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < part; ++i)
    begin = compact.find('.', begin) + 1;
  const std::size_t end = std::min(compact.find('.', begin), compact.size());
  return std::string(compact.substr(0, begin)).append(text).append(compact.substr(end));
}

std::string with_header(std::string_view compact, std::string_view json) {
  return with_part(compact, 0, jose::base64url(json));
}

}  // namespace

TEST_CASE("session key of both sides") {
  const auto sdk = emv::kSdk.key();
  const auto acs = emv::kAcs.key();
  const core::Secret z = agree(sdk, acs.point());
  CHECK(hex(z.reveal()) == emv::kZ);
  CHECK(agree(acs, sdk.point()).reveal() == z.reveal());
  const core::Secret key = jose::emv_kdf(z, emv::kReference);
  CHECK(hex(key.reveal()) == emv::kCek);
  CHECK(jose::emv_kdf(z, "a dummy SDK Reference Number").reveal() != key.reveal());

  CHECK(hex(jose::sdk_to_acs(key).gcm.reveal()) == emv::kCek.substr(0, 32));
  CHECK(hex(jose::acs_to_sdk(key).gcm.reveal()) == emv::kCek.substr(32));
  CHECK(jose::sdk_to_acs(key).cbc_hs256.reveal() == jose::acs_to_sdk(key).cbc_hs256.reveal());
}

TEST_CASE("RFC 7518 appendix C") {
  const core::Secret z(unhex(emv::kZ));
  const core::Secret key = jose::concat_kdf(z, "A128GCM", "Alice", "Bob", 16);
  CHECK(jose::base64url(key.reveal()) == "VqqN6vgjbSBcIijNcacQGg");
}

TEST_CASE("CReq under the published header") {
  const auto key = jose::sdk_to_acs(cek());
  CHECK(jose::seal(R"({"alg":"dir","kid":"ACSTransactionID","enc":"A128CBC-HS256"})",
                   Encryption::kA128CbcHs256, key.cbc_hs256, b64("MduEJ9zyW-6myF0OP2Zf6g"),
                   emv::kCreq) == emv::kCreqCbc);
  CHECK(jose::seal(R"({"alg":"dir","kid":"ACSTransactionID","enc":"A128GCM"})",
                   Encryption::kA128Gcm, key.gcm, b64("AAAAAAAAAAAAAAAB"),
                   emv::kCreq) == emv::kCreqGcm);
}

TEST_CASE("first CReq under our own header") {
  const auto key = jose::sdk_to_acs(cek());
  std::string creq(emv::kCreq);
  creq.replace(creq.find(R"("001")"), 5, R"("000")");
  const std::string kid = "d7c1ee99-9478-44a6-b1f2-391e29c6b340";
  const auto sealed = [&](Encryption encryption, std::string_view iv) {
    return jose::seal(jose::dir_header(encryption, kid), encryption, key.of(encryption), iv, creq);
  };
  CHECK(tag_of(sealed(Encryption::kA128CbcHs256, ascending(16))) == "RW62ng_4UtU4u7URgrVWqg");
  CHECK(tag_of(sealed(Encryption::kA128Gcm, std::string(12, '\0'))) == "oFgNIP0Bn55j7NEAesFzAQ");
  CHECK(tag_of(jose::seal(R"({"alg":"dir","kid":"ACSTransactionID","enc":"A128GCM"})",
                          Encryption::kA128Gcm, key.gcm, std::string(12, '\0'), creq)) ==
        "A9GO-kgcEy33UixjOBZyrg");
}

TEST_CASE("CRes in either encryption") {
  const auto key = jose::acs_to_sdk(cek());
  for (const std::string_view compact : {emv::kCresCbc, emv::kCresGcm}) {
    const auto opened = jose::open_dir(compact, key);
    CHECK(opened.problem.empty());
    CHECK(opened.plaintext.reveal() == emv::kCres);
    CHECK(opened.kid == "d7c1ee99-9478-44a6-b1f2-391e29c6b340");
  }
  CHECK(jose::open_dir(emv::kCresCbc, key).encryption == Encryption::kA128CbcHs256);
  CHECK(jose::open_dir(emv::kCresGcm, key).encryption == Encryption::kA128Gcm);
  // The other direction's half of the key opens no A128GCM.
  CHECK_FALSE(jose::open_dir(emv::kCresGcm, jose::sdk_to_acs(cek())));
}

TEST_CASE("what open_dir refuses") {
  const auto key = jose::acs_to_sdk(cek());
  for (const std::string_view good : {emv::kCresCbc, emv::kCresGcm}) {
    REQUIRE(jose::open_dir(good, key));
    const auto refused = [&](const std::string& compact) {
      const auto opened = jose::open_dir(compact, key);
      CHECK(opened.plaintext.empty());
      return !opened.problem.empty();
    };
    // One bit anywhere: header, IV, ciphertext, tag.
    for (std::size_t i = 0; i < good.size(); ++i) {
      std::string altered(good);
      altered[i] = altered[i] == 'A' ? 'B' : 'A';
      CAPTURE(i);
      CHECK(refused(altered));
    }
    CHECK(refused(std::string(good) + "."));
    CHECK(refused(std::string(good.substr(0, good.rfind('.')))));
    CHECK(refused(with_part(good, 1, "AAAA")));
    CHECK(refused(with_part(good, 4, "")));
    CHECK(refused(with_part(good, 3, "")));
    CHECK(refused(with_part(good, 2, "")));
    CHECK(refused(std::string(good) + "=="));
    CHECK(refused(std::string(good) + "\n"));
    CHECK(refused(""));
    CHECK(refused("...."));
    CHECK(refused(std::string(100000, '.')));
  }
}

// Sealed by us, so that nothing but the header is wrong.
TEST_CASE("headers that open_dir refuses") {
  const auto key = jose::acs_to_sdk(cek());
  const auto opens = [&](std::string_view header) {
    const std::string compact = jose::seal(header, Encryption::kA128CbcHs256, key.cbc_hs256,
                                           std::string(16, 'i'), emv::kCres);
    return static_cast<bool>(jose::open_dir(compact, key));
  };
  CHECK(opens(R"({"alg":"dir","enc":"A128CBC-HS256"})"));
  CHECK(opens(R"({"alg":"dir","enc":"A128CBC-HS256","kid":7,"cty":"json"})"));
  CHECK_FALSE(opens(R"({"alg":"DIR","enc":"A128CBC-HS256"})"));
  CHECK_FALSE(opens(R"({"alg":"RSA-OAEP-256","enc":"A128CBC-HS256"})"));
  CHECK_FALSE(opens(R"({"alg":"none","enc":"A128CBC-HS256"})"));
  CHECK_FALSE(opens(R"({"alg":["dir"],"enc":"A128CBC-HS256"})"));
  CHECK_FALSE(opens(R"({"enc":"A128CBC-HS256"})"));
  CHECK_FALSE(opens(R"({"alg":"dir"})"));
  CHECK_FALSE(opens(R"({"alg":"dir","enc":"A256CBC-HS512"})"));
  CHECK_FALSE(opens(R"({"alg":"dir","enc":"A128GCM"})"));
  CHECK_FALSE(opens(R"({"alg":"dir","enc":"A128CBC-HS256","zip":"DEF"})"));
  CHECK_FALSE(opens(R"({"alg":"dir","enc":"A128CBC-HS256","crit":["exp"]})"));
  CHECK_FALSE(opens(R"({"alg":"dir","enc":"A128CBC-HS256","crit":[]})"));
  CHECK_FALSE(opens(R"({"alg":"dir","alg":"dir","enc":"A128CBC-HS256"})"));
  CHECK_FALSE(opens(R"({"alg":"dir","enc":"A128CBC-HS256","x":{"a":1,"a":1}})"));
  CHECK_FALSE(opens(R"({"alg":"dir","enc":"A128CBC-HS256",})"));
  CHECK_FALSE(opens(R"(["dir","A128CBC-HS256"])"));
  CHECK_FALSE(opens(""));
}

TEST_CASE("a wrong enc for the right content") {
  const auto key = jose::acs_to_sdk(cek());
  CHECK_FALSE(jose::open_dir(with_header(emv::kCresCbc, R"({"alg":"dir","enc":"A128GCM"})"), key));
}
