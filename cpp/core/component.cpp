#include "core/component.h"

#include <condition_variable>
#include <cstdint>
#include <utility>

#include "core/settings.h"
#include "core/text.h"
#include "core/value_tables.h"
#include "core/wipe.h"

namespace coffer::core {
namespace {

constexpr std::int32_t kBusy = 143;
constexpr std::int32_t kIndexOutOfRange = 606;
constexpr std::int32_t kInvalidValue = 713;
constexpr std::int32_t kUnknownSetting = 714;
constexpr std::int32_t kHandlerFailed = 30003;
constexpr std::int32_t kNotInHandler = 30004;
constexpr std::int32_t kInternal = 30005;

}  // namespace

struct Component::Impl {
  explicit Impl(const ClassInfo& info) : values(info), handlers(info.event_count) {}

  mutable std::mutex mutex;  // guards the tables
  ValueTables values;
  std::vector<std::shared_ptr<const Handler>> handlers;
  std::shared_ptr<const IdleHook> idle_hook;
  std::atomic<std::uint64_t> wanted{0};  // a bit for each event, see wants

  mutable std::mutex action_mutex;  // before `mutex`, where both are held
  std::condition_variable action_ended;
  bool action_active = false;
  std::thread::id action_thread;

  void forget_removed_handlers() noexcept;
};

void Component::Impl::forget_removed_handlers() noexcept {
  const std::lock_guard<std::mutex> lock(mutex);
  std::uint64_t present = 0;
  for (std::size_t i = 0; i < handlers.size(); ++i) {
    if (handlers[i]) present |= std::uint64_t{1} << i;
  }
  wanted.store(present, std::memory_order_relaxed);
}

Component::Component(const ClassInfo& info) : info_(info), impl_(std::make_unique<Impl>(info)) {}

Component::~Component() = default;

Value Component::get(int property, int index) const {
  const PropertyInfo& row = impl_->values.property(property);
  if (row.count_property >= 0) {
    const auto size = number_of(get(row.count_property));
    if (index < 0 || index >= size) {
      out_of_range(row.name, std::to_string(index), static_cast<std::size_t>(size));
    }
  }
  if (row.computed) {
    return compute(property, index);
  }
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->values.slot(property, index);
}

void Component::set(int property, int index, Value value) {
  const PropertyInfo& row = impl_->values.property(property);
  if (!row.writable) {
    throw Error(kInvalidValue, std::string(row.name) + " can only be read");
  }
  if (row.locked && locked()) {
    throw Error(kBusy, std::string(row.name) + " cannot be changed while a run is under way");
  }
  check_value(row, value);
  if (row.on_set) {
    check(property, value);
  }
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    impl_->values.put(property, index, std::move(value));
  }
  if (row.secret) {
    wipe_value(value);  // a short text is copied, not moved
  }
  if (row.on_set) {
    after_set(property, index);
  }
}

std::string Component::config(std::string_view text) {
  const SettingText parsed = parse_setting_text(text);
  int id = -1;
  for (std::size_t i = 0; i < info_.setting_count && id < 0; ++i) {
    if (equal_ignoring_case(info_.settings[i].name, parsed.name)) {
      id = static_cast<int>(i);
    }
  }
  if (id < 0 || (parsed.index && !info_.settings[id].indexed)) {
    // The name goes into the text only where it is one: whoever mixes up the order may have put a
    // secret there.
    const SettingInfo* meant = id < 0 ? nearest_setting(info_, parsed.name) : &info_.settings[id];
    throw Error(kUnknownSetting, meant == nullptr
                                     ? std::string("there is no such setting")
                                     : std::string("there is no such setting; ") + meant->name +
                                           " is one" + (id < 0 ? "" : ", without an index"));
  }
  const SettingInfo& row = info_.settings[id];
  int index = 0;
  if (row.indexed) {
    if (!parsed.index) {
      throw Error(kIndexOutOfRange, std::string(row.name) + " needs an index: " + row.name + "[0]");
    }
    const std::int64_t size = row.count_setting < 0 ? std::int64_t{ValueTables::kMostUncounted}
                                                    : setting_number(row.count_setting);
    const auto number = parse_int(*parsed.index);
    if (!number || *number < 0 || *number >= size) {
      out_of_range(row.name, parsed.index->substr(0, 20), static_cast<std::size_t>(size));
    }
    index = static_cast<int>(*number);
  }
  if (!parsed.value && !row.writable && row.effect == Effect::kUnavailable) {
    throw Error(kInvalidValue, std::string(row.name) + " cannot be read: " + row.reason);
  }
  if (parsed.value) {
    if (!row.writable) {
      throw Error(kInvalidValue, std::string(row.name) + " can only be read");
    }
    if (row.locked && locked()) {
      throw Error(kBusy, std::string(row.name) + " cannot be changed while a run is under way");
    }
    if (row.alias >= 0) {
      set(row.alias, 0, parsed_value(row, impl_->values.property(row.alias).type, *parsed.value));
    } else {
      std::string value = checked_text(row, *parsed.value);
      if (row.on_set) {
        check_setting(id, value);
      }
      {
        const std::lock_guard<std::mutex> lock(impl_->mutex);
        impl_->values.put_setting(id, index, std::move(value));
      }
      if (row.secret) {
        wipe(value);
      }
      if (row.on_set) {
        after_set_setting(id, index);
      }
    }
  }
  return setting_text(id, index);
}

void Component::on(int event, std::shared_ptr<const Handler> handler) {
  if (event < 0 || static_cast<std::size_t>(event) >= info_.event_count) {
    throw Error(kInternal, "no such event");
  }
  if (handler && !*handler) {
    handler.reset();
  }
  const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(event);
  {
    const std::lock_guard<std::mutex> action_lock(impl_->action_mutex);
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    if (handler) {
      impl_->wanted.fetch_or(bit, std::memory_order_relaxed);
    } else if (!impl_->action_active) {
      impl_->wanted.fetch_and(~bit, std::memory_order_relaxed);
    }
    impl_->handlers[static_cast<std::size_t>(event)].swap(handler);
  }
  // The former handler goes here, without the lock: its user's data may call back.
}

bool Component::wants(int event) const noexcept {
  return (impl_->wanted.load(std::memory_order_relaxed) >> static_cast<unsigned>(event) & 1U) != 0;
}

void Component::fire(int event, Event& payload) {
  std::shared_ptr<const Handler> handler;
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    handler = impl_->handlers.at(static_cast<std::size_t>(event));
  }
  if (!handler) {
    return;
  }
  payload.keep_answers();
  if ((*handler)(payload) != 0) {
    payload.restore_answers();
    throw Error(kHandlerFailed,
                std::string("the handler of ") + info_.events[event].name + " failed");
  }
}

void Component::on_idle(std::shared_ptr<const IdleHook> hook) {
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    impl_->idle_hook.swap(hook);
  }
  // As in on: the former hook goes without the lock.
}

bool Component::idle() {
  std::shared_ptr<const IdleHook> hook;
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    hook = impl_->idle_hook;
  }
  return !hook || !*hook || (*hook)();
}

Component::ActionScope::ActionScope(Component& component) : component_(component) {
  Impl& impl = *component.impl_;
  const std::lock_guard<std::mutex> lock(impl.action_mutex);
  if (impl.action_active) {
    if (impl.action_thread == std::this_thread::get_id()) {
      throw Error(kNotInHandler, "this call is not allowed inside a handler of the same object");
    }
    throw Error(kBusy, "another call of this object is under way in another thread");
  }
  impl.action_active = true;
  impl.action_thread = std::this_thread::get_id();
}

Component::ActionScope::~ActionScope() {
  Impl& impl = *component_.impl_;
  const std::lock_guard<std::mutex> lock(impl.action_mutex);
  impl.forget_removed_handlers();
  impl.action_active = false;
  impl.action_thread = std::thread::id();
  // With the lock held: whoever waits may destroy the object right after.
  impl.action_ended.notify_all();
}

bool Component::in_action_of_this_thread() const noexcept {
  const std::lock_guard<std::mutex> lock(impl_->action_mutex);
  return impl_->action_active && impl_->action_thread == std::this_thread::get_id();
}

void Component::wait_for_actions() noexcept {
  std::unique_lock<std::mutex> lock(impl_->action_mutex);
  if (impl_->action_thread == std::this_thread::get_id()) {
    return;  // it would wait for itself
  }
  impl_->action_ended.wait(lock, [this] { return !impl_->action_active; });
}

Value Component::compute(int property, int index) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->values.slot(property, index);
}

std::string Component::compute_setting(int setting, int index) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->values.setting_slot(setting, index);
}

void Component::check(int /*property*/, const Value& /*value*/) const {}
void Component::check_setting(int /*setting*/, const std::string& /*value*/) const {}
void Component::after_set(int /*property*/, int /*index*/) {}
void Component::after_set_setting(int /*setting*/, int /*index*/) {}

std::string Component::text(int property, int index) const {
  return text_of(get(property, index));
}

std::int64_t Component::number(int property, int index) const {
  return number_of(get(property, index));
}

std::string Component::setting_text(int setting, int index) const {
  const SettingInfo& row = impl_->values.setting(setting);
  if (row.alias >= 0) {
    return text(row.alias);
  }
  if (row.computed) {
    return compute_setting(setting, index);
  }
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const std::size_t stored = impl_->values.stored(setting);
  if (row.indexed && row.count_setting < 0 && static_cast<std::size_t>(index) >= stored) {
    return row.default_text;  // not written yet
  }
  return impl_->values.setting_slot(setting, index);
}

std::int64_t Component::setting_number(int setting, int index) const {
  return number_of_text(setting_text(setting, index));
}

std::optional<std::string> Component::value_named(std::string_view name) const {
  for (std::size_t i = 0; i < info_.setting_count; ++i) {
    if (name == info_.settings[i].name) return setting_text(static_cast<int>(i));
  }
  for (std::size_t i = 0; i < info_.property_count; ++i) {
    if (name == info_.properties[i].name) return text(static_cast<int>(i));
  }
  return std::nullopt;
}

void Component::store(int property, Value value, int index) {
  if (value.index() != static_cast<std::size_t>(impl_->values.property(property).type)) {
    throw Error(kInternal, std::string(info_.properties[property].name) + " has another type");
  }
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->values.put(property, index, std::move(value));
}

void Component::store_setting(int setting, std::string value, int index) {
  const SettingInfo& row = impl_->values.setting(setting);
  if (row.alias >= 0) {
    store(row.alias, value_of(impl_->values.property(row.alias).type, value));
    return;
  }
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->values.put_setting(setting, index, std::move(value));
}

void Component::reset_all() {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->values.reset();
}

}  // namespace coffer::core
