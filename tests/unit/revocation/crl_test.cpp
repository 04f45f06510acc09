// Revocation lists: what they say, and which of them are not believed.
#include "revocation/crl.h"

#include "certs/der_text.h"
#include "core/der.h"
#include "core/text.h"
#include "revocation_test.h"
#include "test_revocation.h"

namespace certs = coffer::certs;
namespace core = coffer::core;
namespace revocation = coffer::revocation;
namespace test = coffer::test;
using test::Kind;
using test::says;

namespace {

constexpr const char* kUrl = "http://lists.example/1.crl";

struct Scene {
  test::TestCertificate ca = test::authority();
  test::TestCertificate leaf = issue("host");
  test::TestCertificate other = issue("other");

  test::TestCertificate issue(const std::string& name) const {
    test::CertificateWish wish;
    wish.common_name = name;
    wish.crl_points = std::string("URI:") + kUrl;
    return test::issued_by(ca, wish);
  }
  revocation::Answer judge(const std::string& octets, std::int64_t now = test::now()) const {
    return revocation::judge_crl(octets, test::read(leaf), test::read(ca), {kUrl}, now);
  }
  revocation::Answer judge(const test::CrlWish& wish) const {
    return judge(test::make_crl(ca, wish));
  }
};

const Scene& scene() {
  static const Scene made;
  return made;
}

// An IssuingDistributionPoint with these fields.
test::CrlWish scoped(const std::string& fields) {
  test::CrlWish wish;
  wish.extension_oid = "2.5.29.28";
  wish.extension = certs::der_element(core::der::kSequence, fields);
  return wish;
}

std::string flag(unsigned number) {
  return certs::der_element(core::der::context(number), "\xFF");
}

std::string point(const std::string& url) {
  const auto uri = certs::der_element(core::der::context(6), url);
  return certs::der_element(core::der::constructed(0),
                            certs::der_element(core::der::constructed(0), uri));
}

}  // namespace

TEST_CASE("a list without and with the certificate") {
  test::CrlWish wish;
  says(scene().judge(wish), Kind::kGood, "");
  wish.revoked = {{&scene().other, 1}};
  says(scene().judge(wish), Kind::kGood, "");
  wish.revoked.push_back({&scene().leaf, 1});
  says(scene().judge(wish), Kind::kRevoked, "revoked by its issuer's list (keyCompromise)");
  wish.revoked = {{&scene().leaf}};
  says(scene().judge(wish), Kind::kRevoked, "(unspecified)");
  wish.revoked = {{&scene().leaf, 8}};
  says(scene().judge(wish), Kind::kGood, "");
}

TEST_CASE("lists of the first version, in PEM, and of other keys") {
  test::CrlWish wish;
  wish.first_version = true;
  wish.revoked = {{&scene().leaf}};
  says(scene().judge(wish), Kind::kRevoked, "");
  const std::string octets = test::make_crl(scene().ca, wish);
  const auto* const data = reinterpret_cast<const std::uint8_t*>(octets.data());
  says(scene().judge("-----BEGIN X509 CRL-----\n" + core::base64(data, octets.size()) +
                     "\n-----END X509 CRL-----\n"),
       Kind::kRevoked, "");
  for (const char* curve : {"P-384", "P-521", ""}) {
    test::CertificateWish authority;
    authority.common_name = "of another kind";
    authority.authority = true;
    authority.curve = curve;
    if (*curve == '\0') authority.rsa_bits = 2048;
    const auto ca = test::self_signed(authority);
    const auto leaf = test::issued_by(ca);
    test::CrlWish with;
    with.revoked = {{&leaf}};
    says(revocation::judge_crl(test::make_crl(ca, with), test::read(leaf), test::read(ca), {kUrl},
                               test::now()),
         Kind::kRevoked, "");
  }
}

TEST_CASE("a list holds from thisUpdate to nextUpdate, clocks may differ by minutes") {
  test::CrlWish wish;
  test::believed_within_its_time([](const auto& one) { return scene().judge(one); }, wish);
  wish.to_seconds.reset();
  says(scene().judge(wish), Kind::kUnusable, "until when");
}

TEST_CASE("an answer is used until nextUpdate, an hour at most") {
  const std::int64_t now = test::now();
  test::CrlWish wish;
  wish.to_seconds = 600;
  const auto soon = scene().judge(wish).until;
  CHECK(soon >= now + 600);
  CHECK(soon <= test::now() + 600);
  wish.to_seconds = 90000;
  const auto late = scene().judge(wish).until;
  CHECK(late <= test::now() + 3600);
}

TEST_CASE("a list must be the issuer's own and signed well") {
  const auto stranger = test::authority("A stranger");
  says(scene().judge(test::make_crl(stranger)), Kind::kUnusable, "of another issuer");
  const auto namesake = test::authority();
  test::CrlWish wish;
  wish.signer = &namesake;
  says(scene().judge(wish), Kind::kUnusable, "wrong signature");
  wish.signer = nullptr;
  wish.sha1 = true;
  says(scene().judge(wish), Kind::kUnusable, "too weak or not supported (sha1ECDSA)");

  test::CertificateWish no_lists;
  no_lists.authority = true;
  no_lists.key_usage = "critical,keyCertSign";
  const auto ca = test::self_signed(no_lists);
  const auto leaf = test::issued_by(ca);
  says(revocation::judge_crl(test::make_crl(ca), test::read(leaf), test::read(ca), {}, test::now()),
       Kind::kUnusable, "may not sign lists");
}

TEST_CASE("keys that are too short") {
  test::CertificateWish small;
  small.authority = true;
  small.rsa_bits = 1024;
  const auto ca = test::self_signed(small);
  const auto leaf = test::issued_by(ca);
  says(revocation::judge_crl(test::make_crl(ca), test::read(leaf), test::read(ca), {}, test::now()),
       Kind::kUnusable, "too short");
}

TEST_CASE("the scope of a list") {
  says(scene().judge(scoped(flag(1))), Kind::kGood, "");
  says(scene().judge(scoped(point(kUrl))), Kind::kGood, "");
  says(scene().judge(scoped(point("http://lists.example/2.crl"))), Kind::kUnusable, "another list");
  says(scene().judge(scoped(flag(2))), Kind::kUnusable, "this kind of certificate");
  says(scene().judge(scoped(flag(5))), Kind::kUnusable, "this kind of certificate");
  says(scene().judge(scoped(flag(4))), Kind::kUnusable, "indirect");
  const auto reasons = certs::der_element(core::der::context(3), std::string("\x01\x02", 2));
  says(scene().judge(scoped(reasons)), Kind::kUnusable, "some reasons");

  test::CertificateWish wish;
  wish.authority = true;
  wish.common_name = "intermediate";
  const auto below = test::read(test::issued_by(scene().ca, wish));
  const auto judge = [&](unsigned number) {
    return revocation::judge_crl(test::make_crl(scene().ca, scoped(flag(number))), below,
                                 test::read(scene().ca), {}, test::now());
  };
  says(judge(1), Kind::kUnusable, "this kind of certificate");
  says(judge(2), Kind::kGood, "");
}

TEST_CASE("delta lists and what is critical and unknown") {
  test::CrlWish wish;
  wish.extension_oid = "2.5.29.27";
  wish.extension = certs::der_integer("\x01");
  says(scene().judge(wish), Kind::kUnusable, "delta");
  wish.extension_oid = "1.3.6.1.4.1.55555.9";
  says(scene().judge(wish), Kind::kUnusable, "critical extension");
  wish.critical = false;
  says(scene().judge(wish), Kind::kGood, "");
  test::CrlWish entries;
  entries.revoked = {{&scene().other, -1, true}};
  says(scene().judge(entries), Kind::kUnusable, "critical extension");
}

TEST_CASE("what is no list, and a list with one octet changed") {
  for (const std::string& octets :
       {std::string(), std::string("<html>"), std::string("\x30\x00", 2), scene().leaf.der()}) {
    says(scene().judge(octets), Kind::kUnusable, "malformed");
  }
  const std::string good = test::make_crl(scene().ca);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x01);
    CHECK(static_cast<int>(scene().judge(bad).kind) == static_cast<int>(Kind::kUnusable));
    CHECK(static_cast<int>(scene().judge(good.substr(0, i)).kind) ==
          static_cast<int>(Kind::kUnusable));
  }
}
