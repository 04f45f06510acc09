// Writes one JSON object, member by member, in the order of the calls. What it wrote may hold
// challenge data, so its buffer is wiped whenever it is left behind.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/wipe.h"

namespace coffer::threeds {

class JsonObject {
 public:
  JsonObject() = default;
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;
  ~JsonObject() { core::wipe(text_); }

  JsonObject& string(std::string_view name, std::string_view value);
  // Empty values are left out: no member may be an empty string (EMV Req 309).
  JsonObject& string_if(std::string_view name, std::string_view value);
  // `json` is a JSON value already.
  JsonObject& raw(std::string_view name, std::string_view json);
  bool has(std::string_view name) const;
  // The object as text; the writer is empty afterwards.
  std::string take();

 private:
  void append(std::string_view piece);

  std::string text_;
  std::vector<std::string> names_;
};

}  // namespace coffer::threeds
