// One challenge: CReq after CReq under one session key, each with its answer, until the ACS says
// that it is complete or something ends it (emv-3ds.md 1, 6, 7, 11).
//
// Threads: an object belongs to one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "crypto/random.h"
#include "jose/jwe.h"
#include "threeds/acs_channel.h"
#include "threeds/challenge_timer.h"
#include "threeds/creq.h"
#include "threeds/cres.h"
#include "threeds/session_keys.h"

namespace coffer::threeds {

// Hears what goes to and fro. Texts of messages are clear: whoever logs them masks them.
class ChallengeListener {
 public:
  virtual ~ChallengeListener() = default;
  virtual void creq(std::string_view json) = 0;
  virtual void cres(std::string_view json) = 0;
  virtual void erro_out(std::string_view json) = 0;
  virtual void erro_in(std::string_view json) = 0;
  virtual void packet_out(std::string_view packet) = 0;
  virtual void packet_in(std::string_view packet) = 0;
  virtual void note(const std::string& text) = 0;  // for the log, without secrets
};

// What check_auth_response settled.
struct ChallengeTerms {
  Version version = Version::k210;
  TransactionIds ids;
  std::string acs_url;
  std::string acs_interface;
};

// How one CReq goes out.
struct ChallengeConduct {
  jose::Encryption encryption = jose::Encryption::kA128CbcHs256;
  std::chrono::seconds timeout = kReadTimeout;
  bool strict = false;
  std::vector<std::string> known_extensions;
};

// The challenge is over without a result. An Erro was sent or received when there is one.
struct ChallengeEnd {
  std::int32_t code = 0;
  std::string text;
  std::optional<Erro> erro;
  std::string error_packet;
};

using ChallengeOutcome = std::variant<Screen, FinalResult, ChallengeEnd>;

class Challenge {
 public:
  struct Ports {
    AcsChannel& channel;
    const core::Clock& clock;
    crypto::Random& random;
    SessionKeys& keys;  // with the session key
    ChallengeTimer& timer;
    ChallengeListener& listener;
  };

  Challenge(ChallengeTerms terms, Ports ports);
  Challenge(const Challenge&) = delete;
  Challenge& operator=(const Challenge&) = delete;

  // The message for an input. Throws 603 and 713: then nothing has happened and another input may
  // follow.
  CreqResult build(const CreqInput& input) const;
  // Sends it and waits for the answer. After FinalResult and ChallengeEnd nothing may follow.
  ChallengeOutcome send(const CreqResult& creq, const CreqInput& input,
                        const ChallengeConduct& conduct);
  // SDKMaxTimeout passed between two calls.
  ChallengeEnd expire(const ChallengeConduct& conduct);
  // All 256 counters are spent.
  bool exhausted() const noexcept { return !ports_.keys.next_counter(); }

 private:
  ChallengeOutcome judge(const AcsReply& reply, const CresExpectations& expected,
                         const ChallengeConduct& conduct);
  ChallengeOutcome read_body(std::string_view body, const CresExpectations& expected,
                             const ChallengeConduct& conduct);
  ChallengeOutcome conclude(CresOutcome outcome, std::string_view json,
                            const ChallengeConduct& conduct);
  ChallengeEnd answer_fault(const ProtocolFault& fault, const ChallengeConduct& conduct);
  ChallengeEnd answer_timeout(std::string text, const ChallengeConduct& conduct);
  ChallengeEnd received(const ReceivedErro& erro, std::string_view json) const;
  void send_erro(const std::string& packet, const ChallengeConduct& conduct);
  AcsMessage message(std::string_view content_type, std::string body) const;

  const ChallengeTerms terms_;
  Ports ports_;
  ScreenFacts last_;
  std::uint32_t next_incoming_ = 0;
  bool first_ = true;
};

}  // namespace coffer::threeds
