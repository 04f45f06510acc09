// What a log shows of a clear message when MaskSensitive is on.
//
// Threads: free functions without state.
#pragma once

#include <string>
#include <string_view>

namespace coffer::threeds {

// challengeDataEntry, challengeDataEntryTwo, challengeHTMLDataEntry, at any depth.
bool is_sensitive_member(std::string_view name) noexcept;
// The same text with the values of these members as "******". A text that is no JSON is cut before
// the first of their names.
std::string masked_message(std::string_view json);

}  // namespace coffer::threeds
