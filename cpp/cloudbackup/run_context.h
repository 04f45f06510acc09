// What the phases of one run share.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cloudbackup/counters.h"
#include "cloudbackup/graph_client.h"
#include "cloudbackup/listing_spool.h"
#include "cloudbackup/run_events.h"
#include "cloudbackup/run_settings.h"
#include "cloudbackup/timers.h"
#include "core/clock.h"
#include "core/log.h"
#include "store/backup_store.h"

namespace coffer::cloudbackup {

// One bit for each row of the index: the listing named it. A million messages are 125 KB.
class SeenRows {
 public:
  // False when it was set before.
  bool set(std::int64_t row) {
    const auto at = static_cast<std::size_t>(row);
    if (at >= bits_.size()) {
      bits_.resize(at + at / 2 + 1);
    }
    const bool fresh = !bits_[at];
    bits_[at] = true;
    return fresh;
  }
  bool contains(std::int64_t row) const {
    const auto at = static_cast<std::size_t>(row);
    return at < bits_.size() && bits_[at];
  }

 private:
  std::vector<bool> bits_;
};

struct RunContext {
  const RunSettings& settings;
  GraphClient& client;
  store::BackupStore& store;
  RunEvents& events;
  core::Log& log;
  Counters& counters;
  const core::Clock& clock;
  Timers& timers;
  std::unique_ptr<ListingSpool> spool;
  SeenRows seen;
  std::int64_t run = 0;        // the number in the store
  std::int64_t last_row = 0;   // of the index when the run began: later rows are this run's own
  bool item_given_up = false;  // an item of the listing could not be understood
  // Ends the run with an Error event. Only the first call counts.
  std::function<void(std::int32_t, const std::string&)> fail;
  // Callbacks that outlive their phase find this gone.
  std::weak_ptr<void> alive;

  // Fires an event that needs no answer, if somebody listens.
  template <typename Payload, typename Fill>
  void tell(EventId event, Fill&& fill) {
    if (events.wants(event)) {
      auto payload = std::make_unique<Payload>();
      std::forward<Fill>(fill)(*payload);
      events.post(event, std::move(payload), nullptr);
    }
  }

  // Fires an event and goes on with its payload as the handler leaves it, on the engine's thread;
  // at once, with the preset, when nobody listens. Not at all when the run has ended meanwhile.
  template <typename Payload, typename Fill, typename Then>
  void ask(EventId event, Fill&& fill, Then then) {
    auto payload = std::make_unique<Payload>();
    if (!events.wants(event)) {
      std::forward<Fill>(fill)(*payload, false);
      then(*payload);
      return;
    }
    std::forward<Fill>(fill)(*payload, true);
    events.post(event, std::move(payload),
                [guard = alive, then = std::move(then)](core::Event& answered) {
                  if (!guard.expired()) {
                    then(static_cast<Payload&>(answered));
                  }
                });
  }
};

// A part of the run. The loop calls step until done.
class RunPhase {
 public:
  virtual ~RunPhase() = default;
  virtual void step() = 0;
  virtual bool done() const = 0;
  // There is more to do in step: the loop sends what waits to be sent, and comes back at once.
  virtual bool busy() const { return false; }
};

// One GET with the run's retries: MaxRetryCount more tries, RetryInterval apart, for failures that
// another try may mend.
void get_with_retries(RunContext& run, std::string url, bool json,
                      std::function<void(CallResult&&)> done);

}  // namespace coffer::cloudbackup
