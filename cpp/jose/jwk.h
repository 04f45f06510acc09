// P-256 keys as JWK (RFC 7517, RFC 7518 section 6.2), and private ones as PEM.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"
#include "core/wipe.h"
#include "crypto/p256.h"

namespace coffer::jose {

// {"kty":"EC","crv":"P-256","x":"…","y":"…"}: these members, in this order, no white space.
std::string public_jwk(const crypto::P256Point& point);
// The same with "d".
core::Secret private_jwk(const crypto::P256Key& key);

// Other members are ignored. nullopt for another kty or crv, coordinates that are not 32 octets in
// strict base64url, and points that are not on the curve.
std::optional<crypto::P256Point> read_public_jwk(const core::JsonView& jwk);
std::optional<crypto::P256Point> read_public_jwk(std::string_view text);
// A JWK, or PEM (PKCS#8 or SEC1, unencrypted) as SDKEphemeralPrivateKey accepts it.
std::optional<crypto::P256Key> read_private_key(const core::Secret& text);

}  // namespace coffer::jose
