// What belongs to one transaction: from its key pair to the end of its challenge.
//
// Threads: the thread that is inside an action of the Client; keys and timer as they say.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "crypto/p256.h"
#include "jose/jwe.h"
#include "threeds/challenge.h"
#include "threeds/challenge_timer.h"
#include "threeds/session_keys.h"
#include "threeds/version.h"

namespace coffer::threeds {

// emv-3ds.md 1.
enum class Stage : std::uint8_t {
  kIdle,            // nothing yet
  kRequested,       // there is a key pair, the auth response is awaited
  kChallengeReady,  // acsSignedContent is verified
  kChallengeOpen,   // a CReq went out
  kDone,
};

struct Transaction {
  Stage stage = Stage::kIdle;
  // Made by this object's get_auth_request: what the AReq said holds, whatever the properties say
  // by now. A transaction that was handed over takes them from the properties.
  bool ours = false;
  Version version = Version::k210;
  std::string sdk_trans_id;
  std::string reference;
  std::chrono::minutes max_timeout{0};

  SessionKeys keys;
  ChallengeTimer timer;
  std::optional<crypto::P256Point> acs_key;
  std::unique_ptr<Challenge> challenge;
  jose::Encryption encryption = jose::Encryption::kA128CbcHs256;  // of the whole challenge

  void clear() noexcept {
    finish();
    stage = Stage::kIdle;
    ours = false;
    sdk_trans_id.clear();
    reference.clear();
  }
  // Nothing may follow; no key is left.
  void finish() noexcept {
    stage = Stage::kDone;
    keys.wipe();
    timer.stop();
    acs_key.reset();
    challenge.reset();
  }
};

}  // namespace coffer::threeds
