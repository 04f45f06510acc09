#include "jose/jws.h"

#include <doctest/doctest.h>

#include <string>

#include "crypto/key_reader.h"
#include "jose/base64url.h"
#include "test_signature.h"

namespace crypto = coffer::crypto;
namespace jose = coffer::jose;
namespace test = coffer::test;

namespace {

struct Signer {
  test::Key key;
  crypto::PublicKey public_key;
  explicit Signer(test::Key made)
      : key(std::move(made)),
        public_key(crypto::read_public_key(test::public_der(key.get())).value()) {}

  std::string token(const std::string& header, const std::string& payload = "{}",
                    int salt = 32) const {
    const std::string input = jose::base64url(header) + '.' + jose::base64url(payload);
    return input + '.' + jose::base64url(test::sign(key.get(), input, salt));
  }
};

const Signer& ec() {
  static const Signer signer(test::new_p256());
  return signer;
}
const Signer& rsa() {
  static const Signer signer(test::new_rsa());
  return signer;
}

std::string problem(const std::string& token, const Signer& signer) {
  return jose::signature_problem(jose::parse_jws(token), signer.public_key);
}

}  // namespace

TEST_CASE("ES256 and PS256 of another implementation") {
  const std::string es = ec().token(R"({"alg":"ES256","x5c":["AA","BB"]})", "payload");
  CHECK(problem(es, ec()) == "");
  const auto parsed = jose::parse_jws(es);
  CHECK(parsed.payload == "payload");
  CHECK(parsed.algorithm == jose::JwsAlgorithm::kEs256);
  CHECK(parsed.x5c == std::vector<std::string>{"AA", "BB"});
  CHECK(es.rfind(parsed.signing_input + '.', 0) == 0);
  CHECK(problem(rsa().token(R"({"alg":"PS256"})"), rsa()) == "");
}

TEST_CASE("keys that are not the signer's or do not fit the algorithm") {
  const Signer other(test::new_p256());
  const std::string es = ec().token(R"({"alg":"ES256"})");
  CHECK(problem(es, other) != "");
  CHECK(problem(es, rsa()).find("ES256 needs") != std::string::npos);
  CHECK(problem(rsa().token(R"({"alg":"PS256"})"), ec()).find("PS256 needs") != std::string::npos);
  // The algorithm says one thing, the signature is of the other.
  CHECK(problem(rsa().token(R"({"alg":"ES256"})"), ec()) != "");
}

TEST_CASE("PS256 takes a salt of 32 octets only") {
  for (const int salt : {0, 20, 31, 33, 64}) {
    CAPTURE(salt);
    CHECK(problem(rsa().token(R"({"alg":"PS256"})", "{}", salt), rsa()) != "");
  }
}

TEST_CASE("each altered octet is noticed") {
  const std::string good = rsa().token(R"({"alg":"PS256"})", R"({"acsURL":"https://a"})");
  REQUIRE(problem(good, rsa()) == "");
  for (std::size_t i = 0; i < good.size(); i += 3) {
    std::string altered = good;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    CAPTURE(i);
    CHECK(problem(altered, rsa()) != "");
  }
}

TEST_CASE("what is refused before any signature is looked at") {
  const auto refused = [](const std::string& header) {
    return !jose::parse_jws(ec().token(header)).problem.empty();
  };
  REQUIRE_FALSE(refused(R"({"alg":"ES256"})"));
  for (const char* alg : {"none", "None", "HS256", "HS512", "RS256", "RS512", "PS384", "PS512",
                          "ES384", "ES512", "EdDSA", "es256", "", "ES256 "}) {
    CAPTURE(alg);
    CHECK(refused(std::string(R"({"alg":")") + alg + "\"}"));
  }
  CHECK(refused("{}"));
  CHECK(refused(R"({"alg":null})"));
  CHECK(refused(R"({"alg":["ES256"]})"));
  CHECK(refused(R"({"alg":"ES256","crit":["exp"]})"));
  CHECK(refused(R"({"alg":"ES256","crit":[]})"));
  CHECK(refused(R"({"alg":"ES256","crit":["b64"],"b64":false})"));
  CHECK(refused(R"({"alg":"ES256","alg":"ES256"})"));
  CHECK(refused(R"({"alg":"ES256","a":1,"a":1})"));
  CHECK(refused(R"({"alg":"ES256","x5c":"AA"})"));
  CHECK(refused(R"({"alg":"ES256","x5c":[1]})"));
  CHECK(refused(R"({"alg":"ES256","x5c":["A\u0000A"]})"));
  CHECK(refused(R"("ES256")"));
  CHECK(refused("{\"alg\":\"ES256\"}{"));
  CHECK(refused(R"({"alg":"ES256","pad":")" + std::string(90000, 'x') + "\"}"));
}

// A key or address in the header is the sender's word for himself.
TEST_CASE("keys in the header are not looked at") {
  const std::string token = ec().token(
      R"({"alg":"ES256","kid":"x","jku":"https://evil.example/","x5u":"https://evil.example/",)"
      R"("jwk":{"kty":"EC","crv":"P-256","x":"a","y":"b"}})");
  CHECK(problem(token, ec()) == "");
  const Signer other(test::new_p256());
  CHECK(problem(token, other) != "");
}

TEST_CASE("shapes that are no JWS") {
  const std::string good = ec().token(R"({"alg":"ES256"})");
  const auto refused = [](const std::string& token) { return !jose::parse_jws(token); };
  REQUIRE_FALSE(refused(good));
  CHECK(refused(good + "."));
  CHECK(refused("." + good));
  CHECK(refused(good.substr(0, good.rfind('.'))));
  CHECK(refused(good + "="));
  CHECK(refused(good + "\n"));
  CHECK(refused(""));
  CHECK(refused(".."));
  CHECK(refused("{\"payload\":\"\",\"signatures\":[]}"));
  // Without a signature, or with the DER form of it, it is one that fails.
  CHECK(problem(good.substr(0, good.rfind('.') + 1), ec()) != "");
}
