// The two content encryptions of EMV 3-D Secure: AES-128-CBC with HMAC-SHA-256 and AES-128-GCM
// (RFC 7518 sections 5.2.3 and 5.3).
//
// Threads: free functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/wipe.h"

namespace coffer::crypto {

constexpr std::size_t kTagOctets = 16;

struct Sealed {
  std::string ciphertext;
  std::string tag;  // kTagOctets
};

// Key 32 octets (HMAC key, then AES key), IV 16. A wrong size of key or IV is 30005.
Sealed seal_cbc_hs256(const core::Secret& key, std::string_view iv, std::string_view aad,
                      std::string_view plaintext);
// nullopt for whatever is wrong. The tag is compared in constant time before anything is decrypted.
std::optional<core::Secret> open_cbc_hs256(const core::Secret& key, std::string_view iv,
                                           std::string_view aad, std::string_view ciphertext,
                                           std::string_view tag);

// Key 16 octets, IV 12.
Sealed seal_gcm(const core::Secret& key, std::string_view iv, std::string_view aad,
                std::string_view plaintext);
std::optional<core::Secret> open_gcm(const core::Secret& key, std::string_view iv,
                                     std::string_view aad, std::string_view ciphertext,
                                     std::string_view tag);

// In a time that depends on the sizes alone.
bool equal_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace coffer::crypto
