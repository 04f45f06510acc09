// How JSON of this protocol is read: contract section 2, 3DS messages.
//
// Threads: free functions without state.
#pragma once

#include <string>
#include <string_view>

#include "core/json.h"

namespace coffer::threeds {

// Lone surrogates and U+0000 are refused; depth 64, 1 MiB.
constexpr core::JsonLimits message_limits() noexcept {
  core::JsonLimits limits;
  limits.max_size = std::size_t{1} << 20;
  limits.replace_lone_surrogates = false;
  limits.allow_nul = false;
  return limits;
}

// A string as it may be shown in an error text: one line, at most `longest` octets.
std::string shown(std::string_view text, std::size_t longest = 200);

}  // namespace coffer::threeds
