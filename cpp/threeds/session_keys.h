// The ephemeral key pair of a transaction and, from its first CReq on, the session key and the
// counter of what was sent (emv-3ds.md 6).
//
// Threads: an object belongs to one thread at a time, except private_jwk, which any thread may
// call.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/wipe.h"
#include "crypto/p256.h"
#include "crypto/random.h"
#include "jose/jwe.h"

namespace coffer::threeds {

class SessionKeys {
 public:
  SessionKeys() = default;
  SessionKeys(const SessionKeys&) = delete;
  SessionKeys& operator=(const SessionKeys&) = delete;
  ~SessionKeys() { wipe(); }

  // A pair of this transaction alone; 601 when it cannot be made.
  void generate(crypto::Random& random);
  void adopt(crypto::P256Key key);
  // The private half: "" once the session key exists, for a second sender would repeat an A128GCM
  // key and IV (contract section 5).
  core::Secret private_jwk() const;
  bool has_private() const;
  const std::optional<crypto::P256Point>& own() const noexcept { return own_; }

  // Both ends of the session key; the private key is gone afterwards. `reference` is the SDK
  // reference number as it stands in the AReq.
  void agree(const crypto::P256Point& acs, std::string_view reference);
  bool ready() const noexcept { return !outgoing_.cbc_hs256.empty(); }

  // The counter of the next CReq; nullopt when all 256 are spent.
  std::optional<std::uint8_t> next_counter() const noexcept;
  // Seals the CReq that carries next_counter, and counts it.
  std::string seal(std::string_view creq, jose::Encryption encryption, std::string_view kid,
                   crypto::Random& random);
  jose::Opened open(std::string_view compact) const;

  void wipe() noexcept;

 private:
  mutable std::mutex mutex_;  // guards key_
  std::optional<crypto::P256Key> key_;
  std::optional<crypto::P256Point> own_;
  jose::SessionKey outgoing_;
  jose::SessionKey incoming_;
  unsigned sent_ = 0;
};

}  // namespace coffer::threeds
