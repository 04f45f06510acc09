#include "jose/jws.h"

#include <optional>
#include <utility>

#include "crypto/digest.h"
#include "jose/base64url.h"
#include "jose/compact.h"

namespace coffer::jose {
namespace {

constexpr std::size_t kParts = 3;
// x5c may hold 64 KiB (contract, section 5); nothing else in the header is long.
constexpr std::size_t kMostHeaderOctets = std::size_t{80} << 10;

ParsedJws refused(std::string problem) {
  ParsedJws jws;
  jws.problem = std::move(problem);
  return jws;
}

std::optional<JwsAlgorithm> algorithm_of(const core::JsonView& alg) {
  const auto text = alg.string();
  if (text == "ES256") return JwsAlgorithm::kEs256;
  if (text == "PS256") return JwsAlgorithm::kPs256;
  return std::nullopt;
}

bool read_x5c(const core::JsonView& x5c, std::vector<std::string>& out) {
  if (!x5c) return true;
  if (!x5c.is_array()) return false;
  for (core::JsonView entry = x5c.first(); entry; entry = entry.next()) {
    auto text = entry.string();
    if (!text) return false;
    out.push_back(std::move(*text));
  }
  return true;
}

}  // namespace

ParsedJws parse_jws(std::string_view compact) {
  const auto pieces = parts(compact, kParts);
  if (!pieces) return refused("it does not have three parts");
  Header header = read_header((*pieces)[0], kMostHeaderOctets);
  if (!header.problem.empty()) return refused(std::move(header.problem));
  const core::JsonView root = header.document->root();
  ParsedJws jws;
  const auto algorithm = algorithm_of(root["alg"]);
  if (!algorithm) return refused("alg is neither ES256 nor PS256");
  jws.algorithm = *algorithm;
  if (!read_x5c(root["x5c"], jws.x5c)) return refused("x5c is not an array of strings");
  auto payload = decode_base64url((*pieces)[1]);
  auto signature = decode_base64url((*pieces)[2]);
  if (!payload || !signature) return refused("a part is not base64url");
  jws.header = std::move(header.json);
  jws.payload = std::move(*payload);
  jws.signature = std::move(*signature);
  jws.problem.clear();
  jws.signing_input = compact.substr(0, (*pieces)[0].size() + 1 + (*pieces)[1].size());
  return jws;
}

std::string signature_problem(const ParsedJws& jws, const crypto::PublicKey& key) {
  if (!jws.problem.empty()) return jws.problem;
  const auto hash = crypto::sha256(jws.signing_input);
  bool good = false;
  if (jws.algorithm == JwsAlgorithm::kEs256) {
    const auto* const point = std::get_if<crypto::P256Point>(&key);
    if (point == nullptr) return "ES256 needs a P-256 key";
    good = crypto::verify_ecdsa(
        *point, {static_cast<const char*>(static_cast<const void*>(hash.data())), hash.size()},
        jws.signature);
  } else {
    const auto* const rsa = std::get_if<crypto::RsaPublicKey>(&key);
    if (rsa == nullptr) return "PS256 needs an RSA key";
    good = rsa->verify_pss(hash, jws.signature);
  }
  return good ? std::string() : "the signature is not of this key over these octets";
}

}  // namespace coffer::jose
