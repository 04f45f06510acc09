// acsSignedContent: each step of its check, and what each tampering ends with.
#include <openssl/evp.h>

#include "core/text.h"
#include "fixture.h"
#include "jose/base64url.h"
#include "jose/jwk.h"
#include "threeds/signed_content.h"

using namespace threeds_test;
using namespace coffer::threeds;
using coffer::test::CertificateWish;

namespace {

constexpr bool kBoth[] = {false, true};

std::string x5c_of(const std::vector<coffer::test::TestCertificate>& chain) {
  std::string list;
  for (const auto& certificate : chain) {
    const std::string der = certificate.der();
    list += (list.empty() ? "[" : ",") +
            quoted(core::base64(reinterpret_cast<const std::uint8_t*>(der.data()), der.size()));
  }
  return list + "]";
}

struct SignedRig : ClientRig {
  explicit SignedRig(bool rsa = false) : ClientRig(Version::k220, false, rsa) {
    request = client.get_auth_request();
  }
  std::int32_t check_with(const ScriptedAcs::Change& change) {
    response = acs.ares(request, nullptr, change);
    return code_of([this] { client.check_auth_response(response); });
  }
  // Refused, told once, nothing kept, nothing sent; the right one is taken afterwards.
  void refuses(std::int32_t code, const ScriptedAcs::Change& change) {
    CHECK(check_with(change) == code);
    CHECK(errors == (code == 604 ? std::vector<std::int32_t>{604} : std::vector<std::int32_t>{}));
    CHECK(text(kTransactionStatus).empty());
    CHECK(client.config("ACSURL").empty());
    CHECK(text(kErrorPacket).empty());
    CHECK(send() == 603);
    CHECK(network.transport.count() == 0);
    CHECK(check_with(nullptr) == 0);
  }
};

struct Tampering {
  std::string name;
  std::int32_t code;
  ScriptedAcs::Change change;
};

std::string foreign_jwk() {
  coffer::crypto::SystemRandom random;
  return jose::public_jwk(coffer::crypto::P256Key::generate(random).point());
}

// x and y of our key, but the last octet of y changed: not on the curve.
std::string off_curve() {
  coffer::crypto::SystemRandom random;
  const auto point = coffer::crypto::P256Key::generate(random).point();
  std::string y(point.y());
  y.back() = static_cast<char>(y.back() ^ 1);
  return R"({"kty":"EC","crv":"P-256","x":")" + jose::base64url(point.x()) + R"(","y":")" +
         jose::base64url(y) + "\"}";
}

std::vector<Tampering> tamperings() {
  const auto header = [](std::string_view name, std::string json) {
    return [name, json = std::move(json)](SignedParts& parts) { parts.header.raw(name, json); };
  };
  const auto payload = [](std::string_view name, std::string json) {
    return [name, json = std::move(json)](SignedParts& parts) { parts.payload.raw(name, json); };
  };
  return {
      {"alg none", 604, header("alg", "\"none\"")},
      {"alg HS256", 604, header("alg", "\"HS256\"")},
      {"alg RS256", 604, header("alg", "\"RS256\"")},
      {"the other algorithm", 604, header("alg", "\"PS256\"")},
      {"crit", 604, header("crit", "[\"b64\"]")},
      {"a header name twice", 604,
       [](SignedParts& parts) { parts.header.again("alg", "\"ES256\""); }},
      {"no x5c", 604, [](SignedParts& parts) { parts.header.without("x5c"); }},
      {"an x5c that is no certificate", 602, header("x5c", "[\"AAAA\"]")},
      {"acsURL over plain http", 604, payload("acsURL", "\"http://acs.test/challenge\"")},
      {"acsURL with a user", 604, payload("acsURL", "\"https://me@acs.test/\"")},
      {"no acsURL", 604, [](SignedParts& parts) { parts.payload.without("acsURL"); }},
      {"acsEphemPubKey off the curve", 604, payload("acsEphemPubKey", off_curve())},
      {"no acsEphemPubKey", 604,
       [](SignedParts& parts) { parts.payload.without("acsEphemPubKey"); }},
      {"a foreign sdkEphemPubKey", 604, payload("sdkEphemPubKey", foreign_jwk())},
      {"no sdkEphemPubKey", 604,
       [](SignedParts& parts) { parts.payload.without("sdkEphemPubKey"); }},
      {"another signature", 604,
       [](SignedParts& parts) { parts.cut_signature = jose::base64url(std::string(64, '\1')); }},
      {"a short signature", 604,
       [](SignedParts& parts) { parts.cut_signature = jose::base64url(std::string(63, '\1')); }},
      {"a payload name twice", 604,
       [](SignedParts& parts) { parts.payload.again("acsURL", "\"https://evil.test/\""); }},
  };
}

}  // namespace

TEST_CASE("each tampering of the signed content is refused, told once, and nothing goes out") {
  int cases = 0;
  for (const Tampering& row : tamperings()) {
    CAPTURE(row.name);
    ++cases;
    SignedRig rig;
    rig.refuses(row.code, row.change);
  }
  MESSAGE("tamperings: ", cases, " cases");
  CHECK(cases == 18);
}

TEST_CASE("ES256 and PS256 are taken, and keys in other places of the header are not looked at") {
  for (const bool rsa : kBoth) {
    SignedRig rig(rsa);
    CHECK(rig.check_with([](SignedParts& parts) {
      parts.header.raw("jwk", foreign_jwk()).text("kid", "x").text("jku", "https://evil.test/");
    }) == 0);
    rig.acs.screen(1);
    CHECK(rig.send() == 0);
  }
}

TEST_CASE("the payload is signed as it came: one changed octet is refused") {
  SignedRig rig;
  const std::string good = rig.acs.ares(rig.request);
  const std::string compact = rig.acs.signed_content();
  const std::size_t point = compact.find('.') + 5;
  std::string bad = compact;
  bad[point] = bad[point] == 'A' ? 'B' : 'A';
  const std::string text =
      rig.acs.ares(rig.request, [&](Members& ares) { ares.text("acsSignedContent", bad); });
  CHECK(code_of([&] { rig.client.check_auth_response(text); }) == 604);
  CHECK(code_of([&] { rig.client.check_auth_response(good); }) == 0);
}

TEST_CASE("the chain leads to one of ACSRootCerts, whatever the order, and nowhere else") {
  SignedRig rig;
  CertificateWish ca;
  ca.common_name = "Intermediate";
  ca.authority = true;
  const auto intermediate = coffer::test::issued_by(rig.acs.root, ca);
  CertificateWish wish;
  wish.common_name = "ACS";
  wish.alternative_names.clear();
  const auto with_chain = [&](std::vector<coffer::test::TestCertificate> chain) {
    rig.acs.leaf = chain.front();
    return rig.check_with([chain](SignedParts& parts) { parts.header.raw("x5c", x5c_of(chain)); });
  };
  const auto leaf = coffer::test::issued_by(intermediate, wish);
  SUBCASE("good, in either order") {
    CHECK(with_chain({leaf, rig.acs.root, intermediate}) == 0);
  }
  SUBCASE("the intermediate is missing") {
    CHECK(with_chain({leaf}) == 602);
  }
  SUBCASE("the missing intermediate is a configured anchor") {
    rig.client.set(kACSRootCertCount, 0, 2);
    rig.client.set(kACSRootCertsEncoded, 1, ClientRig::bytes(intermediate.pem()));
    CHECK(with_chain({leaf}) == 0);
  }
  SUBCASE("the intermediate is no CA") {
    ca.authority = false;
    const auto none = coffer::test::issued_by(rig.acs.root, ca);
    CHECK(with_chain({coffer::test::issued_by(none, wish), none}) == 602);
  }
  SUBCASE("the leaf has expired") {
    wish.days_from = -30;
    wish.days_to = -1;
    CHECK(with_chain({coffer::test::issued_by(intermediate, wish), intermediate}) == 602);
  }
  SUBCASE("a root that came along is no anchor") {
    const auto other = coffer::test::authority("Somebody else");
    CHECK(with_chain({coffer::test::issued_by(other, wish), other}) == 602);
    CHECK(rig.errors.empty());
  }
  SUBCASE("the clock decides, not the machine's time") {
    rig.network.clock.set_wall(std::chrono::system_clock::now() + std::chrono::hours(24 * 365));
    CHECK(with_chain({leaf, intermediate}) == 602);
  }
}

TEST_CASE("AcceptAnyACSCert skips the chain alone") {
  SignedRig rig;
  rig.client.config("AcceptAnyACSCert=True");
  rig.client.set(kACSRootCertCount, 0, 0);
  const auto own = coffer::test::self_signed();
  rig.acs.leaf = own;
  CHECK(rig.check_with([](SignedParts& parts) {
    parts.cut_signature = jose::base64url(std::string(64, '\1'));
  }) == 604);
  CHECK(rig.check_with(
            [](SignedParts& parts) { parts.payload.raw("sdkEphemPubKey", foreign_jwk()); }) == 604);
  CHECK(rig.check_with(nullptr) == 0);
  CHECK(rig.log_has("AcceptAnyACSCert"));
}

TEST_CASE("without roots a challenge is refused; a frictionless answer needs none") {
  SignedRig rig;
  rig.client.set(kACSRootCertCount, 0, 0);
  CHECK(rig.check_with(nullptr) == 603);
  const std::string frictionless = rig.acs.ares(rig.request, [](Members& ares) {
    ares.text("transStatus", "Y").without("acsSignedContent");
  });
  CHECK(code_of([&] { rig.client.check_auth_response(frictionless); }) == 0);
}

TEST_CASE("a key of 3DS Servers that hand it on as text is understood") {
  SignedRig rig;
  CHECK(rig.check_with([&](SignedParts& parts) {
    parts.payload.text("sdkEphemPubKey", rig.acs.sdk_jwk);
  }) == 0);
}
