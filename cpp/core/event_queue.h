// The way of an event from the engine's thread to the thread that calls DoEvents, and of the
// handler's answer back.
//
// Threads: post and run_answers belong to the engine's thread; dispatch to the thread that
// calls DoEvents; the rest to any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "core/event.h"

namespace coffer::core {

class EventQueue {
 public:
  // Runs on the engine's thread with the event as the handler left it.
  using Answer = std::function<void(Event&)>;

  // At soft_limit the engine should start nothing new (full()); at twice that post waits for room.
  explicit EventQueue(std::size_t soft_limit = 1024);

  void post(int event, std::unique_ptr<Event> payload, Answer answer = nullptr);
  bool full() const;
  std::size_t size() const;

  // Hands what is queued now to `fire`, in order; waits up to max_wait when nothing is queued.
  // When fire throws, its event still counts as handled (its answer goes back), the rest stays
  // queued in order, and the exception leaves.
  void dispatch(std::chrono::milliseconds max_wait, const std::function<void(int, Event&)>& fire);

  // Runs the answers that came back; returns how many. When one throws, those behind it stay for
  // the next call, for which nobody wakes the engine again.
  std::size_t run_answers();
  // Called (from dispatch's thread) when answers wait for run_answers or full() has become false:
  // wakes the engine. Must not call set_waker. When set_waker returns, the old one does not run.
  void set_waker(std::function<void()> waker);

  // From now on post never waits (the run is ending); what is queued still reaches dispatch.
  void abandon();
  // The next run begins: post waits for room again.
  void reopen();
  // Waits until something is queued or the time is over, without dispatching.
  bool wait(std::chrono::milliseconds max_wait);

 private:
  struct Item {
    int event;
    std::unique_ptr<Event> payload;
    Answer answer;
  };
  void give_back(Item item);
  void wake_engine();

  const std::size_t soft_limit_;
  mutable std::mutex mutex_;
  std::condition_variable queued_;
  std::condition_variable room_;
  std::deque<Item> items_;
  std::deque<Item> answered_;
  bool abandoned_ = false;
  std::mutex waker_mutex_;
  std::function<void()> waker_;
};

}  // namespace coffer::core
