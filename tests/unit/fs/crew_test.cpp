#include "fs/crew.h"

#include <doctest/doctest.h>

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <vector>

namespace {

using coffer::fs::Crew;

TEST_CASE("crew: every step runs once, whatever the size of the crew, run after run") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{9}}) {
    Crew crew(size);
    for (std::size_t count = 0; count < 40; ++count) {
      std::vector<int> calls(count, 0);  // not atomic: each step has its own, run joins them
      crew.run(count, [&](std::size_t i) { ++calls[i]; });
      CHECK(calls == std::vector<int>(count, 1));
    }
  }
}

TEST_CASE("crew: steps run side by side") {
  Crew crew(3);
  std::mutex mutex;
  std::condition_variable met;
  int here = 0;
  crew.run(3, [&](std::size_t) {  // ends only when all three are inside at once
    std::unique_lock<std::mutex> lock(mutex);
    ++here;
    met.notify_all();
    met.wait(lock, [&] { return here == 3; });
  });
  CHECK(here == 3);
}

TEST_CASE("crew: run returns only when the slowest step is done") {
  Crew crew(2);
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> here{0};
    std::atomic<bool> caller_is_through{false};
    std::atomic<bool> helper_is_through{false};
    const auto caller = std::this_thread::get_id();
    crew.run(2, [&](std::size_t) {
      ++here;
      while (here < 2)
        std::this_thread::yield();  // one step each
      if (std::this_thread::get_id() == caller) {
        caller_is_through = true;
        return;
      }
      while (!caller_is_through)
        std::this_thread::yield();
      for (int i = 0; i < 100; ++i)
        std::this_thread::yield();
      helper_is_through = true;
    });
    REQUIRE(helper_is_through);
  }
}

TEST_CASE("crew: its threads take none of the program's signals, the caller keeps its own mask") {
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  sigset_t inside;
  sigemptyset(&inside);
  coffer::fs::quiet_thread([&] { pthread_sigmask(SIG_SETMASK, nullptr, &inside); }).join();
  for (const int signal : {SIGINT, SIGTERM, SIGALRM, SIGCHLD, SIGUSR1}) {
    CHECK(sigismember(&inside, signal) == 1);
  }
  sigset_t after;
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  CHECK(sigismember(&after, SIGINT) == sigismember(&before, SIGINT));
}

}  // namespace
