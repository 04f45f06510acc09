// Where a run's events go: to the component's queue, or to a test's journal.
#pragma once

#include <memory>

#include "core/event_queue.h"
#include "office365backup_surface.h"

namespace coffer::cloudbackup {

// Threads: the engine's.
class RunEvents {
 public:
  virtual ~RunEvents() = default;
  // False: nobody listens; build no payload and go on with the preset answers.
  virtual bool wants(EventId event) const = 0;
  virtual void post(EventId event, std::unique_ptr<core::Event> payload,
                    core::EventQueue::Answer answer) = 0;
  // The listener is behind: start nothing new.
  virtual bool full() const = 0;
};

}  // namespace coffer::cloudbackup
