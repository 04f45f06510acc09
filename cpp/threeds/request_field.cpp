#include "threeds/request_field.h"

#include <string_view>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "threeds/message_json.h"

namespace coffer::threeds {
namespace {

constexpr std::int32_t kContradiction = 603;
constexpr std::int32_t kBadValue = 713;

[[noreturn]] void refuse(const RequestField& field, const std::string& why) {
  throw core::Error(kBadValue,
                    "The value of the request field \"" + shown(field.name, 64) + "\" " + why);
}

bool fits(core::JsonView value, std::int32_t type) {
  switch (type) {
    case field_type::kObject:
      return value.is_object();
    case field_type::kArray:
      return value.is_array();
    case field_type::kNumber:
      return value.is_number();
    case field_type::kBool:
      return value.is_bool();
    default:
      return true;
  }
}

std::string_view name_of(std::int32_t type) {
  switch (type) {
    case field_type::kObject:
      return "a JSON object";
    case field_type::kArray:
      return "a JSON array";
    case field_type::kNumber:
      return "a JSON number";
    case field_type::kBool:
      return "true or false";
    default:
      return "a JSON value";
  }
}

// The member's value as JSON.
std::string json_of(const RequestField& field) {
  const std::int32_t type = field.value_type;
  if (type == field_type::kNull) return "null";
  if (type < field_type::kObject || type > field_type::kRaw || type == field_type::kString) {
    return core::json_quoted(field.value);
  }
  std::string text(core::trim(field.value));
  if (type == field_type::kBool) text = core::lower(text);  // the library's words: True, False
  const std::string problem = core::json_problem(text, message_limits());
  if (!problem.empty()) {
    refuse(field, "is not the text of " + std::string(name_of(type)) + ": " + problem);
  }
  const auto document = core::Document::parse(text, kBadValue, "request field", message_limits());
  if (!fits(document.root(), type)) {
    refuse(field, "is not the text of " + std::string(name_of(type)));
  }
  return text;
}

void check_name(const RequestField& field) {
  if (field.name.empty()) {
    throw core::Error(kBadValue, "A request field needs a name: set one in add_request_field");
  }
}

}  // namespace

void check_request_field(const RequestField& field) {
  check_name(field);
  json_of(field);
}

void append_request_fields(JsonObject& object, const std::vector<RequestField>& fields) {
  for (const RequestField& field : fields) {
    check_name(field);
    if (object.has(field.name)) {
      throw core::Error(kContradiction, "The request has the field \"" + shown(field.name, 64) +
                                            "\" already: use the property that sets it, or "
                                            "another name in add_request_field");
    }
    std::string json = json_of(field);
    object.raw(field.name, json);
    core::wipe(json);
  }
}

}  // namespace coffer::threeds
