#include "component.h"

#include <unistd.h>

#include <set>
#include <vector>

namespace coffer::python {
namespace {

// Never destroyed: objects may outlive the module.
std::set<Live*>& live_objects() {
  static std::set<Live*>* const instance = std::make_unique<std::set<Live*>>().release();
  return *instance;
}

}  // namespace

Live::Live() : process_(getpid()) {
  stay_if_exiting();
  if (in_exit()) throw CofferError(kInvalidHandle, "The interpreter is shutting down.");
  live_objects().insert(this);
}

Live::~Live() {
  forget();
}

void Live::forget() noexcept {
  live_objects().erase(this);
}

bool Live::in_child_of_fork() const noexcept {
  return process_ != getpid();
}

void Live::close_all() {
  begin_exit();
  std::vector<py::object> held;  // close() lets other threads run, and drop their references
  for (Live* object : live_objects())
    held.push_back(object->self());
  for (const py::object& object : held) {
    try {
      object.attr("close")();
    } catch (const py::error_already_set&) {
      // A subclass whose close() fails must not keep the others open.
    }
  }
  wait_for_outside_calls();
}

void check_signals() {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

py::object Lazy::get(const char* item) {
  if (value_) return value_;
  if (!load_) {
    throw CofferError(kInvalidHandle, std::string(item) +
                                          " can be read only while the handler runs; read it "
                                          "there and keep the value.");
  }
  if (std::this_thread::get_id() != thread_) {
    throw CofferError(kInvalidHandle,
                      std::string(item) + " can be read only in the thread of the handler.");
  }
  BytesView view;
  without_gil([&] { view = load_(); });
  value_ = py::bytes(reinterpret_cast<const char*>(view.data()), view.size());
  return value_;
}

}  // namespace coffer::python
