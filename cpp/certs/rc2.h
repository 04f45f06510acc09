// RC2 in CBC mode (RFC 2268), decryption only: the cipher of certificates in old PKCS #12 files,
// which mbedTLS does not have.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/wipe.h"

namespace coffer::certs {

// `bits` is the effective length of the key. `text` must be whole blocks of 8 octets and `iv` 8
// octets, else nullopt. The padding stays.
std::optional<core::Secret> rc2_cbc_decrypt(std::string_view key, int bits, std::string_view iv,
                                            std::string_view text);

}  // namespace coffer::certs
