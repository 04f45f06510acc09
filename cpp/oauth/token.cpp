#include "oauth/token.h"

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"

namespace coffer::oauth {

std::string jwt_claims(std::string_view token) {
  constexpr std::size_t kMax = std::size_t{1} << 20;
  const auto parts = core::split(token, '.');
  if (parts.size() != 3 || parts[0].empty() || token.size() > kMax) return {};
  const auto payload = core::base64url_decode(parts[1]);
  if (!payload) return {};
  std::string text(payload->begin(), payload->end());
  try {
    if (!core::Document::parse(text, 706, "The access token").root().is_object()) return {};
  } catch (const core::Error&) {
    return {};
  }
  return text;
}

}  // namespace coffer::oauth
