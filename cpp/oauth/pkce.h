// Proof Key for Code Exchange (RFC 7636), and the random texts of a sign-in.
//
// Threads: free functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/wipe.h"
#include "crypto/random.h"

namespace coffer::oauth {

// Manual, OAuthPKCEChallengeEncoding.
enum class ChallengeMethod { kPlain = 1, kS256 = 2 };

// 32 random octets in base64url: a verifier (RFC 7636 section 4.1), a state.
core::Secret random_text(crypto::Random& random);

// RFC 7636 section 4.1: 43 to 128 unreserved characters.
bool valid_verifier(std::string_view verifier) noexcept;

std::string challenge_of(const core::Secret& verifier, ChallengeMethod method);

// Without padding (RFC 7515 section 2).
std::string base64url(std::string_view octets);

}  // namespace coffer::oauth
