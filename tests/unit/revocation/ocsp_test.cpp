// OCSP: requests that OpenSSL understands, answers of every kind.
#include "revocation/ocsp.h"

#include "revocation_test.h"
#include "test_revocation.h"

namespace crypto = coffer::crypto;
namespace revocation = coffer::revocation;
namespace test = coffer::test;
using test::Kind;
using test::says;
using Nonce = test::OcspWish::Nonce;

namespace {

crypto::SystemRandom& chance() {
  static crypto::SystemRandom made;
  return made;
}

struct Scene {
  test::TestCertificate ca;
  test::TestCertificate leaf, other;
  revocation::OcspRequest request;

  explicit Scene(test::TestCertificate authority = test::authority())
      : ca(std::move(authority)), leaf(test::issued_by(ca)), other(test::issued_by(ca)) {
    request = ask(leaf);
  }
  revocation::OcspRequest ask(const test::TestCertificate& about) const {
    return revocation::make_ocsp_request(test::read(about), test::read(ca), chance());
  }
  std::string answer(const test::OcspWish& wish) const {
    return test::make_ocsp(ca, request.der, wish);
  }
  revocation::Answer judge(const std::string& octets, std::int64_t now = test::now()) const {
    return revocation::judge_ocsp(octets, request, test::read(ca), now);
  }
  revocation::Answer judge(const test::OcspWish& wish) const { return judge(answer(wish)); }
};

const Scene& scene() {
  static const Scene made;
  return made;
}

test::CertificateWish delegate_wish() {
  test::CertificateWish wish;
  wish.common_name = "responder";
  wish.extended_key_usage = "OCSPSigning";
  wish.ocsp_no_check = true;
  return wish;
}

revocation::Answer judge_delegate(const test::TestCertificate& delegate, bool enclosed = true,
                                  bool key_hash = false) {
  test::OcspWish wish;
  wish.signer = &delegate;
  wish.without_certificate = !enclosed;
  wish.key_hash = key_hash;
  return scene().judge(wish);
}

}  // namespace

TEST_CASE("the request names the certificate as OpenSSL does, with a fresh nonce") {
  const auto* data = reinterpret_cast<const unsigned char*>(scene().request.cert_id.data());
  OCSP_CERTID* const ours =
      d2i_OCSP_CERTID(nullptr, &data, static_cast<long>(scene().request.cert_id.size()));
  OCSP_CERTID* const theirs =
      OCSP_cert_to_id(EVP_sha1(), scene().leaf.certificate.get(), scene().ca.certificate.get());
  CHECK(OCSP_id_cmp(ours, theirs) == 0);
  OCSP_CERTID_free(ours);
  OCSP_CERTID_free(theirs);
  CHECK(scene().request.nonce.size() == 34);
  CHECK(scene().ask(scene().leaf).nonce != scene().request.nonce);
}

TEST_CASE("good, revoked, unknown") {
  says(scene().judge(test::OcspWish()), Kind::kGood, "");
  test::OcspWish wish;
  wish.key_hash = true;
  says(scene().judge(wish), Kind::kGood, "");
  wish.status = V_OCSP_CERTSTATUS_REVOKED;
  says(scene().judge(wish), Kind::kRevoked, "revoked, says its OCSP responder (keyCompromise)");
  wish.reason = OCSP_REVOKED_STATUS_NOSTATUS;
  says(scene().judge(wish), Kind::kRevoked, "revoked");
  wish.status = V_OCSP_CERTSTATUS_UNKNOWN;
  says(scene().judge(wish), Kind::kUnknown, "unknown to its OCSP responder");
}

TEST_CASE("responders that do not say") {
  test::OcspWish wish;
  wish.response_status = OCSP_RESPONSE_STATUS_TRYLATER;
  says(scene().judge(wish), Kind::kNoAnswer, "tryLater");
  wish.response_status = OCSP_RESPONSE_STATUS_UNAUTHORIZED;
  says(scene().judge(wish), Kind::kNoAnswer, "unauthorized");
}

TEST_CASE("an answer holds from thisUpdate to nextUpdate, clocks may differ by minutes") {
  test::believed_within_its_time([](const auto& one) { return scene().judge(one); },
                                 test::OcspWish());
  // producedAt is now; to a clock that is an hour slow it lies ahead
  says(scene().judge(scene().answer({}), test::now() - 3600), Kind::kUnusable, "not valid yet");
}

TEST_CASE("without nextUpdate an answer must be made for this question, now") {
  test::OcspWish wish;
  wish.to_seconds.reset();
  const auto answer = scene().judge(wish);
  says(answer, Kind::kGood, "");
  CHECK(answer.until <= test::now());
  wish.from_seconds = -90000;
  says(scene().judge(wish), Kind::kGood, "");
  says(scene().judge(scene().answer(wish), test::now() + 3600), Kind::kUnusable, "too old");
  wish.nonce = Nonce::kNone;
  says(scene().judge(wish), Kind::kUnusable, "neither our nonce nor a time");
}

TEST_CASE("a nonce that comes back is ours; one that stays away is tolerated") {
  test::OcspWish wish;
  wish.nonce = Nonce::kNone;
  says(scene().judge(wish), Kind::kGood, "");
  wish.nonce = Nonce::kOther;
  says(scene().judge(wish), Kind::kUnusable, "its nonce is not ours");
  const std::string replayed =
      test::make_ocsp(scene().ca, scene().ask(scene().leaf).der, test::OcspWish());
  says(scene().judge(replayed), Kind::kUnusable, "its nonce is not ours");
}

TEST_CASE("an answer about something else") {
  test::OcspWish wish;
  wish.about = scene().ask(scene().other).der;
  says(scene().judge(wish), Kind::kUnusable, "about another certificate");
  wish.about.clear();
  wish.times = 2;
  says(scene().judge(wish), Kind::kUnusable, "two things");
  wish.times = 1;
  wish.critical_extension = true;
  says(scene().judge(wish), Kind::kUnusable, "critical extension");
}

TEST_CASE("a delegated responder") {
  const auto delegate = test::issued_by(scene().ca, delegate_wish());
  says(judge_delegate(delegate), Kind::kGood, "");
  says(judge_delegate(delegate, true, true), Kind::kGood, "");
  says(judge_delegate(delegate, false), Kind::kUnusable, "certificate is missing");
  auto wish = delegate_wish();
  wish.rsa_bits = 2048;
  says(judge_delegate(test::issued_by(scene().ca, wish)), Kind::kGood, "");
}

TEST_CASE("a delegated responder that may not") {
  auto wish = delegate_wish();
  wish.extended_key_usage.clear();
  says(judge_delegate(test::issued_by(scene().ca, wish)), Kind::kUnusable, "may not sign OCSP");
  wish.extended_key_usage = "serverAuth,anyExtendedKeyUsage";
  says(judge_delegate(test::issued_by(scene().ca, wish)), Kind::kUnusable, "may not sign OCSP");
  wish = delegate_wish();
  wish.key_usage = "critical,keyEncipherment";
  says(judge_delegate(test::issued_by(scene().ca, wish)), Kind::kUnusable, "may not sign OCSP");
  wish = delegate_wish();
  says(judge_delegate(test::issued_by(test::authority("A stranger"), wish)), Kind::kUnusable,
       "another issuer");
  says(judge_delegate(test::issued_by(test::authority(), wish)), Kind::kUnusable,
       "wrong or weak signature");
  wish.days_from = -20;
  wish.days_to = -10;
  says(judge_delegate(test::issued_by(scene().ca, wish)), Kind::kUnusable, "not valid now");
  wish.days_from = 10;
  wish.days_to = 20;
  says(judge_delegate(test::issued_by(scene().ca, wish)), Kind::kUnusable, "not valid now");
  wish = delegate_wish();
  wish.sha1 = true;
  says(judge_delegate(test::issued_by(scene().ca, wish)), Kind::kUnusable, "wrong or weak");
  wish = delegate_wish();
  wish.unknown_extension = "critical,DER:0500";
  says(judge_delegate(test::issued_by(scene().ca, wish)), Kind::kUnusable, "critical extension");
}

TEST_CASE("a delegated responder that might be revoked itself") {
  auto wish = delegate_wish();
  wish.ocsp_no_check = false;
  wish.days_to = 10;
  says(judge_delegate(test::issued_by(scene().ca, wish)), Kind::kGood, "");
  wish.days_to = 300;
  says(judge_delegate(test::issued_by(scene().ca, wish)), Kind::kUnusable, "nocheck");
}

TEST_CASE("answers are signed well or not believed") {
  test::OcspWish wish;
  wish.sha1 = true;
  says(scene().judge(wish), Kind::kUnusable, "too weak or not supported");
  test::CertificateWish small;
  small.authority = true;
  small.rsa_bits = 1024;
  says(Scene(test::self_signed(small)).judge(test::OcspWish()), Kind::kUnusable, "too short");
  // Another key under the issuer's name.
  const Scene namesake(test::authority());
  wish = {};
  says(scene().judge(test::make_ocsp(namesake.ca, scene().request.der, wish)), Kind::kUnusable,
       "may not sign OCSP");
  wish.without_certificate = true;
  says(scene().judge(test::make_ocsp(namesake.ca, scene().request.der, wish)), Kind::kUnusable,
       "wrong signature");
}

TEST_CASE("what is no answer, and an answer with one octet changed") {
  for (const std::string& octets :
       {std::string(), std::string("<html>"), std::string("\x30\x00", 2), scene().leaf.der(),
        std::string("\x30\x03\x0A\x01\x00", 5)}) {
    says(scene().judge(octets), Kind::kUnusable, "malformed");
  }
  test::OcspWish wish;
  wish.without_certificate = true;  // nothing in it that no signature covers
  const std::string good = scene().answer(wish);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x01);
    CAPTURE(i);
    CHECK(static_cast<int>(scene().judge(bad).kind) != static_cast<int>(Kind::kGood));
    CHECK(static_cast<int>(scene().judge(good.substr(0, i)).kind) ==
          static_cast<int>(Kind::kUnusable));
  }
}
