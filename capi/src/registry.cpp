// The handles of objects and of events.
#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "guard.h"

namespace coffer::capi {

// One object behind a handle. Threads: any; `calls` is guarded by `mutex`.
struct Entry {
  explicit Entry(std::shared_ptr<core::Component> component) : object(std::move(component)) {}

  std::shared_ptr<core::Component> object;
  std::mutex mutex;
  std::condition_variable idle;
  std::size_t calls = 0;  // under way, in any thread
};

namespace {

constexpr std::int32_t kInvalidHandle = 30001;

// Threads: any. Its lock is held for a look-up only, never while anything else is called.
class Registry {
 public:
  void* add(std::shared_ptr<core::Component> object) {
    auto entry = std::make_shared<Entry>(std::move(object));
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::uintptr_t id = next();
    entries_.emplace(id, std::move(entry));
    return pointer(id);
  }

  std::shared_ptr<Entry> find(const void* handle, const core::ClassInfo& info) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = entries_.find(number(handle));
    if (found == entries_.end() || &found->second->object->info() != &info) {
      throw core::Error(kInvalidHandle, std::string("the handle is not of a live ") + info.name);
    }
    return found->second;
  }

  std::shared_ptr<Entry> take(const void* handle, const core::ClassInfo& info) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = entries_.find(number(handle));
    if (found == entries_.end() || &found->second->object->info() != &info) {
      return nullptr;
    }
    std::shared_ptr<Entry> entry = std::move(found->second);
    entries_.erase(found);
    return entry;
  }

  void* add_event(core::Event& event) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::uintptr_t id = next();
    events_.emplace(id, &event);
    return pointer(id);
  }

  void remove_event(const void* handle) noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    events_.erase(number(handle));
  }

  core::Event& event(const void* handle) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = events_.find(number(handle));
    if (found == events_.end()) {
      throw core::Error(kInvalidHandle, "the event has ended: its handler has returned");
    }
    return *found->second;
  }

 private:
  // Odd, so that it is no address of an object, and counting up, so that none comes again.
  std::uintptr_t next() noexcept { return last_ += 2; }
  // The one place where a number becomes a pointer: it is never read through.
  static void* pointer(std::uintptr_t id) noexcept {
    return reinterpret_cast<void*>(id);  // NOLINT(performance-no-int-to-ptr)
  }
  static std::uintptr_t number(const void* handle) noexcept {
    return reinterpret_cast<std::uintptr_t>(handle);
  }

  std::mutex mutex_;
  std::uintptr_t last_ = 0xC0FF;
  std::unordered_map<std::uintptr_t, std::shared_ptr<Entry>> entries_;
  std::unordered_map<std::uintptr_t, core::Event*> events_;
};

// Made at the first use and never destroyed: a thread may still call while the process ends.
Registry& registry() {
  static auto* const instance = std::make_unique<Registry>().release();
  return *instance;
}

std::vector<Entry*>& calls_of_this_thread() {
  thread_local std::vector<Entry*> calls;
  return calls;
}

// An event while its handler runs.
class LiveEvent {
 public:
  explicit LiveEvent(core::Event& event) : handle_(registry().add_event(event)) {}
  LiveEvent(const LiveEvent&) = delete;
  LiveEvent& operator=(const LiveEvent&) = delete;
  ~LiveEvent() { registry().remove_event(handle_); }
  void* handle() const noexcept { return handle_; }

 private:
  void* handle_;
};

// The user's pointer that goes with a callback; `destroy` runs once, when the last event that uses
// it has ended.
class UserData {
 public:
  UserData() = default;
  UserData(const UserData&) = delete;
  UserData& operator=(const UserData&) = delete;
  ~UserData() {
    if (destroy_ != nullptr) {
      destroy_(data_);
    }
  }
  void own(void* data, Release destroy) noexcept {
    data_ = data;
    destroy_ = destroy;
  }
  void* get() const noexcept { return data_; }

 private:
  void* data_ = nullptr;
  Release destroy_ = nullptr;
};

}  // namespace

void* publish(std::shared_ptr<core::Component> object) {
  return registry().add(std::move(object));
}

void release(const void* handle, const core::ClassInfo& info) noexcept {
  guarded(handle, [&] {
    std::shared_ptr<Entry> entry = registry().take(handle, info);
    if (entry == nullptr) {
      return;
    }
    core::Component& object = *entry->object;
    object.shut_down();
    // No handler runs any more, except the one that may be calling this.
    for (std::size_t event = 0; event < info.event_count; ++event) {
      object.on(static_cast<int>(event), nullptr);
    }
    const std::vector<Entry*>& own = calls_of_this_thread();
    if (std::find(own.begin(), own.end(), entry.get()) != own.end()) {
      return;  // inside a handler of the object: it goes when the call that fired it returns
    }
    std::shared_ptr<core::Component> last;  // goes here, not in the thread of the last call
    std::unique_lock<std::mutex> lock(entry->mutex);
    entry->idle.wait(lock, [&] { return entry->calls == 0; });
    last = std::move(entry->object);
    lock.unlock();
  });
}

ObjectCall::ObjectCall(const void* handle, const core::ClassInfo& info)
    : entry_(registry().find(handle, info)) {
  calls_of_this_thread().push_back(entry_.get());
  const std::lock_guard<std::mutex> lock(entry_->mutex);
  if (entry_->object == nullptr) {  // freed by another thread since it was found
    calls_of_this_thread().pop_back();
    throw core::Error(kInvalidHandle, std::string("the handle is not of a live ") + info.name);
  }
  ++entry_->calls;
}

ObjectCall::~ObjectCall() {
  calls_of_this_thread().pop_back();
  const std::lock_guard<std::mutex> lock(entry_->mutex);
  if (--entry_->calls == 0) {
    entry_->idle.notify_all();
  }
}

core::Component& ObjectCall::object() const noexcept {
  return *entry_->object;
}

std::int32_t listen(const void* handle, const core::ClassInfo& info, int event, Invoke invoke,
                    void* user_data, Release destroy) noexcept {
  return with_object(handle, info, [&](core::Component& object) {
    if (!invoke) {
      object.on(event, nullptr);
      if (destroy != nullptr) {
        destroy(user_data);
      }
      return;
    }
    // Everything that may fail comes before the user's pointer is taken: a failed call leaves it
    // with the caller.
    auto data = std::make_shared<UserData>();
    auto handler = std::make_shared<const core::Handler>(
        [data, invoke = std::move(invoke)](core::Event& payload) {
          const LiveEvent live(payload);
          return invoke(live.handle(), data->get());
        });
    data->own(user_data, destroy);
    object.on(event, std::move(handler));
  });
}

std::int32_t listen_idle(const void* handle, const core::ClassInfo& info, IdleCallback callback,
                         void* user_data, Release destroy) noexcept {
  return with_object(handle, info, [&](core::Component& object) {
    if (callback == nullptr) {
      object.on_idle(nullptr);
      if (destroy != nullptr) {
        destroy(user_data);
      }
      return;
    }
    auto data = std::make_shared<UserData>();
    auto hook = std::make_shared<const core::IdleHook>(
        [data, callback] { return callback(data->get()) == 0; });
    data->own(user_data, destroy);
    object.on_idle(std::move(hook));
  });
}

core::Event& live_event(const void* handle) {
  return registry().event(handle);
}

}  // namespace coffer::capi
