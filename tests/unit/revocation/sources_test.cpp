// Where certificates say that their status can be asked.
#include "revocation/sources.h"

#include "revocation_test.h"

namespace revocation = coffer::revocation;
namespace test = coffer::test;

namespace {

using Urls = std::vector<std::string>;

const test::TestCertificate& ca() {
  static const test::TestCertificate made = test::authority();
  return made;
}

revocation::Sources crl(const std::string& points) {
  test::CertificateWish wish;
  wish.crl_points = points;
  return revocation::crl_sources(test::read(test::issued_by(ca(), wish)));
}

revocation::Sources ocsp(const std::string& access) {
  test::CertificateWish wish;
  wish.authority_info = access;
  return revocation::ocsp_sources(test::read(test::issued_by(ca(), wish)));
}

}  // namespace

TEST_CASE("a certificate that names no source") {
  CHECK(crl("").none());
  CHECK(ocsp("").none());
  CHECK(ocsp("caIssuers;URI:http://a/ca.cer").none());
}

TEST_CASE("lists over http, in the order of the certificate") {
  CHECK(crl("URI:http://a/1.crl").urls == Urls{"http://a/1.crl"});
  CHECK(crl("URI:http://b/2.crl,URI:http://a/1.crl").urls ==
        Urls{"http://b/2.crl", "http://a/1.crl"});
  CHECK(crl("URI:http://a/1,URI:http://a/1").urls.size() == 1);
  CHECK(crl("URI:http://a/1,URI:http://a/2,URI:http://a/3,URI:http://a/4").urls.size() ==
        revocation::kMostUrls);
  CHECK(crl("URI:HTTP://a/1.crl").urls == Urls{"HTTP://a/1.crl"});
}

TEST_CASE("what is no http source does not count, and is not nothing") {
  for (const char* points : {"URI:https://a/1.crl", "URI:ldap://a/cn=x", "URI:ftp://a/1.crl",
                             "URI:file:///etc/passwd", "URI:http://", "URI:http://a/ b"}) {
    CAPTURE(points);
    const auto sources = crl(points);
    CHECK(sources.urls.empty());
    CHECK(sources.only_others);
    CHECK_FALSE(sources.none());
  }
  const auto mixed = crl("URI:ldap://a/cn=x,URI:http://a/1.crl");
  CHECK(mixed.urls == Urls{"http://a/1.crl"});
  CHECK_FALSE(mixed.only_others);
  CHECK(ocsp("OCSP;URI:https://a/").only_others);
}

TEST_CASE("responders over http, beside other services") {
  CHECK(ocsp("caIssuers;URI:http://a/ca.cer,OCSP;URI:http://o/,OCSP;URI:http://p/").urls ==
        Urls{"http://o/", "http://p/"});
}
