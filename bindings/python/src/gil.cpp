#include "gil.h"

#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace coffer::python {
namespace {

// Longer than any call takes to notice that its object was closed; a bound all the same, since an
// exit that waits for ever is worse than the risk it avoids.
constexpr std::chrono::seconds kLongestWait{30};

struct Outside {
  std::mutex mutex;
  std::condition_variable all_back;
  int calls = 0;
  bool exiting = false;  // these two under the interpreter's lock
  std::thread::id exit_thread;
};

// Never destroyed: threads may still look at it while the process ends.
Outside* fresh() {
  return std::make_unique<Outside>().release();
}

Outside*& instance() {
  static Outside* current = fresh();
  return current;
}

Outside& outside() {
  return *instance();
}

// Calls of this thread that are under way: a call from a handler must return to its handler, and
// the outer one to be counted, before the thread may stay.
thread_local int depth = 0;

// The child of a fork has none of the threads that are counted, and perhaps a locked mutex.
void start_again_in_child() {
  instance() = fresh();
}

}  // namespace

void begin_outside_call() {
  const std::lock_guard<std::mutex> lock(outside().mutex);
  ++outside().calls;
  ++depth;
}

void end_outside_call() noexcept {
  const std::lock_guard<std::mutex> lock(outside().mutex);
  --depth;
  if (--outside().calls <= 0) outside().all_back.notify_all();
}

void begin_exit() noexcept {
  outside().exiting = true;
  outside().exit_thread = std::this_thread::get_id();
}

bool in_exit() noexcept {
  return outside().exiting;
}

void wait_for_outside_calls() {
  PyThreadState* thread = PyEval_SaveThread();
  {
    std::unique_lock<std::mutex> lock(outside().mutex);
    outside().all_back.wait_for(lock, kLongestWait, [] { return outside().calls <= 0; });
  }
  PyEval_RestoreThread(thread);
}

void stay_if_exiting() noexcept {
  if (!in_exit() || depth > 0 || outside().exit_thread == std::this_thread::get_id()) return;
  PyEval_SaveThread();
  for (;;)
    pause();
}

void watch_forks() {
  pthread_atfork(nullptr, nullptr, &start_again_in_child);
}

}  // namespace coffer::python
