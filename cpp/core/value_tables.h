// The values behind a class's properties and settings, as its tables describe them.
//
// Threads: none of its own; Component holds its lock around every call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/surface.h"
#include "core/value.h"

namespace coffer::core {

// Owned by Component; what is overwritten or dropped leaves no secret behind.
class ValueTables {
 public:
  // An indexed setting without a count grows with what is written, but not without bound.
  static constexpr std::size_t kMostUncounted = 1000;

  explicit ValueTables(const ClassInfo& info);
  ValueTables(const ValueTables&) = delete;
  ValueTables& operator=(const ValueTables&) = delete;
  ~ValueTables();

  // The rows; 30005 for an id that is none.
  const PropertyInfo& property(int id) const;
  const SettingInfo& setting(int id) const;

  // The values; 606 for an index that is none. The index is ignored where there is only one.
  const Value& slot(int id, int index) const;
  const std::string& setting_slot(int id, int index) const;
  std::size_t stored(int setting) const;  // how many values an indexed setting has

  // A count makes room for what it counts, or drops the tail.
  void put(int id, int index, Value&& value);
  void put_setting(int id, int index, std::string&& value);
  void reset();

 private:
  std::size_t initial_size(const PropertyInfo& row) const;
  std::size_t initial_size(const SettingInfo& row) const;
  void fill();
  void resize_property(std::size_t id, std::size_t size);
  void resize_setting(std::size_t id, std::size_t size);

  const ClassInfo& info_;
  std::vector<std::vector<Value>> properties_;
  std::vector<std::vector<std::string>> settings_;
};

void wipe_value(Value& value) noexcept;
// What engines read as a number: bool as 0 and 1, text as the number or truth value it spells.
std::int64_t number_of(const Value& value);
std::int64_t number_of_text(std::string_view text);
[[noreturn]] void out_of_range(const char* name, std::string_view index, std::size_t size);

}  // namespace coffer::core
