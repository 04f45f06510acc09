// Examples printed in RFC 7515, 7516, 7518 and 7520.
#include <doctest/doctest.h>

#include <string>

#include "core/text.h"
#include "crypto/content_cipher.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "octets.h"
#include "scripted_random.h"

namespace core = coffer::core;
namespace crypto = coffer::crypto;
namespace jose = coffer::jose;

namespace {

// RFC 7520 section 5.5, figures 108 to 117.
constexpr std::string_view kFrodo =
    "You can trust us to stick with you through thick and thin–to the bitter end."
    " And you can trust us to keep any secret of yours–closer than you keep it yo"
    "urself. But you cannot trust us to let you face trouble alone, and go off wi"
    "thout a word. We are your friends, Frodo.";
constexpr std::string_view kToFrodo =
    "eyJhbGciOiJFQ0RILUVTIiwia2lkIjoibWVyaWFkb2MuYnJhbmR5YnVja0BidWNrbGFuZC5leGFt"
    "cGxlIiwiZXBrIjp7Imt0eSI6IkVDIiwiY3J2IjoiUC0yNTYiLCJ4IjoibVBVS1RfYkFXR0hJaGcw"
    "VHBqanFWc1AxclhXUXVfdndWT0hIdE5rZFlvQSIsInkiOiI4QlFBc0ltR2VBUzQ2ZnlXdzVNaFlm"
    "R1RUMElqQnBGdzJTUzM0RHY0SXJzIn0sImVuYyI6IkExMjhDQkMtSFMyNTYifQ..yc9N8v5sYyv3"
    "iGQT926IUg.BoDlwPnTypYq-ivjmQvAYJLb5Q6l-F3LIgQomlz87yW4OPKbWE1zSTEFjDfhU9IPI"
    "OSA9Bml4m7iDFwA-1ZXvHteLDtw4R1XRGMEsDIqAYtskTTmzmzNa-_q4F_evAPUmwlO-ZG45Mnq4"
    "uhM1fm_D9rBtWolqZSF3xGNNkpOMQKF1Cl8i8wjzRli7-IXgyirlKQsbhhqRzkv8IcY6aHl24j03"
    "C-AR2le1r7URUhArM79BY8soZU0lzwI-sD5PZ3l4NDCCei9XkoIAfsXJWmySPoeRb2Ni5UZL4mYp"
    "vKDiwmyzGd65KqVw7MsFfI_K767G9C9Azp73gKZD0DyUn1mn0WW5LmyX_yJ-3AROq8p1WZBfG-Zy"
    "J6195_JGG2m9Csg.WCCkNa-x4BeB9hIDIfFuhg";

// RFC 7515 appendix A.3.
constexpr std::string_view kJoe =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA"
    "6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4Ga"
    "wxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

// RFC 7516 appendix A.3. Its key is wrapped with AES, which is not spoken here; its content is.
constexpr std::string_view kProsper =
    "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0."
    "6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ."
    "AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY."
    "U0m_YmjN04DJvceFICbCVQ";

}  // namespace

TEST_CASE("RFC 7518 B.1: A128CBC-HS256") {
  const core::Secret key(unhex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
  const std::string iv = unhex("1af38c2dc2b96ffdd86694092341bc04");
  const std::string aad = "The second principle of Auguste Kerckhoffs";
  const std::string plaintext =
      "A cipher system must not be required to be secret, and it must be able to fall into the "
      "hands "
      "of the enemy without inconvenience";
  const auto sealed = crypto::seal_cbc_hs256(key, iv, aad, plaintext);
  CHECK(hex(sealed.ciphertext) ==
        "c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9a94ac9b47ad2"
        "655c5f10f9aef71427e2fc6f9b3f399a221489f16362c703233609d45ac69864e3321cf82935"
        "ac4096c86e133314c54019e8ca7980dfa4b9cf1b384c486f3a54c51078158ee5d79de59fbd34"
        "d848b3d69550a67646344427ade54b8851ffb598f7f80074b9473c82e2db");
  CHECK(hex(sealed.tag) == "652c3fa36b0a7c5b3219fab3a30bc1c4");
}

TEST_CASE("RFC 7516 A.3: the content of a JWE") {
  const auto jwe = jose::parse_jwe(kProsper);
  REQUIRE(jwe.problem.empty());
  CHECK(jwe.alg == "A128KW");
  const unsigned char cek[] = {4,   211, 31,  197, 84,  157, 252, 254, 11, 100, 157,
                               250, 63,  170, 106, 206, 107, 124, 212, 45, 111, 107,
                               9,   219, 200, 177, 0,   240, 143, 156, 44, 207};
  const auto content = jose::open_content(jwe, core::Secret(std::string(cek, cek + sizeof cek)));
  REQUIRE(content.has_value());
  CHECK(content->reveal() == "Live long and prosper.");
}

TEST_CASE("RFC 7520 5.5: ECDH-ES with A128CBC-HS256") {
  const auto key =
      crypto::P256Point::from_coordinates(b64("Ze2loSV3wrroKUN_4zhwGhCqo3Xhu1td4QjeQ5wIVR0"),
                                          b64("HlLtdXARY_f55A3fnzQbPcm6hgr34Mp8p-nuzQCE0Zw"));
  REQUIRE(key.has_value());
  ScriptedRandom random(b64("AtH35vJsQ9SGjYfOsjUxYXQKrPH3FjZHmEtSKoSN8cM") +
                        b64("yc9N8v5sYyv3iGQT926IUg"));
  CHECK(jose::encrypt_ecdh_es(*key, "not used in this derivation", jose::Encryption::kA128CbcHs256,
                              "meriadoc.brandybuck@buckland.example", kFrodo, random,
                              jose::Derivation::kRfc7518) == kToFrodo);
}

TEST_CASE("RFC 7515 A.3: ES256") {
  const auto key = jose::read_public_jwk(
      R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
      R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
  REQUIRE(key.has_value());
  const auto jws = jose::parse_jws(kJoe);
  CHECK(jws.problem.empty());
  CHECK(jose::signature_problem(jws, *key).empty());
  for (std::size_t i = 0; i < kJoe.size(); ++i) {
    std::string altered(kJoe);
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    const auto other = jose::parse_jws(altered);
    CAPTURE(i);
    CHECK_FALSE((other && jose::signature_problem(other, *key).empty()));
  }
}
