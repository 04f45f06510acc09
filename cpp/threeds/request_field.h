// Members that the app appends to a request: add_request_field(name, value, value_type).
//
// Threads: plain values and free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "threeds/json_object.h"

namespace coffer::threeds {

// emv-3ds section 10; the manual does not list the values.
namespace field_type {
constexpr std::int32_t kObject = 0;
constexpr std::int32_t kArray = 1;
constexpr std::int32_t kString = 2;
constexpr std::int32_t kNumber = 3;
constexpr std::int32_t kBool = 4;
constexpr std::int32_t kNull = 5;
constexpr std::int32_t kRaw = 6;
}  // namespace field_type

struct RequestField {
  std::string name;
  std::string value;
  std::int32_t value_type = field_type::kString;  // an unknown one is a string (section 17, 17)
};

// Throws 713 for an empty name and for a value that is not what its type says.
void check_request_field(const RequestField& field);
// Appends all; throws 713 likewise, 603 for a name that the request has already.
void append_request_fields(JsonObject& object, const std::vector<RequestField>& fields);

}  // namespace coffer::threeds
