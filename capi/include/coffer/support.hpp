// What the generated C++ classes stand on: the exception, the status check, handlers that may
// throw although C lies between them and their caller. Header-only over the C ABI; include
// <coffer/coffer.hpp>, which brings the classes too.
#pragma once

#include <coffer/coffer.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace coffer {

using Bytes = std::vector<std::uint8_t>;

// Octets that belong to somebody else: of an event, until its handler returns.
// Threads: as what it points into.
class BytesView {
 public:
  BytesView() = default;
  BytesView(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  const std::uint8_t* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  const std::uint8_t* begin() const noexcept { return data_; }
  const std::uint8_t* end() const noexcept { return data_ + size_; }
  Bytes copy() const { return Bytes(begin(), end()); }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

// Thrown by every call that fails: the documented code and one sentence that tells what to do.
// Threads: a value.
class CofferError : public std::runtime_error {
 public:
  CofferError(std::int32_t code, const std::string& text) : std::runtime_error(text), code_(code) {}
  std::int32_t code() const noexcept { return code_; }

 private:
  std::int32_t code_;
};

// The version of the library that runs, which may be newer than the header.
inline std::string version() {
  return coffer_version();
}

namespace detail {

constexpr std::int32_t kBusy = 143;
constexpr std::int32_t kInvalidValue = 713;
constexpr std::int32_t kHandlerFailed = 30003;
constexpr std::int32_t kNotInHandler = 30004;

// Exceptions of handlers on their way around the C frames: kept by the trampoline, thrown again
// by the call that fired the event. By thread, since the caller of one object's handler and
// the next caller of the same object may be two threads that meet here.
// Threads: any.
class Failures {
 public:
  void keep(std::exception_ptr failure) noexcept {
    try {
      const std::lock_guard<std::mutex> lock(mutex_);
      kept_[std::this_thread::get_id()] = std::move(failure);
    } catch (...) {
      // Out of memory: the caller still learns 30003.
    }
  }

  std::exception_ptr take() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = kept_.find(std::this_thread::get_id());
    if (found == kept_.end()) return nullptr;
    std::exception_ptr failure = std::move(found->second);
    kept_.erase(found);
    return failure;
  }

 private:
  std::mutex mutex_;
  std::map<std::thread::id, std::exception_ptr> kept_;
};

struct Release {
  void operator()(void* memory) const noexcept { coffer_free(memory); }
};

// A C string cannot hold it, and cutting the text short would pass for success.
inline const char* c_text(const std::string& text) {
  if (text.find('\0') != std::string::npos) {
    throw CofferError(kInvalidValue, "The text holds a NUL character; remove it.");
  }
  return text.c_str();
}

// For the functions of an event, which know no handle.
inline void check_event(std::int32_t status) {
  if (status != 0) throw CofferError(status, coffer_last_error(nullptr));
}

inline std::string from_c(const char* text) {
  return text == nullptr ? std::string() : text;
}

// One handler as C carries it: user_data of a callback, deleted by the callback's destroy.
template <class Event>
struct Hook {
  std::function<void(Event&)> handler;
  std::shared_ptr<Failures> failures;
};

template <class Event, class Raw>
std::int32_t trampoline(Raw* event, void* user_data) noexcept {
  auto* hook = static_cast<Hook<Event>*>(user_data);
  try {
    Event view(event);
    hook->handler(view);
    return 0;
  } catch (...) {
    hook->failures->keep(std::current_exception());
    return kHandlerFailed;
  }
}

template <class Event>
void destroy_hook(void* user_data) noexcept {
  const std::unique_ptr<Hook<Event>> last(static_cast<Hook<Event>*>(user_data));
}

// The same for the callback of calls that wait.
struct IdleHook {
  std::function<bool()> go_on;
  std::shared_ptr<Failures> failures;
};

inline std::int32_t idle_trampoline(void* user_data) noexcept {
  auto* hook = static_cast<IdleHook*>(user_data);
  try {
    return hook->go_on() ? 0 : 1;
  } catch (...) {
    hook->failures->keep(std::current_exception());
    return 1;
  }
}

inline void destroy_idle_hook(void* user_data) noexcept {
  const std::unique_ptr<IdleHook> last(static_cast<IdleHook*>(user_data));
}

// Base of the generated classes: owns one handle, gives each C function the form of C++.
// Threads: as the C functions state it; close() from any thread. Moving is not shared use.
template <class Raw>
class Component {
 public:
  using Open = std::int32_t (*)(Raw**);
  using Close = void (*)(Raw*);

  Component(const Component&) = delete;
  Component& operator=(const Component&) = delete;
  // The failures stay shared: what was moved from still answers, with 30001.
  // NOLINTBEGIN(performance-move-constructor-init)
  Component(Component&& other) noexcept
      : raw_(other.raw_.exchange(nullptr)), close_(other.close_), failures_(other.failures_) {}
  // NOLINTEND(performance-move-constructor-init)
  Component& operator=(Component&& other) noexcept {
    if (this != &other) {
      close();
      raw_ = other.raw_.exchange(nullptr);
      failures_ = other.failures_;
    }
    return *this;
  }

  // Frees the handle: ends what runs and waits for it. Every later call fails with 30001, another
  // close() does nothing. In a handler of this object it takes effect when the call that fired
  // the event returns.
  void close() noexcept {
    if (Raw* raw = raw_.exchange(nullptr)) close_(raw);
  }

  // Lets go of the handle without freeing it. For the child after fork(), which has a copy of the
  // memory but none of the threads that free would wait for.
  void abandon() noexcept { raw_ = nullptr; }

  // The C handle, for functions this class does not cover; stays owned by the object.
  Raw* handle() const noexcept { return raw_; }

 protected:
  Component(Open open_handle, Close close_handle) : close_(close_handle) {
    Raw* raw = nullptr;
    check(open_handle(&raw), nullptr);
    raw_ = raw;
  }
  ~Component() { close(); }

  template <class Function, class... Args>
  void call(Function function, Args... args) const {
    Raw* raw = raw_;
    check(function(raw, args...), raw);
  }

  // For the calls that fire events. What a handler threw goes before the call's own failure; a
  // call that was refused has fired nothing, and what is kept then is of the call around it.
  template <class Function, class... Args>
  void action(Function function, Args... args) const {
    // A handler may destroy this object: nothing of it is touched after the call.
    const std::shared_ptr<Failures> failures = failures_;
    Raw* raw = raw_;
    const std::int32_t status = function(raw, args...);
    if (status != kBusy && status != kNotInHandler) {
      if (const std::exception_ptr failure = failures->take()) std::rethrow_exception(failure);
    }
    check(status, raw);
  }

  template <class Function, class... Args>
  std::string text(Function function, Args... args) const {
    char* out = nullptr;
    call(function, args..., &out);
    return take_text(out);
  }

  template <class Function, class... Args>
  std::string action_text(Function function, Args... args) const {
    char* out = nullptr;
    action(function, args..., &out);
    return take_text(out);
  }

  template <class Function, class... Args>
  Bytes bytes(Function function, Args... args) const {
    std::uint8_t* out = nullptr;
    std::size_t size = 0;
    call(function, args..., &out, &size);
    const std::unique_ptr<std::uint8_t, Release> hold(out);
    return BytesView(out, size).copy();
  }

  template <class Number, class Function, class... Args>
  Number number(Function function, Args... args) const {
    Number out = 0;
    call(function, args..., &out);
    return out;
  }

  template <class Function, class... Args>
  bool flag(Function function, Args... args) const {
    return number<std::int32_t>(function, args...) != 0;
  }

  template <class Event, class RawEvent, class Register>
  void listen(Register install, std::function<void(Event&)> handler) {
    if (!handler) {
      call(install, nullptr, nullptr, nullptr);
      return;
    }
    auto hook = std::make_unique<Hook<Event>>(Hook<Event>{std::move(handler), failures_});
    call(install, &trampoline<Event, RawEvent>, hook.get(), &destroy_hook<Event>);
    static_cast<void>(hook.release());  // C owns it now
  }

  template <class Register>
  void listen_idle(Register install, std::function<bool()> go_on) {
    if (!go_on) {
      call(install, nullptr, nullptr, nullptr);
      return;
    }
    auto hook = std::make_unique<IdleHook>(IdleHook{std::move(go_on), failures_});
    call(install, &idle_trampoline, hook.get(), &destroy_idle_hook);
    static_cast<void>(hook.release());  // C owns it now
  }

 private:
  static void check(std::int32_t status, Raw* raw) {
    if (status != 0) throw CofferError(status, from_c(coffer_last_error(raw)));
  }

  static std::string take_text(char* text) {
    const std::unique_ptr<char, Release> hold(text);
    return from_c(text);
  }

  std::atomic<Raw*> raw_{nullptr};
  Close close_;
  std::shared_ptr<Failures> failures_ = std::make_shared<Failures>();
};

}  // namespace detail
}  // namespace coffer
