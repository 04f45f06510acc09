#include "threeds/json_object.h"

#include <algorithm>

#include "core/json.h"

namespace coffer::threeds {

// A growing std::string would leave its old buffer behind unwiped.
void JsonObject::append(std::string_view piece) {
  const std::size_t needed = text_.size() + piece.size();
  if (needed > text_.capacity()) {
    std::string larger;
    larger.reserve(std::max<std::size_t>(512, needed * 2));
    larger.append(text_);
    larger.append(piece);
    text_.swap(larger);
    core::wipe(larger);
    return;
  }
  text_.append(piece);
}

JsonObject& JsonObject::raw(std::string_view name, std::string_view json) {
  append(text_.empty() ? "{" : ",");
  append(core::json_quoted(name));
  append(":");
  append(json);
  names_.emplace_back(name);
  return *this;
}

JsonObject& JsonObject::string(std::string_view name, std::string_view value) {
  std::string quoted = core::json_quoted(value);
  raw(name, quoted);
  core::wipe(quoted);
  return *this;
}

JsonObject& JsonObject::string_if(std::string_view name, std::string_view value) {
  return value.empty() ? *this : string(name, value);
}

bool JsonObject::has(std::string_view name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

std::string JsonObject::take() {
  append(text_.empty() ? "{}" : "}");
  std::string out;
  out.swap(text_);
  names_.clear();
  return out;
}

}  // namespace coffer::threeds
