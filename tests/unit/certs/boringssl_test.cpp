// BoringSSL's chains (Apache-2.0): a folder for each kind of fault. Purposes and policies do not
// concern chains of acsSignedContent; those cases are listed with our own expectation.
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <string>

#include "certs/chain.h"
#include "certs/store.h"
#include "core/error.h"
#include "core/text.h"
#include "testdata.h"

namespace certs = coffer::certs;
namespace core = coffer::core;
namespace fs = std::filesystem;

namespace {

// folder/test -> whether we accept.
const std::map<std::string, bool> kOurOwn = {
    // Purposes (extKeyUsage): none is defined for this signature.
    {"intermediate-eku-c2pamanifest/c2patimestamp.test", true},
    {"intermediate-eku-c2pamanifest/clientauth.test", true},
    {"intermediate-eku-c2pamanifest/serverauth.test", true},
    {"intermediate-eku-c2patimestamping/c2pamanifest.test", true},
    {"intermediate-eku-c2patimestamping/clientauth.test", true},
    {"intermediate-eku-c2patimestamping/serverauth.test", true},
    {"target-eku-any/clientauth-strict-leaf.test", true},
    {"target-eku-any/clientauth-strict.test", true},
    {"target-eku-any/mlsclientauth.test", true},
    {"target-eku-any/serverauth-strict-leaf.test", true},
    {"target-eku-any/serverauth-strict.test", true},
    {"target-eku-clientauth/clientauth-strict.test", true},
    {"target-eku-clientauth/serverauth-strict.test", true},
    {"target-eku-clientauth/serverauth.test", true},
    {"target-eku-none/clientauth-strict-leaf.test", true},
    {"target-eku-none/clientauth-strict.test", true},
    {"target-eku-none/mlsclientauth.test", true},
    {"target-eku-none/serverauth-strict.test", true},
    {"target-selfsigned/trusted_leaf-wrong_eku.test", true},
    {"target-not-end-entity/strict-leaf.test", true},
    {"target-not-end-entity/strict.test", true},
    // Policies: qualifiers are not looked at; policyConstraints is refused.
    {"unknown-critical-policy-qualifier/main.test", true},
    {"policies-inhibit-anypolicy-by-root-ok/main.test", false},
    {"policies-inhibit-anypolicy-by-root-ok/ta-with-constraints.test", false},
    {"policies-inhibit-mapping-by-root-fail/main.test", false},
    {"policies-ok/ta-with-constraints.test", false},
    // A critical extension of another protocol.
    {"intermediate-eku-mlsclientauth/mlsclientauth.test", false},
    // SHA-1 signatures.
    {"issuer-and-subject-not-byte-for-byte-equal/anchor.test", false},
    {"issuer-and-subject-not-byte-for-byte-equal/target.test", false},
    // Constraints upon URIs are enforced; there they are passed over.
    {"many-names/ok-all-types.test", false},
    // Anchors, too, need the CA flag to vouch for others, and vouch for themselves without it.
    {"root-lacks-basic-constraints/ta-with-require-basic-constraints.test", false},
    {"target-selfissued/trusted_anchor.test", true},
    {"target-selfissued/trusted_leaf_require_self_signed.test", true},
};

struct Case {
  std::string chain;
  std::int64_t now = 0;
  std::string trust;
  bool good = true;
};

std::int64_t moment(std::string_view text) {
  if (text == "DEFAULT") text = "211005120000Z";  // README.origin.txt
  const auto part = [&](std::size_t at) { return std::string(text.substr(at, 2)); };
  return core::parse_timestamp("20" + part(0) + '-' + part(2) + '-' + part(4) + 'T' + part(6) +
                               ':' + part(8) + ':' + part(10) + 'Z')
      .value();
}

Case read_case(const fs::path& file) {
  Case out;
  const std::string text = testdata_file(file);
  bool errors = false;
  for (const std::string_view line : core::split(text, '\n')) {
    const auto value = [&](std::string_view key) -> std::optional<std::string> {
      if (!core::starts_with(line, key)) return std::nullopt;
      return std::string(core::trim(line.substr(key.size())));
    };
    if (errors && line.find("ERROR:") != std::string_view::npos) out.good = false;
    if (core::starts_with(line, "expected_errors:")) errors = true;
    if (errors) continue;
    if (const auto chain = value("chain:")) out.chain = *chain;
    if (const auto time = value("utc_time:")) out.now = moment(*time);
    if (const auto trust = value("last_cert_trust:")) out.trust = *trust;
  }
  return out;
}

bool accepted(const Case& one, const fs::path& folder) {
  const std::string pem = testdata_file(folder / one.chain);
  std::vector<certs::Certificate> chain;
  std::size_t blocks = 0;
  for (std::size_t at = 0; (at = pem.find("-----BEGIN", at)) != std::string::npos; ++at)
    ++blocks;
  try {
    for (const auto& entry :
         certs::read_store(pem, certs::StoreType::kPublicKeyBlob, core::Secret())) {
      if (entry.certificate) chain.push_back(*entry.certificate);
    }
  } catch (const core::Error&) {
    return false;
  }
  if (chain.size() != blocks || !chain.front().public_key()) return false;
  std::vector<certs::Certificate> anchors;
  if (core::starts_with(one.trust, "TRUSTED_")) anchors.push_back(chain.back());
  const certs::Certificate leaf = chain.front();
  const std::vector<certs::Certificate> between(chain.begin() + 1, chain.end());
  return static_cast<bool>(certs::verify_chain(leaf, between, anchors, one.now));
}

}  // namespace

TEST_CASE("BoringSSL's chains") {
  int ran = 0;
  const fs::path base = fs::path("x509") / "boringssl-chains";
  for (const auto& entry : fs::recursive_directory_iterator(testdata() / base)) {
    if (entry.path().extension() != ".test") continue;
    ++ran;
    const fs::path file = fs::relative(entry.path(), testdata());
    const std::string id = file.lexically_relative(base).string();
    const Case one = read_case(file);
    CAPTURE(id);
    const auto own = kOurOwn.find(id);
    const bool expected = own == kOurOwn.end() ? one.good : own->second;
    CHECK(accepted(one, file.parent_path()) == expected);
    if (own != kOurOwn.end()) CHECK(own->second != one.good);
  }
  MESSAGE("BoringSSL: " << ran << " chains, " << kOurOwn.size() << " with our own expectation");
  CHECK(ran >= 80);
}
