// The library's one exception: a documented code (capi/api/errors.toml) and a sentence that tells
// the user what to do. Thrown for whatever ends an operation; expected outcomes are return values.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace coffer::core {

class Error : public std::runtime_error {
 public:
  Error(std::int32_t code, const std::string& text) : std::runtime_error(text), code_(code) {}
  std::int32_t code() const noexcept { return code_; }

 private:
  std::int32_t code_;
};

}  // namespace coffer::core
