// The elements of a screen by protocol version and template (emv-3ds sections 9.2 and 9.4): which
// must be there, which may, which are ignored.
//
// Threads: free functions without state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "threeds/version.h"

namespace coffer::threeds {

// One letter per acsUiType from 01 on: M mandatory, O optional, C conditional, N not. Types behind
// the end do not exist in that version.
struct UiElement {
  std::string_view name;
  std::string_view in_210;
  std::string_view in_220;
  std::string_view in_231;
  std::size_t longest;  // characters; 0: not a plain text
};

struct UiElements {
  const UiElement* first;
  const UiElement* last;
  const UiElement* begin() const noexcept { return first; }
  const UiElement* end() const noexcept { return last; }
};
UiElements ui_elements() noexcept;

// 'N' for an element or type that the version does not have.
char ui_rule(std::string_view element, Version version, std::int32_t ui_type) noexcept;
std::size_t ui_longest(std::string_view element) noexcept;
constexpr std::int32_t last_ui_type(Version version) noexcept {
  return version == Version::k231 ? 7 : 5;
}
constexpr bool is_html_type(std::int32_t ui_type) noexcept {
  return ui_type == 5 || ui_type == 6;
}

}  // namespace coffer::threeds
