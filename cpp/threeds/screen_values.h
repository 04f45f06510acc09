// Single values of a screen: their types, and what StrictMessages makes of sloppy ones (emv-3ds
// section 9.4: lenient by default, a note for the log).
//
// Threads: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "threeds/cres.h"
#include "threeds/fault.h"
#include "threeds/screen.h"

namespace coffer::threeds {

class ScreenValues {
 public:
  ScreenValues(const CresExpectations& expected, std::vector<std::string>& notes)
      : expected_(expected), notes_(notes) {}

  Faults& missing() noexcept { return missing_; }  // 201
  Faults& wrong() noexcept { return wrong_; }      // 203, 207
  Faults& twice() noexcept { return twice_; }      // 204

  // "" when absent; longest 0: no limit.
  std::string text(core::JsonView value, std::string_view name, std::size_t longest);
  bool flag(core::JsonView value, std::string_view name);  // Y or N
  // "01" to `last` as 1 and up, 0 when absent or unknown.
  std::int32_t code(core::JsonView value, std::string_view name, std::int32_t last);
  EntryBox entry_box(core::JsonView value, std::string_view name);
  // medium, high, extraHigh or default, dark, monochrome; both forms in every version.
  std::array<std::string, 3> images(core::JsonView value, std::string_view name, bool newest);

  void check_count(std::string_view name, std::size_t count, std::size_t most);
  void check_page(std::string_view name, std::size_t characters, std::size_t decoded);
  // A note, or 203 with StrictMessages.
  void deviation(std::string_view name, std::string_view what);

 private:
  std::int32_t length_max(core::JsonView value, std::string_view name);
  void unknown_code(std::string_view text, std::string_view name);

  const CresExpectations& expected_;
  std::vector<std::string>& notes_;
  Faults missing_;
  Faults wrong_;
  Faults twice_;
};

}  // namespace coffer::threeds
