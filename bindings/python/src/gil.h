// The interpreter's lock and this module's calls: who holds it when, and how the interpreter can
// end while calls are under way.
#pragma once

#include <pybind11/pybind11.h>

#include <exception>
#include <utility>

namespace coffer::python {

namespace py = pybind11;

// Takes the lock in the thread of a call that runs without it: around a handler.
class Gil {
 public:
  Gil() : state_(PyGILState_Ensure()) {}
  Gil(const Gil&) = delete;
  Gil& operator=(const Gil&) = delete;
  ~Gil() { PyGILState_Release(state_); }

 private:
  PyGILState_STATE state_;
};

// The interpreter's end. A thread that asks a dying interpreter for the lock is unwound through C++
// frames, which terminates the process. Therefore the end counts the calls that are out of the
// interpreter and waits for their return; threads other than the one that ends it then stay in the
// module for good (what Python does itself from 3.14 on). Threads: with the lock held.
void begin_outside_call();
void end_outside_call() noexcept;
void begin_exit() noexcept;
bool in_exit() noexcept;
// Waits, without the lock, until all calls are back.
void wait_for_outside_calls();
// Returns unless the interpreter is ending and this is another thread's doing.
void stay_if_exiting() noexcept;
// To be called once, when the module is made.
void watch_forks();

// Runs a function without the lock. Not a guard object: taking the lock again belongs in no
// destructor, see above.
template <class Function>
void without_gil(Function&& function) {
  stay_if_exiting();
  std::exception_ptr failure;
  begin_outside_call();
  PyThreadState* thread = PyEval_SaveThread();
  try {
    std::forward<Function>(function)();
  } catch (...) {
    failure = std::current_exception();
  }
  PyEval_RestoreThread(thread);
  end_outside_call();
  stay_if_exiting();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace coffer::python
