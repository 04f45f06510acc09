// What is understood holds the octets that it was read from, and nothing that is not of the key
// verifies. The input is a compact JWS, and also the header of one.
#include <cstdint>
#include <string>
#include <string_view>

#include "certs/chain.h"
#include "crypto/p256.h"
#include "jose/base64url.h"
#include "jose/jws.h"
#include "require.h"

namespace jose = coffer::jose;

namespace {

void check(std::string_view token) {
  static const coffer::crypto::PublicKey key =
      coffer::crypto::P256Key::from_private(std::string(31, '\0') + '\x07').value().point();
  const auto jws = jose::parse_jws(token);
  if (!jws) return;
  require(jws.signing_input == jose::base64url(jws.header) + '.' + jose::base64url(jws.payload));
  require(jws.signing_input + '.' + jose::base64url(jws.signature) == token);
  require(!jose::signature_problem(jws, key).empty());
  const auto x5c = coffer::certs::read_x5c(jws.x5c);
  require(x5c.problem.empty() == (x5c.certificates.size() == jws.x5c.size() && !jws.x5c.empty()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text);
  check(jose::base64url(text) + ".e30." + jose::base64url(std::string(64, '\x01')));
  return 0;
}
