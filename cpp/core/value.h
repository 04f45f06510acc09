// What a property, a setting or an event field can hold.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace coffer::core {

using Bytes = std::vector<std::uint8_t>;

enum class Type : std::uint8_t { kString, kBytes, kBool, kInt32, kInt64 };

// The alternative always agrees with the Type that the surface table states for the item.
using Value = std::variant<std::string, Bytes, bool, std::int32_t, std::int64_t>;

}  // namespace coffer::core
