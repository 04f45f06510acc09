#include "oauth/pkce.h"

#include <algorithm>

#include "core/text.h"
#include "crypto/digest.h"

namespace coffer::oauth {

namespace {

constexpr std::size_t kRandomOctets = 32;

std::string base64url_of(const std::uint8_t* data, std::size_t size) {
  std::string text = core::base64(data, size);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.resize(text.find_last_not_of('=') + 1);
  return text;
}

}  // namespace

std::string base64url(std::string_view octets) {
  const std::basic_string<std::uint8_t> copy(octets.begin(), octets.end());
  return base64url_of(copy.data(), copy.size());
}

core::Secret random_text(crypto::Random& random) {
  std::uint8_t octets[kRandomOctets];
  random.fill(octets, sizeof octets);
  core::Secret text(base64url_of(octets, sizeof octets));
  core::wipe(octets, sizeof octets);
  return text;
}

bool valid_verifier(std::string_view verifier) noexcept {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  return verifier.size() >= 43 && verifier.size() <= 128 &&
         verifier.find_first_not_of(kUnreserved) == std::string_view::npos;
}

std::string challenge_of(const core::Secret& verifier, ChallengeMethod method) {
  if (method == ChallengeMethod::kPlain) return verifier.reveal();
  const auto digest = crypto::sha256(verifier.reveal());
  return base64url_of(digest.data(), digest.size());
}

}  // namespace coffer::oauth
