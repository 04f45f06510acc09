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

// Counts the calls that are out of the interpreter, so that its end can wait for their return:
// a thread that asks a dying interpreter for the lock is unwound through C++ frames, which
// terminates the process. Threads: begin, end and exiting with the lock held.
void begin_outside_call();
void end_outside_call() noexcept;
// Waits, without the lock, until all are back.
void wait_for_outside_calls();
// True once the interpreter's exit has closed all objects.
bool exiting() noexcept;
void set_exiting() noexcept;

// Runs a function without the lock. Not a guard object: taking the lock again belongs in no
// destructor, see above.
template <class Function>
void without_gil(Function&& function) {
  if (exiting()) {
    std::forward<Function>(function)();
    return;
  }
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
  if (failure) std::rethrow_exception(failure);
}

}  // namespace coffer::python
