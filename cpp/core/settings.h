// What a value of the surface table may be, and how it reads as text: the rules behind properties
// and Config("Name=Value") (contract sections 2 and 3).
//
// Threads: plain functions without state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/surface.h"
#include "core/value.h"

namespace coffer::core {

// The name in "Name", "Name[3]", "Name=Value" or "Name[3]=Value", and the value as it stands.
struct SettingText {
  std::string_view name;
  std::optional<std::string_view> index;  // what stands between the brackets
  std::optional<std::string_view> value;  // everything after the first '='
};
SettingText parse_setting_text(std::string_view text) noexcept;

// True, False, 1, 0, Yes, No in any case; On and Off besides (manual, TransferredRequest).
std::optional<bool> parse_bool(std::string_view text) noexcept;

// Texts as Config returns them: True and False, plain numbers; bytes as they are.
std::string text_of(const Value& value);
// The value of a text that is known to fit its type (defaults, checked texts).
Value value_of(Type type, std::string_view text);

// Throws 713 with what is allowed when the value does not fit the row.
void check_value(const PropertyInfo& row, const Value& value);
// The text in its canonical form; throws 713 as above.
std::string checked_text(const SettingInfo& row, std::string_view text);
// As the row's type reads it; throws 713 when it is no such value. For settings that alias a
// property.
Value parsed_value(const SettingInfo& row, Type type, std::string_view text);

// The setting that a mistyped name may have meant, or nullptr.
const SettingInfo* nearest_setting(const ClassInfo& info, std::string_view name);

}  // namespace coffer::core
