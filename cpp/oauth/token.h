// An access token and what is known about it.
//
// Threads: values, no shared state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/wipe.h"

namespace coffer::oauth {

struct Token {
  core::Secret access;
  core::Secret refresh;  // empty: none came
  std::string type = "Bearer";
  std::optional<std::int64_t> expires_in;  // seconds; absent: not said
  std::string scope;
};

// The payload of a JWT as JSON text; "" when the token is none (graph-mail 8.6: personal accounts'
// tokens need not be JWTs). The signature is not ours to check.
std::string jwt_claims(std::string_view token);

}  // namespace coffer::oauth
