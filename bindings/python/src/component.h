// One object of the facade as Python owns it: its handlers visible to the garbage collector, its
// waiting calls without the interpreter's lock.
#pragma once

#include <pybind11/pybind11.h>

#include <array>
#include <coffer/support.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "convert.h"
#include "gil.h"

namespace coffer::python {

constexpr std::int32_t kInvalidHandle = 30001;

// What the interpreter's end closes: an engine thread must not outlive it.
// Threads: with the interpreter's lock held.
class Live {
 public:
  Live();
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;
  virtual ~Live();

  virtual py::object self() = 0;
  virtual void close() = 0;

  // Closes all objects and waits for the calls of other threads to return; run by atexit.
  static void close_all();

 protected:
  void forget() noexcept;
  bool in_child_of_fork() const noexcept;

 private:
  int process_;
};

// Raises what a signal handler raised: after each call that waits, for Ctrl-C.
void check_signals();

// A field that is read when the handler asks for it, with the lock released meanwhile.
// Threads: the handler's; others may look at what it has read.
class Lazy {
 public:
  explicit Lazy(std::function<BytesView()> load) : load_(std::move(load)) {}
  py::object get(const char* item);
  // The handler has returned: what was not read is gone.
  void detach() noexcept { load_ = nullptr; }

 private:
  std::function<BytesView()> load_;
  std::thread::id thread_ = std::this_thread::get_id();
  py::object value_;
};

// Threads: with the interpreter's lock held, but for what `outside` runs.
template <class Facade, std::size_t Events>
class Component final : public Live {
 public:
  // A signal handler that raises (Ctrl-C) ends a call that waits, and its exception leaves the
  // call.
  Component() {
    facade_.on_idle([] {
      const Gil gil;
      check_signals();
      return true;
    });
  }
  ~Component() override {
    forget();
    try {
      Component::close();
    } catch (...) {
      // Nobody is left to tell.
    }
  }

  Facade& facade() noexcept { return facade_; }
  const Facade& facade() const noexcept { return facade_; }

  py::object self() override { return py::cast(this, py::return_value_policy::reference); }

  void close() override {
    if (in_child_of_fork()) {
      facade_.abandon();
    } else {
      without_gil([this] { facade_.close(); });
    }
  }

  py::object hook(std::size_t index) const {
    return hooks_[index] ? hooks_[index] : py::object(py::none());
  }

  template <class Params, class Event>
  void set_hook(std::size_t index, void (Facade::*listen)(std::function<void(Event&)>),
                py::object handler) {
    if (handler.is_none()) {
      (facade_.*listen)(nullptr);
      handler = py::object();
    } else {
      (facade_.*listen)([this, index](Event& event) { fire<Params>(index, event); });
    }
    std::swap(hooks_[index], handler);  // the old one may run Python code when it goes: last
  }

  int traverse(visitproc visit, void* arg) const {
    for (const py::object& hook : hooks_)
      Py_VISIT(hook.ptr());
    return 0;
  }
  void clear() {
    std::array<py::object, Events> old;
    std::swap(old, hooks_);
  }

 private:
  // Runs in the thread that called the action, which has released the lock. The object lives: the
  // caller of the action holds a reference.
  template <class Params, class Event>
  void fire(std::size_t index, Event& event) {
    const Gil gil;
    const py::object handler = hooks_[index];
    if (!handler) return;
    const auto params = std::make_shared<Params>(event);
    struct Detach {
      Params& params;
      ~Detach() { params.detach(); }
    } const detach{*params};
    handler(params);
    params->answer(event);  // not reached when the handler raises: the event keeps its answers
  }

  Facade facade_;
  std::array<py::object, Events> hooks_;
};

}  // namespace coffer::python
