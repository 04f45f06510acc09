// Where the Authorization header of a run comes from.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/clock.h"

namespace coffer::cloudbackup {

// Threads: one (the engine's) once the run has started.
class Credentials {
 public:
  // Code 0, or 707, 708 or a transport code with its text.
  using Refreshed = std::function<void(std::int32_t code, const std::string& text)>;

  virtual ~Credentials() = default;
  virtual std::string authorization() = 0;        // "Bearer …"; "" while there is none
  virtual bool stale(core::Clock::Time now) = 0;  // none yet, or it ends soon
  virtual bool can_refresh() const = 0;           // without a user
  virtual void refresh(Refreshed done) = 0;       // one at a time; done runs from run_once
};

}  // namespace coffer::cloudbackup
