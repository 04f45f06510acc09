#include "certs/certificate.h"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "core/der.h"
#include "octets.h"
#include "test_certificates.h"

namespace certs = coffer::certs;
namespace core = coffer::core;
namespace test = coffer::test;

namespace {

std::string element(unsigned tag, const std::string& content) {
  std::string out(1, static_cast<char>(tag));
  if (content.size() < 128) {
    out += static_cast<char>(content.size());
  } else {
    out += '\x82';
    out += static_cast<char>(content.size() >> 8U);
    out += static_cast<char>(content.size() & 0xFFU);
  }
  return out + content;
}

std::string attribute(const std::string& oid, unsigned tag, const std::string& value) {
  return element(0x30, element(0x06, unhex(oid)) + element(tag, value));
}
std::string relative(const std::string& attributes) {
  return element(0x31, attributes);
}
std::string name(const std::string& relatives) {
  return core::distinguished_name(element(0x30, relatives));
}
std::string cn(const std::string& value, unsigned tag = 0x0C) {
  return name(relative(attribute("550403", tag, value)));
}

}  // namespace

TEST_CASE("fields of a certificate") {
  test::CertificateWish wish;
  wish.common_name = "Prüfstelle, \"A\"";
  wish.authority = true;
  wish.basic_constraints = "critical,CA:TRUE,pathlen:3";
  wish.key_usage = "critical,keyCertSign,digitalSignature";
  wish.key_ids = true;
  test::CertificateWish root_wish;
  root_wish.common_name = "root";
  root_wish.authority = root_wish.key_ids = true;
  const auto root = test::self_signed(root_wish);
  const auto made = test::issued_by(root, wish);
  const auto one = certs::Certificate::from_der(made.der()).value();
  CHECK(one.subject() == "O=Coffer tests, CN=\"Prüfstelle, \"\"A\"\"\"");
  CHECK(one.issuer() == "O=Coffer tests, CN=root");
  CHECK(one.version() == 3);
  CHECK(one.not_after() - one.not_before() == 31 * 86400);
  CHECK(one.key_kind() == certs::KeyKind::kP256);
  CHECK(one.key_bits() == 256);
  CHECK(one.extensions().ca);
  CHECK(one.extensions().path_length == 3);
  CHECK(one.extensions().key_usage == (certs::kKeyCertSign | certs::kDigitalSignature));
  CHECK(one.extensions().subject_key_id.size() == 20);
  CHECK(one.pem() == made.pem());
  CHECK(one.serial().size() >= 4);
  const auto issuer = certs::Certificate::from_der(root.der()).value();
  CHECK(one.signed_by(issuer));
  CHECK_FALSE(one.signed_by(one));
  CHECK(issuer.signed_by(issuer));
}

TEST_CASE("DER of exactly one certificate") {
  const std::string der = test::self_signed().der();
  CHECK(certs::Certificate::from_der(der).has_value());
  CHECK_FALSE(certs::Certificate::from_der(der + '\0'));
  for (std::size_t size = 0; size < der.size(); ++size) {
    CHECK_FALSE(certs::Certificate::from_der(std::string_view(der).substr(0, size)));
  }
}

TEST_CASE("one certificate in many threads") {
  test::CertificateWish wish;
  wish.rsa_bits = 2048;
  wish.authority = true;
  const auto made = test::self_signed(wish);
  const auto issuer = certs::Certificate::from_der(made.der()).value();
  const auto leaf = certs::Certificate::from_der(test::issued_by(made).der()).value();
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round)
        good += leaf.signed_by(issuer) ? 1 : 0;
    });
  }
  for (auto& thread : threads)
    thread.join();
  CHECK(good == 80);
}

// The manual: "CN=www.server.com, OU=test, C=US, E=support@nsoftware.com"; a value with a comma is
// quoted.
TEST_CASE("names as the manual writes them") {
  CHECK(name(relative(attribute("550403", 0x0C, "www.server.com")) +
             relative(attribute("55040B", 0x13, "test")) +
             relative(attribute("550406", 0x13, "US")) + relative(attribute("550408", 0x13, "NC")) +
             relative(attribute("2A864886F70D010901", 0x16, "support@example.com"))) ==
        "CN=www.server.com, OU=test, C=US, S=NC, E=support@example.com");
  CHECK(cn("a, b") == "CN=\"a, b\"");
  CHECK(cn("a \"b\"") == "CN=\"a \"\"b\"\"\"");
  CHECK(cn(" a") == "CN=\" a\"");
  CHECK(cn("a") == "CN=a");
  CHECK(cn("") == "CN=");
  CHECK(cn("a\nb") == "CN=a\\0ab");
  CHECK(cn(std::string("a\0b", 3)) == "CN=a\\00b");
  CHECK(cn("M\xFCller", 0x14) == "CN=Müller");              // T61String as Latin-1
  CHECK(cn(std::string("\0M\0\xFC", 4), 0x1E) == "CN=Mü");  // BMPString
  CHECK(cn("\xFF", 0x0C) == "CN=#0c01ff");                  // not UTF-8
  CHECK(cn("\x01", 0x02) == "CN=#020101");
  CHECK(name(relative(attribute("2B0601040182B22101", 0x0C, "x"))) == "1.3.6.1.4.1.39201.1=x");
  CHECK(name(relative(attribute("550403", 0x0C, "a") + attribute("55040B", 0x0C, "b"))) ==
        "CN=a + OU=b");
  CHECK(name("") == "");
  CHECK(core::distinguished_name("\x30\x05") == "");
  CHECK(core::name_key("\x30\x05") == "");
}

TEST_CASE("names that are the same") {
  const auto key = [](const std::string& value, unsigned tag = 0x0C) {
    return core::name_key(element(0x30, relative(attribute("550403", tag, value))));
  };
  CHECK(key("Some  CA ") == key("some ca", 0x13));
  CHECK(key("Some CA") != key("SomeCA"));
  CHECK(key("a") != core::name_key(element(0x30, relative(attribute("55040A", 0x0C, "a")))));
  CHECK(key("a") != key("a\n"));
  CHECK(core::name_key(element(0x30, "")) != "");
}

TEST_CASE("DER that is none") {
  const auto refused = [](const std::string& octets) { return !core::DerReader(octets).next(); };
  REQUIRE_FALSE(refused(unhex("0500")));
  for (const char* octets : {"", "05", "0501", "0580", "058100", "05810100", "0582000100",
                             "0584FFFFFFFF00", "05858000000000", "1F0100"}) {
    CAPTURE(octets);
    CHECK(refused(unhex(octets)));
  }
  core::DerReader reader("\x30\x03\x02\x01\x01\xFF\x01");
  CHECK_FALSE(reader.next(core::der::kSet).has_value());
  CHECK(reader.next(core::der::kSequence).has_value());
  CHECK_FALSE(reader.at_end());
  CHECK_FALSE(reader.next().has_value());
  CHECK(core::oid_text(unhex("2A864886F70D010901")) == "1.2.840.113549.1.9.1");
  CHECK(core::oid_text(unhex("883701")) == "2.999.1");
  CHECK(core::oid_text(unhex("2A86")) == "");
  CHECK(core::oid_text("") == "");
  CHECK(core::oid_text(std::string(20, '\xFF') + '\x01') == "");
}
