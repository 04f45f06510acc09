#include "core/event_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace coffer::core {

EventQueue::EventQueue(std::size_t soft_limit)
    : soft_limit_(std::max<std::size_t>(soft_limit, 1)) {}

void EventQueue::post(int event, std::unique_ptr<Event> payload, Answer answer) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    room_.wait(lock, [this] { return abandoned_ || items_.size() < 2 * soft_limit_; });
    items_.push_back({event, std::move(payload), std::move(answer)});
  }
  queued_.notify_all();
}

bool EventQueue::full() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return items_.size() >= soft_limit_;
}

std::size_t EventQueue::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return items_.size();
}

void EventQueue::dispatch(std::chrono::milliseconds max_wait,
                          const std::function<void(int, Event&)>& fire) {
  wait(max_wait);
  // What is queued now: a handler that is slower than the engine must not hold DoEvents for ever.
  for (std::size_t left = size(); left != 0; --left) {
    Item item;
    bool wake = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (items_.empty()) return;
      item = std::move(items_.front());
      items_.pop_front();
      wake = items_.size() + 1 == soft_limit_;  // full() has just become false
    }
    room_.notify_one();
    if (wake) wake_engine();
    try {
      fire(item.event, *item.payload);
    } catch (...) {
      give_back(std::move(item));  // its answers count as they came
      throw;
    }
    give_back(std::move(item));
  }
}

void EventQueue::give_back(Item item) {
  if (!item.answer) return;
  bool first = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    first = answered_.empty();  // otherwise the engine was woken and has not come yet
    answered_.push_back(std::move(item));
  }
  if (first) wake_engine();
}

std::size_t EventQueue::run_answers() {
  std::deque<Item> answered;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    answered.swap(answered_);
  }
  const std::size_t count = answered.size();
  while (!answered.empty()) {
    const Item item = std::move(answered.front());
    answered.pop_front();
    try {
      item.answer(*item.payload);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex_);
      std::move(answered_.begin(), answered_.end(), std::back_inserter(answered));
      answered_ = std::move(answered);
      throw;
    }
  }
  return count;
}

void EventQueue::set_waker(std::function<void()> waker) {
  const std::lock_guard<std::mutex> lock(waker_mutex_);
  waker_ = std::move(waker);
}

void EventQueue::wake_engine() {
  const std::lock_guard<std::mutex> lock(waker_mutex_);
  if (waker_) waker_();
}

void EventQueue::abandon() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    abandoned_ = true;
  }
  room_.notify_all();
}

void EventQueue::reopen() {
  const std::lock_guard<std::mutex> lock(mutex_);
  abandoned_ = false;
}

bool EventQueue::wait(std::chrono::milliseconds max_wait) {
  std::unique_lock<std::mutex> lock(mutex_);
  return queued_.wait_for(lock, max_wait, [this] { return !items_.empty(); });
}

}  // namespace coffer::core
