// Things to do later, on the engine's thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "core/clock.h"

namespace coffer::cloudbackup {

// Threads: one (the engine's).
class Timers {
 public:
  using Time = core::Clock::Time;

  void at(Time when, std::function<void()> what) { pending_.emplace(when, std::move(what)); }
  std::optional<Time> next() const {
    return pending_.empty() ? std::nullopt : std::optional<Time>(pending_.begin()->first);
  }
  void run_due(Time now) {
    while (!pending_.empty() && pending_.begin()->first <= now) {
      const auto what = std::move(pending_.begin()->second);
      pending_.erase(pending_.begin());
      what();
    }
  }
  void clear() { pending_.clear(); }

 private:
  std::multimap<Time, std::function<void()>> pending_;
};

}  // namespace coffer::cloudbackup
