// RSA public keys of 2048 to 8192 bits: OAEP encryption and PSS verification, SHA-256 for hash
// and MGF1 throughout (RFC 8017; RFC 7518 sections 3.5 and 4.3).
//
// Threads: any thread at once; the copies of a key share one context behind a lock.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/random.h"

namespace coffer::crypto {

class RsaPublicKey {
 public:
  // Big-endian; nullopt below 2048 or above 8192 bits, for an even modulus, and for an exponent
  // that is even, below 3 or longer than 64 bits.
  static std::optional<RsaPublicKey> from_parts(std::string_view n, std::string_view e);

  std::size_t bits() const noexcept;
  const std::string& n() const noexcept;  // without leading zeros
  const std::string& e() const noexcept;

  // `text` at most size of the modulus - 66 octets; 30005 when it is longer.
  std::string encrypt_oaep(std::string_view text, Random& random) const;
  // The salt must be 32 octets long.
  bool verify_pss(const std::array<std::uint8_t, 32>& sha256, std::string_view signature) const;

 private:
  struct Context;
  explicit RsaPublicKey(std::shared_ptr<Context> context) : context_(std::move(context)) {}
  std::shared_ptr<Context> context_;
};

}  // namespace coffer::crypto
