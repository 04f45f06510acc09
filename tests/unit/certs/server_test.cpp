// What servers' certificates need beyond the chain: purposes, and the name of the host.
#include <doctest/doctest.h>

#include <ctime>
#include <string>

#include "certs/chain.h"
#include "certs/host_name.h"
#include "test_certificates.h"

namespace certs = coffer::certs;
namespace test = coffer::test;
using certs::ChainFault;

namespace {

const std::int64_t kNow = std::time(nullptr);

certs::Certificate read(const test::TestCertificate& made) {
  return certs::Certificate::from_der(made.der()).value();
}

certs::Certificate with_names(const std::string& names) {
  test::CertificateWish wish;
  wish.alternative_names = names;
  return read(test::self_signed(wish));
}

certs::ChainVerdict server_verdict(const test::CertificateWish& ca_wish,
                                   const test::CertificateWish& leaf_wish) {
  const auto root = test::self_signed(ca_wish);
  const auto leaf = test::issued_by(root, leaf_wish);
  return certs::verify_chain(read(leaf), {}, {read(root)}, kNow, certs::ChainPurpose::kServer);
}

test::CertificateWish authority() {
  test::CertificateWish wish;
  wish.common_name = "root";
  wish.authority = true;
  return wish;
}

}  // namespace

TEST_CASE("a server's certificate is for servers, and so are the CAs above it") {
  test::CertificateWish leaf;
  CHECK(server_verdict(authority(), leaf));
  leaf.extended_key_usage = "clientAuth";
  CHECK(server_verdict(authority(), leaf).fault == ChainFault::kPurpose);
  leaf.extended_key_usage = "clientAuth,serverAuth";
  CHECK(server_verdict(authority(), leaf));
  leaf.key_usage = "critical,keyCertSign";
  CHECK(server_verdict(authority(), leaf).fault == ChainFault::kPurpose);
  leaf.key_usage = "critical,keyEncipherment";
  CHECK(server_verdict(authority(), leaf));
  auto ca = authority();
  ca.extended_key_usage = "clientAuth";
  CHECK(server_verdict(ca, leaf).fault == ChainFault::kPurpose);
}

TEST_CASE("the fault of a chain has a name") {
  test::CertificateWish leaf;
  leaf.days_from = -20;
  leaf.days_to = -10;
  const auto expired = server_verdict(authority(), leaf);
  CHECK(expired.fault == ChainFault::kExpired);
  CHECK(expired.of_leaf);
  auto ca = authority();
  ca.days_from = 5;
  const auto early = server_verdict(ca, {});
  CHECK(early.fault == ChainFault::kNotYetValid);
  CHECK_FALSE(early.of_leaf);
  const auto alone = read(test::self_signed());
  CHECK(certs::verify_chain(alone, {}, {read(test::self_signed(authority()))}, kNow).fault ==
        ChainFault::kIssuerMissing);
  leaf = {};
  leaf.sha1 = true;
  CHECK(server_verdict(authority(), leaf).fault == ChainFault::kWeakHash);
  leaf = {};
  leaf.rsa_bits = 1024;
  CHECK(server_verdict(authority(), leaf).fault == ChainFault::kWeakKey);
  ca = authority();
  ca.name_constraints = "critical,permitted;IP:10.0.0.0/255.0.0.0";
  CHECK(server_verdict(ca, {}).fault == ChainFault::kNameConstraints);
}

TEST_CASE("names and wildcards") {
  const struct {
    const char* pattern;
    const char* host;
    bool covers;
  } cases[] = {
      {"host.example", "host.example", true},
      {"HOST.Example", "host.exAMPLE", true},
      {"host.example", "host.example.", true},
      {"host.example", "other.example", false},
      {"host.example", "a.host.example", false},
      {"*.host.example", "a.host.example", true},
      {"*.host.example", "xn--bcher-kva.host.example", true},
      {"*.host.example", "host.example", false},
      {"*.host.example", "a.b.host.example", false},
      {"*.host.example", ".host.example", false},
      {"*.example", "host.example", false},  // all of a top-level domain
      {"*", "host", false},
      {"a*.host.example", "ab.host.example", false},
      {"*a.host.example", "ba.host.example", false},
      {"a.*.example", "a.b.example", false},
      {"*.*.example", "a.b.example", false},
      {"", "", false},
      {"host.example", "", false},
      {"a..example", "a..example", false},
  };
  for (const auto& one : cases) {
    CAPTURE(one.pattern);
    CAPTURE(one.host);
    CHECK(certs::name_covers(one.pattern, one.host) == one.covers);
  }
}

TEST_CASE("a host is looked for in subjectAltName, an address among the addresses alone") {
  const auto both = with_names("DNS:host.example,IP:127.0.0.1,IP:::1");
  CHECK(certs::is_for_host(both, "host.example"));
  CHECK(certs::is_for_host(both, "127.0.0.1"));
  CHECK(certs::is_for_host(both, "::1"));
  CHECK(certs::is_for_host(both, "0:0:0:0:0:0:0:1"));
  CHECK_FALSE(certs::is_for_host(both, "127.0.0.2"));
  CHECK_FALSE(certs::is_for_host(both, "::2"));
  CHECK_FALSE(certs::is_for_host(with_names("DNS:127.0.0.1"), "127.0.0.1"));
  CHECK_FALSE(certs::is_for_host(with_names("email:a@host.example"), "host.example"));
  // The common name is 127.0.0.1 throughout.
  CHECK_FALSE(certs::is_for_host(with_names(""), "127.0.0.1"));
  CHECK_FALSE(certs::is_for_host(both, std::string("host.example\0.evil", 18)));
}
