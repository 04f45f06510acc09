// Places in a JSON text: what stands where, without building a tree. For texts that
// core::json_problem found good, or good up to an octet.
//
// Threads: free functions without state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::threeds {

// One member's name and value in the text, at any depth.
struct JsonMember {
  std::string name;       // decoded
  std::size_t depth = 0;  // 1: of the outermost object
  std::size_t value = 0;  // octet where the value begins
  std::size_t value_end = 0;
};
// In the order of the text; stops quietly where the text stops being JSON.
std::vector<JsonMember> json_members(std::string_view text);

// The value of a member of the outermost object, as written; empty when absent.
std::string_view raw_member(std::string_view text, std::string_view name);

// The element that stands at an octet, as an Erro names it: "challengeEntryBox.challengeInfoLabel";
// array elements add nothing. An octet inside a member's name means that member.
std::string element_at(std::string_view text, std::size_t octet);

// The octet that ends a text of core::json_problem ("… at octet 17"), or 0.
std::size_t octet_of_problem(std::string_view problem) noexcept;

}  // namespace coffer::threeds
