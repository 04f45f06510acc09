#include "jose/jwk.h"

#include <doctest/doctest.h>

#include <string>

#include "emv_vectors.h"

namespace core = coffer::core;
namespace crypto = coffer::crypto;
namespace jose = coffer::jose;

namespace {

// P-256's base point, and a key whose x coordinate begins with a zero octet.
constexpr std::string_view kGx = "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY";
constexpr std::string_view kGy = "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";

std::string jwk(std::string_view x, std::string_view y, const std::string& more = "") {
  return R"({"kty":"EC","crv":"P-256","x":")" + std::string(x) + R"(","y":")" + std::string(y) +
         '"' + more + '}';
}

core::Secret secret(const std::string& text) {
  return core::Secret(text);
}

}  // namespace

TEST_CASE("a public key out and in") {
  const auto point = emv::kSdk.key().point();
  const std::string text = jose::public_jwk(point);
  CHECK(text == jwk(emv::kSdk.x, emv::kSdk.y));
  CHECK(jose::read_public_jwk(text) == point);
  CHECK(jose::read_public_jwk(jwk(emv::kSdk.x, emv::kSdk.y, R"(,"kid":"a","use":"sig","d":7)")) ==
        point);
  CHECK(jose::read_public_jwk(jwk(kGx, kGy)).has_value());
}

TEST_CASE("public keys that are refused") {
  const auto refused = [](const std::string& text) { return !jose::read_public_jwk(text); };
  const std::string zero(43, 'A');
  const std::string prime = "_____wAAAAEAAAAAAAAAAAAAAAD_______________8";  // the field's prime
  REQUIRE_FALSE(refused(jwk(kGx, kGy)));
  CHECK(refused(jwk(kGx, emv::kSdk.y)));  // not on the curve
  CHECK(refused(jwk(kGy, kGx)));
  CHECK(refused(jwk(zero, zero)));  // infinity as some write it
  CHECK(refused(jwk(prime, kGy)));
  CHECK(refused(jwk(kGx, prime)));
  CHECK(refused(jwk("", "")));
  CHECK(refused(jwk(std::string(kGx) + "AA", kGy)));  // longer
  CHECK(refused(jwk("AA" + std::string(kGx), kGy)));
  CHECK(refused(jwk(std::string(kGx.substr(0, 42)), kGy)));  // 31 octets
  CHECK(refused(jwk(std::string(kGx) + "=", kGy)));
  CHECK(refused(R"({"kty":"EC","crv":"P-384","x":"a","y":"b"})"));
  CHECK(refused(R"({"kty":"ec","crv":"P-256","x":")" + std::string(kGx) + R"(","y":")" +
                std::string(kGy) + "\"}"));
  CHECK(
      refused(R"({"kty":"EC","x":")" + std::string(kGx) + R"(","y":")" + std::string(kGy) + "\"}"));
  CHECK(refused(jwk(kGx, kGy, R"(,"x":")" + std::string(kGx) + "\"")));  // a name twice
  CHECK(refused("[]"));
  CHECK(refused("\"EC\""));
  CHECK(refused(""));
  CHECK(refused(std::string(100000, '[')));
}

// About one key in 256 has such a coordinate; dropping the zero is a classic fault.
TEST_CASE("leading zeros are kept") {
  int found = 0;
  crypto::SystemRandom random;
  while (found < 2) {
    const auto key = crypto::P256Key::generate(random);
    if (key.point().x()[0] != '\0' && key.point().y()[0] != '\0') continue;
    ++found;
    const std::string text = jose::public_jwk(key.point());
    CHECK(jose::read_public_jwk(text) == key.point());
    const auto x = key.point().x();
    const auto y = key.point().y();
    CHECK_FALSE(crypto::P256Point::from_coordinates(x[0] == '\0' ? x.substr(1) : x,
                                                    y[0] == '\0' ? y.substr(1) : y));
  }
}

TEST_CASE("a private key out and in") {
  const auto key = emv::kSdk.key();
  const core::Secret text = jose::private_jwk(key);
  CHECK(text.reveal() ==
        jwk(emv::kSdk.x, emv::kSdk.y, R"(,"d":")" + std::string(emv::kSdk.d) + "\""));
  const auto back = jose::read_private_key(text);
  REQUIRE(back.has_value());
  CHECK(back->d().reveal() == key.d().reveal());
  CHECK(jose::read_private_key(secret("  " + text.reveal() + "\n")).has_value());
}

TEST_CASE("private keys that are refused") {
  const auto refused = [](const std::string& text) {
    return !jose::read_private_key(secret(text));
  };
  const auto with = [](std::string_view d) {
    return jwk(emv::kSdk.x, emv::kSdk.y, R"(,"d":")" + std::string(d) + "\"");
  };
  REQUIRE_FALSE(refused(with(emv::kSdk.d)));
  CHECK(refused(with(emv::kAcs.d)));  // not the key of this point
  CHECK(refused(with(std::string(43, 'A'))));
  CHECK(refused(with("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE")));  // the order
  CHECK(refused(with("")));
  CHECK(refused(jwk(emv::kSdk.x, emv::kSdk.y)));
  CHECK(refused(R"({"kty":"EC","crv":"P-256","d":")" + std::string(emv::kSdk.d) + "\"}"));
  CHECK(refused(""));
  CHECK(refused("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
}

// Made with OpenSSL from the same d: `openssl ec`, `openssl pkcs8 -topk8 -nocrypt`.
TEST_CASE("PEM") {
  const auto key = emv::kSdk.key();
  for (const char* text : {
           "-----BEGIN EC PRIVATE KEY-----\n"
           "MHcCAQEEIFRJg2aQ11yvKfDdAp3bMbPduKup0tUVxQEkZegX1KncoAoGCCqGSM49\n"
           "AwEHoUQDQgAEweNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF/PxMR7yWcI74CV\n"
           "K1P40lVf5yuEHtBFiGKLHTeKWUk5UA7JyQ==\n"
           "-----END EC PRIVATE KEY-----\n",
           "-----BEGIN PRIVATE KEY-----\n"
           "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVEmDZpDXXK8p8N0C\n"
           "ndsxs924q6nS1RXFASRl6BfUqdyhRANCAATB40nLYexwJIzoAQNMODThuI6+EWHL\n"
           "Ja84dB94X8/ExHvJZwjvgJUrU/jSVV/nK4Qe0EWIYosdN4pZSTlQDsnJ\n"
           "-----END PRIVATE KEY-----\n",
       }) {
    const auto read = jose::read_private_key(secret(text));
    REQUIRE(read.has_value());
    CHECK(read->d().reveal() == key.d().reveal());
    CHECK(read->point() == key.point());
  }
  CHECK_FALSE(jose::read_private_key(
      secret("-----BEGIN PRIVATE KEY-----\n"
             "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCVdnxBSy5QfCbLlFn5\n"
             "rAn9Yh6+ZH9Sj1LlLcvlOQOcPCQ3MDDiZwqserSojQnS4UyhZANiAATjNaLYyBe/\n"
             "wUk4tnVK0zTrMVYqFaowBJQAHPn/WkBBsX4Raj4AXP8wAgf32B4nZks4xMfMC8oq\n"
             "7Jb41IDPlWhYvxlLu86kHZjr0NU9GvWA0LLdGDbjNTBVQoIRXlO4v00=\n"
             "-----END PRIVATE KEY-----\n")));
  CHECK_FALSE(jose::read_private_key(
      secret("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
             "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgeZoL0pn8EJgICCAAw\n"
             "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEMGFWk6MRg+k7YYtNtMmeqMEgZDn\n"
             "pHTqOdOMU1axiahQo1uJkSbYnnRD+1BFEVsylyNWuVQ95F12pQsLTeQmHdJjsVNI\n"
             "YEBjBCYiErAHOjQ+UfXztf7ayHbloD38uLUFNdDldiio4BD2NgHnMkEkX8rEswAC\n"
             "P0RcgzVliL+jco6KRQIBrsUbougKF7m3mn3QHlWnd2s5Z7bo3V5AGCkv8fR74RU=\n"
             "-----END ENCRYPTED PRIVATE KEY-----\n")));
}
