// The way to the ACS: one POST at a time over the network layer, with a loop of its own on the
// caller's thread, so that a timeout, an interrupt and a handler's question are served meanwhile.
//
// Threads: everything belongs to the thread that calls post, except interrupt.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/clock.h"
#include "net/options.h"
#include "net/transport.h"

namespace coffer::threeds {

// emv-3ds.md 14: bodies are capped.
inline constexpr std::size_t kMaxReply = std::size_t{1} << 20;
// emv-3ds.md 12: the longest wait for a CRes, and for an Erro to be taken.
inline constexpr std::chrono::seconds kReadTimeout{10};

struct AcsMessage {
  std::string url;
  std::string content_type;
  std::string request_id;  // X-Request-ID (2.3.1), "" for none
  std::string body;
};

struct AcsLimits {
  std::chrono::seconds timeout = kReadTimeout;   // for each attempt; 0: none
  std::optional<core::Clock::Time> latest = {};  // SDKMaxTimeout
  bool retry = true;                             // once, when no connection came about
};

struct AcsReply {
  enum class Kind {
    kReply,        // status and body came whole
    kTooLong,      // more than kMaxReply octets
    kTimeout,      // the limit of this message passed
    kMaxTimeout,   // SDKMaxTimeout passed
    kInterrupted,  // interrupt
    kFailed,       // code and text say why
  };
  Kind kind = Kind::kFailed;
  std::int32_t code = 0;
  std::string text;
  bool sent = false;  // the request left
  int status = 0;
  std::string status_line;
  std::string body;
};

// Limits the contract's timeout of a CReq (section 5): min(timeout, 10 s), 0 stays 0.
std::chrono::seconds request_timeout(std::int64_t timeout_seconds) noexcept;

class AcsChannel {
 public:
  using MakeTransport = std::function<std::unique_ptr<net::Transport>(net::TransportOptions)>;
  using Idle = std::function<bool()>;  // false ends the wait as interrupt does

  AcsChannel(MakeTransport make, const core::Clock& clock, Idle idle);
  AcsChannel(const AcsChannel&) = delete;
  AcsChannel& operator=(const AcsChannel&) = delete;

  // Begins a call of the owner: an interrupt that came before is forgotten.
  void begin() noexcept;
  // Connections and answers about certificates live until close. What was opened with the same key
  // is gone on with, unless the key is empty.
  void open(net::TransportOptions options, const std::string& key = {});
  void close() noexcept;
  AcsReply post(const AcsMessage& message, const AcsLimits& limits);

  // Any thread, also a handler: ends the post that is under way and those until the next begin.
  void interrupt() noexcept;
  // Any thread: an interrupt that no begin forgets, for the owner is going.
  void end() noexcept;
  bool interrupted() const noexcept {
    return interrupted_.load(std::memory_order_acquire) || ended_.load(std::memory_order_acquire);
  }

 private:
  AcsReply attempt(const AcsMessage& message, const AcsLimits& limits);
  void wait(std::chrono::milliseconds limit);

  const MakeTransport make_;
  const core::Clock& clock_;
  const Idle idle_;
  std::atomic<bool> interrupted_{false};
  std::atomic<bool> ended_{false};
  core::Clock::Time::duration asked_{};  // spent in questions to the application
  core::Clock::Time last_idle_{};

  std::mutex mutex_;  // guards the pointer for interrupt
  std::unique_ptr<net::Transport> transport_;
  std::string key_;
};

}  // namespace coffer::threeds
