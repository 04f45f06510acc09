// Client's properties and settings: what is checked when they are set, what is computed when they
// are read.
#include <cstddef>
#include <string_view>

#include "client_surface.h"
#include "core/error.h"
#include "threeds/client.h"

namespace coffer::threeds {
namespace {

using core::Error;

// RFC 4122, 3: 8-4-4-4-12 hexadecimal digits, in any case.
bool is_uuid(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != kForm.size()) {
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = kForm[i] == '-' ? text[i] == '-'
                                      : std::string_view("0123456789abcdefABCDEF").find(text[i]) !=
                                            std::string_view::npos;
    if (!fits) {
      return false;
    }
  }
  return true;
}

}  // namespace

void Client::check(int property, const core::Value& value) const {
  if (property == kSDKAppId || property == kSDKTransactionId) {
    const auto& text = std::get<std::string>(value);
    if (!text.empty() && !is_uuid(text)) {
      throw Error(713, std::string(info().properties[property].name) +
                           " must be a UUID such as 7d1d5e9a-5b7c-4d0e-9f5a-3a2b1c0d9e8f.");
    }
  }
}

void Client::after_set(int property, int /*index*/) {
  if (property == kProxyAuthScheme) {  // manual: setting it clears them
    store(kProxyUser, std::string());
    store(kProxyPassword, std::string());
  }
}

}  // namespace coffer::threeds
