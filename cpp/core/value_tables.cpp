#include "core/value_tables.h"

#include <utility>

#include "core/error.h"
#include "core/settings.h"
#include "core/text.h"
#include "core/wipe.h"

namespace coffer::core {
namespace {

constexpr std::int32_t kIndexOutOfRange = 606;
constexpr std::int32_t kInternal = 30005;

std::size_t size_of_text(const char* text) {
  return static_cast<std::size_t>(parse_int(text).value_or(0));
}

void wipe_one(Value& value) noexcept {
  wipe_value(value);
}
void wipe_one(std::string& value) noexcept {
  wipe(value);
}

// Grows with `fill` or drops the tail. Growing a vector moves its values and leaves copies of short
// texts where they were, hence the second way for secrets.
template <class T>
void resize(std::vector<T>& values, std::size_t size, const T& fill, bool secret) {
  if (!secret) {
    values.resize(size, fill);
    return;
  }
  std::vector<T> next;
  next.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    next.push_back(i < values.size() ? values[i] : fill);
  }
  for (T& value : values) {
    wipe_one(value);
  }
  values.swap(next);
}

}  // namespace

void wipe_value(Value& value) noexcept {
  if (auto* text = std::get_if<std::string>(&value)) {
    wipe(*text);
  } else if (auto* bytes = std::get_if<Bytes>(&value)) {
    wipe(*bytes);
  }
}

std::int64_t number_of(const Value& value) {
  struct Visitor {
    std::int64_t operator()(const std::string& text) const { return number_of_text(text); }
    std::int64_t operator()(const Bytes&) const { return 0; }
    std::int64_t operator()(bool flag) const { return flag ? 1 : 0; }
    std::int64_t operator()(std::int32_t number) const { return number; }
    std::int64_t operator()(std::int64_t number) const { return number; }
  };
  return std::visit(Visitor{}, value);
}

std::int64_t number_of_text(std::string_view text) {
  if (const auto number = parse_int(text)) {
    return *number;
  }
  return parse_bool(text).value_or(false) ? 1 : 0;
}

void out_of_range(const char* name, std::string_view index, std::size_t size) {
  throw Error(kIndexOutOfRange, std::string(name) + "[" + std::string(index) +
                                    "] does not exist: there are " + std::to_string(size) +
                                    ", counted from 0");
}

ValueTables::ValueTables(const ClassInfo& info)
    : info_(info), properties_(info.property_count), settings_(info.setting_count) {
  fill();
}

ValueTables::~ValueTables() {
  for (std::size_t i = 0; i < properties_.size(); ++i) {
    for (Value& value : properties_[i]) {
      if (info_.properties[i].secret) {
        wipe_value(value);
      }
    }
  }
  for (std::size_t i = 0; i < settings_.size(); ++i) {
    for (std::string& value : settings_[i]) {
      if (info_.settings[i].secret) {
        wipe(value);
      }
    }
  }
}

const PropertyInfo& ValueTables::property(int id) const {
  if (id < 0 || static_cast<std::size_t>(id) >= info_.property_count) {
    throw Error(kInternal, "no such property");
  }
  return info_.properties[id];
}

const SettingInfo& ValueTables::setting(int id) const {
  if (id < 0 || static_cast<std::size_t>(id) >= info_.setting_count) {
    throw Error(kInternal, "no such setting");
  }
  return info_.settings[id];
}

const Value& ValueTables::slot(int id, int index) const {
  const PropertyInfo& row = property(id);
  const std::vector<Value>& values = properties_[static_cast<std::size_t>(id)];
  const std::size_t at = row.count_property < 0 ? 0 : static_cast<std::size_t>(index);
  if (at >= values.size()) {
    out_of_range(row.name, std::to_string(index), values.size());
  }
  return values[at];
}

const std::string& ValueTables::setting_slot(int id, int index) const {
  const SettingInfo& row = setting(id);
  const std::vector<std::string>& values = settings_[static_cast<std::size_t>(id)];
  const std::size_t at = row.indexed ? static_cast<std::size_t>(index) : 0;
  if (at >= values.size()) {
    out_of_range(row.name, std::to_string(index), values.size());
  }
  return values[at];
}

std::size_t ValueTables::stored(int setting) const {
  return settings_[static_cast<std::size_t>(setting)].size();
}

void ValueTables::put(int id, int index, Value&& value) {
  static_cast<void>(slot(id, index));  // 606
  const bool indexed = property(id).count_property >= 0;
  Value& place = properties_[static_cast<std::size_t>(id)]
                            [indexed ? static_cast<std::size_t>(index) : std::size_t{0}];
  if (property(id).secret) {
    wipe_value(place);
  }
  place = std::move(value);
  for (std::size_t i = 0; i < info_.property_count; ++i) {
    if (info_.properties[i].count_property == id) {
      resize_property(i, static_cast<std::size_t>(number_of(place)));
    }
  }
}

void ValueTables::put_setting(int id, int index, std::string&& value) {
  const SettingInfo& row = setting(id);
  const auto row_index = static_cast<std::size_t>(id);
  const std::size_t at = row.indexed ? static_cast<std::size_t>(index) : 0;
  if (row.indexed && row.count_setting < 0 && at < kMostUncounted && at >= stored(id)) {
    resize_setting(row_index, at + 1);
  }
  static_cast<void>(setting_slot(id, index));  // 606
  std::string& place = settings_[row_index][at];
  if (row.secret) {
    wipe(place);
  }
  place = std::move(value);
  for (std::size_t i = 0; i < info_.setting_count; ++i) {
    if (info_.settings[i].count_setting == id) {
      resize_setting(i, static_cast<std::size_t>(number_of_text(place)));
    }
  }
}

void ValueTables::reset() {
  for (std::size_t i = 0; i < properties_.size(); ++i) {
    resize_property(i, 0);
  }
  for (std::size_t i = 0; i < settings_.size(); ++i) {
    resize_setting(i, 0);
  }
  fill();
}

std::size_t ValueTables::initial_size(const PropertyInfo& row) const {
  return row.count_property < 0 ? 1 : size_of_text(property(row.count_property).default_text);
}

std::size_t ValueTables::initial_size(const SettingInfo& row) const {
  if (row.count_setting < 0) {
    return row.indexed ? 0 : 1;
  }
  return size_of_text(setting(row.count_setting).default_text);
}

void ValueTables::fill() {
  for (std::size_t i = 0; i < properties_.size(); ++i) {
    resize_property(i, initial_size(info_.properties[i]));
  }
  for (std::size_t i = 0; i < settings_.size(); ++i) {
    resize_setting(i, initial_size(info_.settings[i]));
  }
}

void ValueTables::resize_property(std::size_t id, std::size_t size) {
  const PropertyInfo& row = info_.properties[id];
  resize(properties_[id], size, value_of(row.type, row.default_text), row.secret);
}

void ValueTables::resize_setting(std::size_t id, std::size_t size) {
  const SettingInfo& row = info_.settings[id];
  resize(settings_[id], size, std::string(row.default_text), row.secret);
}

}  // namespace coffer::core
