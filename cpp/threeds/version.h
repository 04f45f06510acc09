// The protocol versions that this class speaks (messageVersion of every message).
//
// Threads: free functions without state.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace coffer::threeds {

enum class Version : std::uint8_t { k210, k220, k231 };

std::optional<Version> known_version(std::string_view text) noexcept;
// Throws core::Error 713 for anything but "2.1.0", "2.2.0" and "2.3.1".
Version require_version(std::string_view text);
std::string_view version_text(Version version) noexcept;

}  // namespace coffer::threeds
