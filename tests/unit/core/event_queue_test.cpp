#include "core/event_queue.h"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace core = coffer::core;
using core::EventQueue;
using std::chrono::milliseconds;

namespace {

struct Number : core::Event {
  explicit Number(int v) : value(v) {}
  int value;
};

int value_of(core::Event& event) {
  return dynamic_cast<Number&>(event).value;
}

std::unique_ptr<core::Event> number(int value) {
  return std::make_unique<Number>(value);
}

// Lets one thread wait for another without sleeping.
class Signal {
 public:
  void set() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++count_;
    }
    changed_.notify_all();
  }
  bool wait_for(int count) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

// What the engine sleeps on: set stays until it is taken.
class Alarm {
 public:
  void set() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      set_ = true;
    }
    changed_.notify_all();
  }
  bool take() {
    std::unique_lock<std::mutex> lock(mutex_);
    const bool rang = changed_.wait_for(lock, std::chrono::seconds(60), [&] { return set_; });
    set_ = false;
    return rang;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

}  // namespace

TEST_CASE("queue: events come in order, each once, with their number") {
  EventQueue queue;
  for (int i = 0; i < 100; ++i)
    queue.post(i % 7, number(i));
  CHECK(queue.size() == 100);
  std::vector<int> seen;
  queue.dispatch(milliseconds(0), [&](int event, core::Event& payload) {
    CHECK(event == value_of(payload) % 7);
    seen.push_back(value_of(payload));
  });
  REQUIRE(seen.size() == 100);
  for (int i = 0; i < 100; ++i)
    CHECK(seen[static_cast<std::size_t>(i)] == i);
  CHECK(queue.size() == 0);
}

TEST_CASE("queue: dispatch hands out what was queued when it began") {
  EventQueue queue;
  queue.post(0, number(0));
  int fired = 0;
  queue.dispatch(milliseconds(0), [&](int, core::Event&) {
    if (++fired < 10) queue.post(0, number(1));
  });
  CHECK(fired == 1);
  CHECK(queue.size() == 1);
}

TEST_CASE("queue: an empty dispatch returns after its time, and at once when something comes") {
  EventQueue queue;
  int fired = 0;
  queue.dispatch(milliseconds(1), [&](int, core::Event&) { ++fired; });
  CHECK(fired == 0);
  CHECK_FALSE(queue.wait(milliseconds(1)));
  std::thread engine([&] { queue.post(1, number(1)); });
  CHECK(queue.wait(std::chrono::hours(1)));
  queue.dispatch(std::chrono::hours(1), [&](int, core::Event&) { ++fired; });
  engine.join();
  CHECK(fired == 1);
}

TEST_CASE("queue: the answer gets the event as the handler left it") {
  EventQueue queue;
  std::vector<int> answers;
  queue.post(0, number(1), [&](core::Event& event) { answers.push_back(value_of(event)); });
  queue.post(0, number(2));
  CHECK(queue.run_answers() == 0);
  queue.dispatch(milliseconds(0),
                 [](int, core::Event& event) { dynamic_cast<Number&>(event).value += 10; });
  CHECK(answers.empty());  // they run on the engine's thread only
  CHECK(queue.run_answers() == 1);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0] == 11);
  CHECK(queue.run_answers() == 0);
}

TEST_CASE("queue: a handler that throws loses neither its answer nor the events behind it") {
  EventQueue queue;
  std::vector<int> answers;
  for (int i = 0; i < 3; ++i) {
    queue.post(0, number(i), [&](core::Event& event) { answers.push_back(value_of(event)); });
  }
  const auto fire = [](int, core::Event& event) {
    dynamic_cast<Number&>(event).value += 10;
    if (value_of(event) == 11) throw std::runtime_error("the handler's own");
  };
  CHECK_THROWS_WITH_AS(queue.dispatch(milliseconds(0), fire), "the handler's own",
                       std::runtime_error);
  CHECK(queue.size() == 1);
  CHECK(queue.run_answers() == 2);
  queue.dispatch(milliseconds(0), fire);
  CHECK(queue.run_answers() == 1);
  CHECK(answers == std::vector<int>{10, 11, 12});
}

TEST_CASE("queue: an answer that throws leaves those behind it for the next call") {
  EventQueue queue;
  std::vector<int> answers;
  for (int i = 0; i < 3; ++i) {
    queue.post(0, number(i), [&](core::Event& event) {
      answers.push_back(value_of(event));
      if (value_of(event) == 0) throw std::runtime_error("engine");
    });
  }
  queue.dispatch(milliseconds(0), [](int, core::Event&) {});
  CHECK_THROWS_AS(queue.run_answers(), std::runtime_error);
  CHECK(queue.run_answers() == 2);
  CHECK(answers == std::vector<int>{0, 1, 2});
}

TEST_CASE("queue: full at the soft limit") {
  EventQueue queue(2);
  queue.post(0, number(0));
  CHECK_FALSE(queue.full());
  queue.post(0, number(1));
  CHECK(queue.full());
  queue.dispatch(milliseconds(0), [](int, core::Event&) {});
  CHECK_FALSE(queue.full());
}

TEST_CASE("queue: at twice the limit post waits for room") {
  EventQueue queue(1);
  Signal posted;
  std::thread engine([&] {
    for (int i = 0; i < 3; ++i) {
      queue.post(0, number(i));
      posted.set();
    }
  });
  REQUIRE(posted.wait_for(2));
  CHECK(queue.size() == 2);  // the third waits, or is about to
  std::vector<int> seen;
  const auto fire = [&](int, core::Event& event) { seen.push_back(value_of(event)); };
  queue.dispatch(milliseconds(0), fire);
  REQUIRE(posted.wait_for(3));
  queue.dispatch(milliseconds(0), fire);
  engine.join();
  CHECK(seen == std::vector<int>{0, 1, 2});
}

TEST_CASE("queue: abandon frees a waiting post, keeps what is queued, and posts wait no more") {
  EventQueue queue(1);
  Signal posted;
  std::thread engine([&] {
    for (int i = 0; i < 10; ++i) {
      queue.post(0, number(i));
      posted.set();
    }
  });
  REQUIRE(posted.wait_for(2));
  queue.abandon();
  engine.join();
  CHECK(queue.size() == 10);
  int fired = 0;
  queue.dispatch(milliseconds(0), [&](int, core::Event&) { ++fired; });
  CHECK(fired == 10);
}

TEST_CASE("queue: the waker runs when answers wait and when full() becomes false") {
  EventQueue queue(2);
  int woken = 0;
  queue.set_waker([&] { ++woken; });
  const auto fire = [](int, core::Event&) {};
  queue.post(0, number(0));
  queue.dispatch(milliseconds(0), fire);
  CHECK(woken == 0);  // nobody waits for anything
  queue.post(0, number(0));
  queue.post(0, number(1));
  queue.dispatch(milliseconds(0), fire);
  CHECK(woken == 1);  // room
  queue.post(0, number(2), [](core::Event&) {});
  queue.dispatch(milliseconds(0), fire);
  CHECK(woken == 2);  // an answer
  queue.run_answers();
  queue.post(0, number(3), [](core::Event&) {});
  queue.dispatch(milliseconds(0), fire);
  CHECK(woken == 3);  // another, after the first was taken
  queue.set_waker(nullptr);
  queue.post(0, number(4), [](core::Event&) {});
  queue.dispatch(milliseconds(0), fire);
  CHECK(woken == 3);
  CHECK(queue.run_answers() == 2);
}

TEST_CASE("queue: an engine that sleeps until it is woken never misses a wake-up") {
  constexpr int kEvents = 20000;
  EventQueue queue(8);
  Alarm alarm;
  queue.set_waker([&] { alarm.set(); });
  int answered = 0;
  bool lost = false;
  std::thread engine([&] {
    int posted = 0;
    while (answered < kEvents && !lost) {
      while (posted < kEvents && !queue.full()) {
        queue.post(0, number(posted++), [&](core::Event&) { ++answered; });
      }
      // As the engine does: sleep only when there is nothing to do, and only until the waker.
      if (queue.run_answers() == 0 && (posted == kEvents || queue.full())) {
        lost = !alarm.take();
      }
    }
    queue.abandon();
  });
  int fired = 0;
  while (fired < kEvents) {
    const int before = fired;
    queue.dispatch(std::chrono::seconds(60), [&](int, core::Event& event) {
      if (value_of(event) != fired) FAIL("out of order");
      ++fired;
    });
    if (before == fired) break;
  }
  engine.join();
  CHECK_FALSE(lost);
  CHECK(fired == kEvents);
  CHECK(answered == kEvents);
}
