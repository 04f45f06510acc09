// The one-round Concat KDF over SHA-256 (NIST SP 800-56A section 5.8.1, RFC 7518 section 4.6.2).
#pragma once

#include <string_view>

#include "core/wipe.h"

namespace coffer::jose {

// As RFC 7518 has it: `algorithm` is the "enc" for direct agreement, apu and apv are decoded
// octets, `octets` (at most 32) the length of the key.
core::Secret concat_kdf(const core::Secret& z, std::string_view algorithm, std::string_view apu,
                        std::string_view apv, std::size_t octets);

// As EMV 3-D Secure has it: no algorithm, no PartyUInfo, always 32 octets. `party_v` is the SDK
// reference number for the session key, the directoryServerID for device information.
core::Secret emv_kdf(const core::Secret& z, std::string_view party_v);

}  // namespace coffer::jose
