// Between C and the engine: handles that are ids, the wall that no exception passes, the error
// text of each thread. The generated glue calls what stands here and nothing of the engine's own.
//
// Threads: every function from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/component.h"

namespace coffer::capi {

using Release = void (*)(void* user_data);

// The code of the exception being handled; its text stays with the thread.
std::int32_t report(const void* handle) noexcept;

// Runs `body` and turns whatever it throws into its code. A template, so that no memory is needed
// to get here: running out of it has a code too.
template <class Body>
std::int32_t guarded(const void* handle, const Body& body) noexcept {
  try {
    body();
    return 0;
  } catch (...) {
    return report(handle);
  }
}

void require(const void* out);  // 713 when an output pointer is NULL

// Gives an object a handle: a number that is never used again and no address of anything.
void* publish(std::shared_ptr<core::Component> object);
// Ends an object: see coffer.h, "free". An unknown handle is no error (and NULL neither).
void release(const void* handle, const core::ClassInfo& info) noexcept;

// A call under way on an object: keeps it alive, and `release` in another thread waiting. Throws
// 30001 for anything but a live handle of the class.
// Threads: made and destroyed by the thread that calls.
class ObjectCall {
 public:
  ObjectCall(const void* handle, const core::ClassInfo& info);
  ObjectCall(const ObjectCall&) = delete;
  ObjectCall& operator=(const ObjectCall&) = delete;
  ~ObjectCall();
  core::Component& object() const noexcept;

 private:
  std::shared_ptr<struct Entry> entry_;
};

template <class Body>
std::int32_t with_object(const void* handle, const core::ClassInfo& info,
                         const Body& body) noexcept {
  return guarded(handle, [&] {
    const ObjectCall call(handle, info);
    body(call.object());
  });
}

template <class Class, class Handle>
std::int32_t create(Handle** out) noexcept {
  return guarded(nullptr, [&] {
    require(out);
    *out = static_cast<Handle*>(publish(std::make_shared<Class>()));
  });
}

template <class Class, class Body>
std::int32_t call(const void* handle, const core::ClassInfo& info, const Body& body) noexcept {
  return with_object(handle, info,
                     [&](core::Component& object) { body(static_cast<Class&>(object)); });
}

// Text and bytes on their way out: copies that coffer_free releases; bytes have a NUL after them.
char* copied(const std::string& text);
std::uint8_t* copied(const core::Bytes& bytes);
// On their way in: NULL is empty; invalid UTF-8 is 713.
std::string taken(const char* text);
core::Bytes taken(const std::uint8_t* data, std::size_t size);

std::int32_t get_text(const void* handle, const core::ClassInfo& info, int property, int index,
                      char** out) noexcept;
std::int32_t get_bytes(const void* handle, const core::ClassInfo& info, int property, int index,
                       std::uint8_t** out, std::size_t* out_size) noexcept;
std::int32_t get_bool(const void* handle, const core::ClassInfo& info, int property, int index,
                      std::int32_t* out) noexcept;
std::int32_t get_int32(const void* handle, const core::ClassInfo& info, int property, int index,
                       std::int32_t* out) noexcept;
std::int32_t get_int64(const void* handle, const core::ClassInfo& info, int property, int index,
                       std::int64_t* out) noexcept;

std::int32_t set_text(const void* handle, const core::ClassInfo& info, int property, int index,
                      const char* value) noexcept;
std::int32_t set_bytes(const void* handle, const core::ClassInfo& info, int property, int index,
                       const std::uint8_t* data, std::size_t size) noexcept;
std::int32_t set_bool(const void* handle, const core::ClassInfo& info, int property, int index,
                      std::int32_t value) noexcept;
std::int32_t set_int32(const void* handle, const core::ClassInfo& info, int property, int index,
                       std::int32_t value) noexcept;
std::int32_t set_int64(const void* handle, const core::ClassInfo& info, int property, int index,
                       std::int64_t value) noexcept;

std::int32_t config(const void* handle, const core::ClassInfo& info, const char* text,
                    char** out) noexcept;
std::int32_t config_item(const core::ClassInfo& info, std::int32_t index, const char** name,
                         const char** type, const char** default_value,
                         std::int32_t* effect) noexcept;

// Handlers. `invoke` calls the C callback with the event's handle; the C types stay in the glue.
using Invoke = std::function<std::int32_t(void* event, void* user_data)>;
std::int32_t listen(const void* handle, const core::ClassInfo& info, int event, Invoke invoke,
                    void* user_data, Release destroy) noexcept;

// The callback of calls that wait: anything but 0 ends the wait.
using IdleCallback = std::int32_t (*)(void* user_data);
std::int32_t listen_idle(const void* handle, const core::ClassInfo& info, IdleCallback callback,
                         void* user_data, Release destroy) noexcept;

// The event behind a handle that a running handler was given; 30001 afterwards. An event's handle
// is a number too.
core::Event& live_event(const void* handle);

template <class Event>
Event& event_as(const void* handle) {
  auto* event = dynamic_cast<Event*>(&live_event(handle));
  if (event == nullptr) {
    throw core::Error(30001, "the pointer is of an event of another kind");
  }
  return *event;
}

// Reads a field: `fallback` when the event is none, with the reason in coffer_last_error(NULL).
template <class Event, class Result, class Body>
Result read(const void* handle, Result fallback, const Body& body) noexcept {
  Result result = fallback;
  guarded(nullptr, [&] { result = body(event_as<Event>(handle)); });
  return result;
}

template <class Event, class Body>
std::int32_t change(const void* handle, const Body& body) noexcept {
  return guarded(nullptr, [&] { body(event_as<Event>(handle)); });
}

// The calling thread's last failure with this handle (NULL: with any), or "".
const char* last_error(const void* handle) noexcept;

}  // namespace coffer::capi
