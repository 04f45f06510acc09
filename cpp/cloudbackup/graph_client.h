// Requests to the service under the rules that hold for all of them: how many at once, the throttle
// gate, the token, what a refusal means. Retries of ordinary failures are the callers' affair.
//
// Threads: one (the engine's).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>

#include "cloudbackup/credentials.h"
#include "cloudbackup/run_settings.h"
#include "cloudbackup/throttle_gate.h"
#include "cloudbackup/timers.h"
#include "core/log.h"
#include "graph/service_error.h"
#include "net/transport.h"

namespace coffer::cloudbackup {

// What became of a call: a 200 (code 0), a refusal of the service, or a failure of the transport.
struct CallResult {
  std::int32_t code = 0;
  std::string text;
  bool transient = false;  // worth another try
  bool refused = false;    // the service answered; `service` says what
  graph::Classified service;
  net::Reply reply;
};

struct Call {
  std::string method = "GET";
  std::string url;
  std::string body;  // JSON
  bool json = true;  // Accept: application/json
  int weight = 1;    // a batch counts as min(4, its items)
  bool fresh_connection = false;
  std::size_t max_reply = std::size_t{64} << 20;              // octets after decoding
  std::function<std::shared_ptr<net::BodySink>()> make_sink;  // for each attempt; may be empty
  std::function<void(CallResult&&)> done;
};

class GraphClient {
 public:
  struct Ports {
    net::Transport& transport;
    Credentials& credentials;
    const core::Clock& clock;
    core::Log& log;
    // Ends the run: 280, 281, 707, 708, 713, 715.
    std::function<void(std::int32_t, const std::string&)> fatal;
  };
  GraphClient(const RunSettings& settings, Ports ports);
  GraphClient(const GraphClient&) = delete;
  GraphClient& operator=(const GraphClient&) = delete;
  ~GraphClient();

  void submit(Call call);
  // Starts what may start now.
  void pump();
  // When pump has something to do without a reply having come.
  std::optional<core::Clock::Time> next_event() const;
  void cancel_all();

  int limit() const noexcept { return limit_; }
  std::size_t waiting() const noexcept { return queue_.size(); }
  std::size_t in_flight() const noexcept { return under_way_.size(); }

  // For the items of a batch, whose refusals travel inside a 200. False: the run has ended (715).
  bool throttled(const graph::Classified& refusal);

 private:
  struct Pending {
    Call call;
    std::uint64_t token_generation = 0;
    int throttled = 0;                 // while others succeeded
    std::uint64_t successes_then = 0;  // successes_ at its last refusal
  };

  void start(std::shared_ptr<Pending> pending);
  void finished(const std::shared_ptr<Pending>& pending, net::Outcome&& outcome);
  void unauthorized(const std::shared_ptr<Pending>& pending, CallResult&& result);
  void throttled_call(const std::shared_ptr<Pending>& pending, CallResult&& result);
  void refresh_token();
  std::string new_request_id();

  const RunSettings& settings_;
  Ports ports_;
  ThrottleGate gate_;
  int limit_;
  int weight_in_flight_ = 0;
  std::deque<std::shared_ptr<Pending>> queue_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Pending>> under_way_;
  bool refreshing_ = false;
  bool ended_ = false;
  std::uint64_t token_generation_ = 0;
  std::uint64_t successes_ = 0;
  std::uint64_t refreshed_at_ = UINT64_MAX;  // successes_ at the last refresh
  std::mt19937_64 random_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace coffer::cloudbackup
