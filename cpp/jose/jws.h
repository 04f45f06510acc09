// JWS compact serialization (RFC 7515) as acsSignedContent uses it: ES256 and PS256, verified with
// the key of the first certificate of x5c. jwk, jku, x5u and kid are never looked at.
//
// Threads: free functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/public_key.h"

namespace coffer::jose {

enum class JwsAlgorithm { kEs256, kPs256 };

struct ParsedJws {
  std::string problem = "it was not read";  // why it was refused; empty when it was understood
  std::string header;                       // JSON text
  JwsAlgorithm algorithm = JwsAlgorithm::kEs256;
  std::vector<std::string> x5c;  // as sent; empty when the header has none
  std::string payload;           // decoded octets
  std::string signing_input;     // header.payload, octets as received
  std::string signature;
  explicit operator bool() const noexcept { return problem.empty(); }
};
// Three parts in strict base64url; alg ES256 or PS256; no crit, no header name twice; x5c, when
// there, an array of strings.
ParsedJws parse_jws(std::string_view compact);

// Empty when the signature is good, else why not: the key does not fit the algorithm, or the
// signature is not of this key over these octets.
std::string signature_problem(const ParsedJws& jws, const crypto::PublicKey& key);

}  // namespace coffer::jose
