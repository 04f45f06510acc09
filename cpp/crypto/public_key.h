// The public keys that the library works with.
#pragma once

#include <variant>

#include "crypto/p256.h"
#include "crypto/rsa.h"

namespace coffer::crypto {

using PublicKey = std::variant<P256Point, RsaPublicKey>;

}  // namespace coffer::crypto
