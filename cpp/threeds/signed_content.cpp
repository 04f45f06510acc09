#include "threeds/signed_content.h"

#include <optional>
#include <utility>
#include <variant>

#include "certs/chain.h"
#include "core/error.h"
#include "core/json.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "net/url.h"

namespace coffer::threeds {
namespace {

constexpr std::int32_t kBadCertificate = 602;
constexpr std::int32_t kBadAuthResponse = 604;
constexpr std::size_t kDepth = 32;  // emv-3ds.md 14

[[noreturn]] void refuse(std::int32_t code, const std::string& why) {
  throw core::Error(code, "acsSignedContent is refused: " + why);
}

// Step 3: the leaf's key fits the algorithm.
const crypto::PublicKey& checked_key(const certs::Certificate& leaf, jose::JwsAlgorithm algorithm) {
  if (!leaf.public_key()) {
    refuse(kBadCertificate,
           "the ACS's certificate has neither a P-256 key nor an RSA key of at least 2048 bits.");
  }
  const bool elliptic = std::holds_alternative<crypto::P256Point>(*leaf.public_key());
  if (elliptic != (algorithm == jose::JwsAlgorithm::kEs256)) {
    refuse(kBadAuthResponse, "its alg does not fit the key of the ACS's certificate.");
  }
  return *leaf.public_key();
}

// Some 3DS Servers hand the JWK on as a JSON string.
std::optional<crypto::P256Point> point_of(const core::JsonView& value) {
  if (const auto text = value.string()) {
    return jose::read_public_jwk(*text);
  }
  return jose::read_public_jwk(value);
}

// Steps 6 and 7.
SignedContent checked_payload(const std::string& payload, const crypto::P256Point& own_key) {
  core::JsonLimits limits;
  limits.max_depth = kDepth;
  limits.replace_lone_surrogates = false;
  limits.allow_nul = false;
  const auto document =
      core::Document::parse(payload, kBadAuthResponse, "acsSignedContent", limits);
  const core::JsonView root = document.root();
  if (!root.is_object()) {
    refuse(kBadAuthResponse, "its payload is no JSON object.");
  }
  const std::string url = root["acsURL"].string_or("");
  const net::Url parsed = net::Url::parse(url);
  if (!parsed.valid || parsed.scheme != "https" || parsed.has_userinfo) {
    refuse(kBadAuthResponse, "its acsURL is no https URL.");
  }
  const auto acs_key = point_of(root["acsEphemPubKey"]);
  if (!acs_key) {
    refuse(kBadAuthResponse, "its acsEphemPubKey is no P-256 key.");
  }
  const auto sdk_key = point_of(root["sdkEphemPubKey"]);
  if (!sdk_key || *sdk_key != own_key) {
    refuse(kBadAuthResponse,
           "its sdkEphemPubKey is not the key of this transaction; it answers another one.");
  }
  return {url, *acs_key};
}

}  // namespace

SignedContent verify_signed_content(std::string_view compact, const SignedContentRules& rules) {
  const jose::ParsedJws jws = jose::parse_jws(compact);
  if (!jws) {
    refuse(kBadAuthResponse, jws.problem);
  }
  if (jws.x5c.empty()) {
    refuse(kBadAuthResponse, "its header has no x5c.");
  }
  certs::X5c x5c = certs::read_x5c(jws.x5c);
  if (!x5c.problem.empty() || x5c.certificates.empty()) {
    refuse(kBadCertificate, x5c.problem);
  }
  const certs::Certificate leaf = x5c.certificates.front();
  x5c.certificates.erase(x5c.certificates.begin());
  const crypto::PublicKey& key = checked_key(leaf, jws.algorithm);
  if (!rules.accept_any_chain) {
    const auto verdict = certs::verify_chain(leaf, x5c.certificates, rules.anchors, rules.now);
    if (!verdict) {
      refuse(kBadCertificate, verdict.problem);
    }
  }
  if (const std::string problem = jose::signature_problem(jws, key); !problem.empty()) {
    refuse(kBadAuthResponse, problem);
  }
  return checked_payload(jws.payload, rules.own_key);
}

}  // namespace coffer::threeds
