// x509-limbo (C2SP, Apache-2.0): chains with expected results for servers on the web. What is said
// there of host names, purposes, revocation and the CA/Browser profile does not concern chains of
// acsSignedContent; those cases are listed with our own expectation.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "certs/chain.h"
#include "certs/store.h"
#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "testdata.h"

namespace certs = coffer::certs;
namespace core = coffer::core;

namespace {

// id -> whether we accept.
const std::map<std::string, bool> kOurOwn = {
    // Revocation is not checked (emv-3ds, section 5.1, step 4).
    {"crl::crlnumber-critical", true},
    {"crl::issuer-missing-crlsign", true},
    // Key identifiers are hints for the search; whether they are there and critical is not judged.
    {"rfc5280::aki::critical-aki", true},
    {"rfc5280::aki::intermediate-missing-aki", true},
    {"rfc5280::ski::critical-ski", true},
    {"rfc5280::ski::root-missing-ski", true},
    {"webpki::aki::root-with-aki-all-fields", true},
    {"webpki::aki::root-with-aki-ski-mismatch", true},
    // Rules for issuers that change nothing about who vouches for whom.
    {"rfc5280::nc::not-allowed-in-ee-critical", true},
    {"rfc5280::nc::permitted-dns-match-noncritical", true},
    {"rfc5280::pc::ica-noncritical-pc", true},
    {"rfc5280::root-non-critical-basic-constraints", true},
    {"rfc5280::san::noncritical-with-empty-subject", true},
    {"rfc5280::serial::zero", true},
    {"webpki::ca-as-leaf", true},
    {"webpki::forbidden-rsa-not-divisible-by-8-in-root", true},
    {"webpki::v1-cert", true},
    // Purposes and host names.
    {"rfc5280::eku::ee-wrong-eku", true},
    {"webpki::eku::ee-anyeku", true},
    {"webpki::eku::ee-without-eku", true},
    {"rfc5280::san::ip-in-dns", true},
    {"webpki::cn::case-mismatch", true},
    {"webpki::cn::ipv4-leading-zeros-mismatch", true},
    {"webpki::cn::ipv6-uncompressed-mismatch", true},
    {"webpki::cn::not-in-san", true},
    {"webpki::cn::utf8-vs-punycode-mismatch", true},
    {"webpki::san::mismatch-domain-san", true},
    {"webpki::san::mismatch-subdomain-san", true},
    {"webpki::san::public-suffix-multi-label-wildcard-san", true},
    {"webpki::san::public-suffix-wildcard-san", true},
    {"webpki::san::san-wildcard-only", true},
    {"webpki::san::unicode-emoji-san", true},
    {"webpki::san::wildcard-embedded-ulabel-san", true},
    {"webpki::san::wildcard-not-in-leftmost-san", true},
};

std::vector<certs::Certificate> read(const core::JsonView& list) {
  std::vector<certs::Certificate> out;
  for (auto pem = list.first(); pem; pem = pem.next()) {
    try {
      const auto entry = certs::read_encoded(pem.string_or(""));
      if (entry.certificate) out.push_back(*entry.certificate);
    } catch (const core::Error&) {
      continue;  // cannot vouch for anybody
    }
  }
  return out;
}

bool accepted(const core::JsonView& test) {
  std::optional<certs::Certificate> leaf;
  try {
    leaf = certs::read_encoded(test["peer_certificate"].string_or("")).certificate;
  } catch (const core::Error&) {
    return false;
  }
  if (!leaf || !leaf->public_key()) return false;  // as the check of acsSignedContent asks for
  const auto now = core::parse_timestamp(test["validation_time"].string_or("2024-01-01T00:00:00Z"));
  const auto verdict = certs::verify_chain(*leaf, read(test["untrusted_intermediates"]),
                                           read(test["trusted_certs"]), now.value());
  const std::string why = verdict.problem;
  INFO(why);
  return static_cast<bool>(verdict);
}

}  // namespace

TEST_CASE("x509-limbo") {
  const std::string text = testdata_file("x509/limbo/limbo.subset.json");
  REQUIRE_FALSE(text.empty());
  const auto document = core::Document::parse(text, 706, "limbo");
  int ran = 0;
  for (auto test = document.root()["testcases"].first(); test; test = test.next()) {
    const std::string id = test["id"].string_or("");
    // mbedTLS 2.28 reads this malformed key identifier, 3.6 does not; either will do.
    if (id == "webpki::aki::root-with-aki-authoritycertserialnumber") continue;
    ++ran;
    CAPTURE(id);
    const auto own = kOurOwn.find(id);
    const bool theirs = test["expected_result"].string() == "SUCCESS";
    const bool expected = own == kOurOwn.end() ? theirs : own->second;
    CHECK(accepted(test) == expected);
    // A line of the list that changes nothing is out of date.
    if (own != kOurOwn.end()) CHECK(own->second != theirs);
  }
  MESSAGE("x509-limbo: " << ran << " chains, " << kOurOwn.size() << " with our own expectation");
  CHECK(ran >= 100);
}
