#include "threeds/version.h"

#include <string>

#include "core/error.h"

namespace coffer::threeds {
namespace {

constexpr std::int32_t kBadValue = 713;

}  // namespace

std::optional<Version> known_version(std::string_view text) noexcept {
  if (text == "2.1.0") return Version::k210;
  if (text == "2.2.0") return Version::k220;
  if (text == "2.3.1") return Version::k231;
  return std::nullopt;
}

Version require_version(std::string_view text) {
  if (const auto version = known_version(text)) return *version;
  throw core::Error(kBadValue, "The message version must be 2.1.0, 2.2.0 or 2.3.1, not \"" +
                                   std::string(text.substr(0, 20)) + "\"");
}

std::string_view version_text(Version version) noexcept {
  switch (version) {
    case Version::k210:
      return "2.1.0";
    case Version::k220:
      return "2.2.0";
    case Version::k231:
      break;
  }
  return "2.3.1";
}

}  // namespace coffer::threeds
