#include "gil.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace coffer::python {
namespace {

// Longer than any call takes to notice that its object was closed; a bound all the same, since an
// exit that waits for ever is worse than the risk it avoids.
constexpr std::chrono::seconds kLongestWait{30};

struct Outside {
  std::mutex mutex;
  std::condition_variable all_back;
  int calls = 0;
  bool exiting = false;  // under the interpreter's lock
};

// Never destroyed: threads may still look at it while the process ends.
Outside& outside() {
  static Outside* const instance = std::make_unique<Outside>().release();
  return *instance;
}

}  // namespace

void begin_outside_call() {
  const std::lock_guard<std::mutex> lock(outside().mutex);
  ++outside().calls;
}

void end_outside_call() noexcept {
  const std::lock_guard<std::mutex> lock(outside().mutex);
  if (--outside().calls == 0) outside().all_back.notify_all();
}

void wait_for_outside_calls() {
  PyThreadState* thread = PyEval_SaveThread();
  {
    std::unique_lock<std::mutex> lock(outside().mutex);
    outside().all_back.wait_for(lock, kLongestWait, [] { return outside().calls == 0; });
  }
  PyEval_RestoreThread(thread);
}

bool exiting() noexcept {
  return outside().exiting;
}

void set_exiting() noexcept {
  outside().exiting = true;
}

}  // namespace coffer::python
