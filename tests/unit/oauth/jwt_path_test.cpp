// Looking into access tokens, and the assertions that are made with a certificate.
#include "oauth/jwt_path.h"

#include <doctest/doctest.h>

#include "core/json.h"
#include "crypto/digest.h"
#include "jose/jws.h"
#include "oauth/key_pair.h"
#include "oauth/pkce.h"
#include "oauth_fakes.h"
#include "test_certificates.h"

using namespace coffer;

namespace {

constexpr const char* kPayload =
    R"({"upn":"a@b","n":5,"yes":true,"amr":["pwd","mfa",{"x":null}],"o":{"in":{"k":"v"}}})";

oauth::JwtElement at(const char* path) {
  return oauth::jwt_element(kPayload, path);
}

}  // namespace

TEST_CASE("paths into a payload") {
  const struct {
    const char* path;
    const char* name;
    const char* parent;
    const char* text;
    std::size_t children;
  } cases[] = {
      {"/json/upn", "upn", "json", "a@b", 0},
      {"/json/n", "n", "json", "5", 0},
      {"/json/yes", "yes", "json", "true", 0},
      {"/json/*", "upn", "json", "a@b", 0},
      {"/json/[2]", "n", "json", "5", 0},
      {"/json/[last()]", "o", "json", R"({"in":{"k":"v"}})", 1},
      {"/json/[last()-1]/[1]", "", "amr", "pwd", 0},
      {"/json/amr", "amr", "json", R"(["pwd","mfa",{"x":null}])", 3},
      {"/json/amr/[2]", "", "amr", "mfa", 0},
      {"/json/amr/[3]/x", "x", "", "null", 0},
      {"/json/upn[1]", "upn", "json", "a@b", 0},
      {"/json/o/in/k", "k", "in", "v", 0},
      {"/json[1]/n", "n", "json", "5", 0},
  };
  for (const auto& one : cases) {
    CAPTURE(one.path);
    const oauth::JwtElement element = at(one.path);
    CHECK(element.found);
    CHECK(element.name == one.name);
    CHECK(element.parent == one.parent);
    CHECK(element.text == one.text);
    CHECK(element.children.size() == one.children);
  }
  const oauth::JwtElement root = at("/json");
  CHECK(root.subtree == kPayload);
  CHECK(root.parent == "");
  REQUIRE(root.children.size() == 5);
  CHECK(root.children[0] == std::pair<std::string, std::string>("upn", "a@b"));
  CHECK(root.children[1].second == "5");
}

TEST_CASE("paths that lead nowhere are no errors") {
  for (const char* path : {"", "json", "/", "/other", "/json/", "/json//upn", "/json/none",
                           "/json/upn/x", "/json/upn[2]", "/json/[0]", "/json/[-1]",
                           "/json/[99999999999999999999]", "/json/[last()-9]", "/json/[last()+1]",
                           "/json/upn[", "/json/upn]", "/json/[x]", "/json/amr/pwd", "/json[2]"}) {
    CAPTURE(path);
    CHECK_FALSE(at(path).found);
    CHECK(at(path).text == "");
  }
  CHECK_FALSE(oauth::jwt_element("", "/json").found);
  CHECK_FALSE(oauth::jwt_element("{broken", "/json").found);
}

TEST_CASE("client assertions verify with the certificate, and say who, to whom and how long") {
  for (const unsigned bits : {0U, 2048U}) {
    CAPTURE(bits);
    test::CertificateWish wish;
    wish.rsa_bits = bits;
    const test::TestCertificate made = test::self_signed(wish);
    const oauth::KeyPair pair =
        oauth::read_key_pair("OAuthClientCertStore", made.pem() + made.key_pem(), 7, {}, "*");
    test::CountingRandom random;
    const test::ManualClock clock;
    const std::string text =
        oauth::client_assertion(pair, "the \"id\"", "https://l.example/token", clock.wall(), random)
            .reveal();
    const jose::ParsedJws jws = jose::parse_jws(text);
    REQUIRE(jws.problem == "");
    CHECK(jose::signature_problem(jws, *pair.certificate.public_key()) == "");
    const auto digest = crypto::sha256(made.der());
    const auto header = core::Document::parse(jws.header, 706, "header");
    CHECK(header.root()["alg"].string_or("") == (bits == 0 ? "ES256" : "PS256"));
    CHECK(header.root()["typ"].string_or("") == "JWT");
    CHECK(header.root()["x5t#S256"].string_or("") ==
          oauth::base64url(std::string(digest.begin(), digest.end())));
    const auto payload = core::Document::parse(jws.payload, 706, "payload");
    CHECK(payload.root()["aud"].string_or("") == "https://l.example/token");
    CHECK(payload.root()["iss"].string_or("") == "the \"id\"");
    CHECK(payload.root()["sub"].string_or("") == "the \"id\"");
    CHECK(payload.root()["jti"].string_or("") == "00010203-0405-4607-8809-0a0b0c0d0e0f");
    CHECK(payload.root()["nbf"].number() == 1700000000.0);
    CHECK(payload.root()["exp"].number() == 1700000600.0);
    // Each has an identity of its own.
    CHECK(oauth::client_assertion(pair, "id", "https://l.example/token", clock.wall(), random)
              .reveal() != text);
  }
}

TEST_CASE("stores without a usable key") {
  const test::TestCertificate made = test::self_signed();
  const auto code = [](const std::string& store, std::int64_t type, const char* subject = "*") {
    return test::code_of(
        [&] { oauth::read_key_pair("OAuthClientCertStore", store, type, {}, subject); });
  };
  CHECK(code(made.pem(), 7) == 272);  // a certificate alone
  CHECK(code("no store at all", 7) == 271);
  CHECK(code("/no/such/file", 6) == 271);
  CHECK(code(made.pem() + made.key_pem(), 7, "CN=somebody else") == 272);
  CHECK(code(made.pem() + made.key_pem(), 7, "CN=127.0.0.1") == 0);
  CHECK(code(made.pem() + made.key_pem(), 7) == 0);
  test::CertificateWish wish;
  wish.curve = "secp384r1";
  const test::TestCertificate other = test::self_signed(wish);
  CHECK(code(other.pem() + other.key_pem(), 7) != 0);
}
