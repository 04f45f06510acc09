#include "component.h"

#include <unistd.h>

#include <set>
#include <vector>

namespace coffer::python {
namespace {

// Never destroyed: objects may outlive the module.
bool no_new_objects = false;  // under the interpreter's lock

std::set<Live*>& live_objects() {
  static std::set<Live*>* const instance = std::make_unique<std::set<Live*>>().release();
  return *instance;
}

}  // namespace

Live::Live() : process_(getpid()) {
  if (no_new_objects) throw CofferError(kInvalidHandle, "The interpreter is shutting down.");
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
  no_new_objects = true;
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
  set_exiting();
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
