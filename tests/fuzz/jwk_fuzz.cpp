// A key that is read is on the curve and is written as it would be read again.
#include <cstdint>
#include <string>
#include <string_view>

#include "jose/base64url.h"
#include "jose/jwk.h"
#include "require.h"

namespace core = coffer::core;
namespace jose = coffer::jose;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto point = jose::read_public_jwk(text)) {
    require(jose::read_public_jwk(jose::public_jwk(*point)) == point);
    require(coffer::crypto::P256Point::from_coordinates(point->x(), point->y()) == point);
  }
  if (const auto key = jose::read_private_key(core::Secret(std::string(text)))) {
    const auto again = jose::read_private_key(jose::private_jwk(*key));
    require(again && again->d().reveal() == key->d().reveal() && again->point() == key->point());
  }
  if (const auto octets = jose::decode_base64url(text)) require(jose::base64url(*octets) == text);
  require(jose::decode_base64url(jose::base64url(text)) == text);
  (void)jose::decode_base64_lenient(text);
  return 0;
}
