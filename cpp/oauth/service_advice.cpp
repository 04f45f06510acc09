#include "oauth/service_advice.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"

namespace coffer::oauth {

namespace {

using Numbered = std::pair<long, const char*>;
using Named = std::pair<std::string_view, const char*>;

constexpr const char* kSignIn = "Call Authorize to sign in again.";

// learn.microsoft.com, "Microsoft Entra authentication and authorization error codes".
constexpr std::array<Numbered, 33> kNumbered = {{
    {50011, "Register the ReturnURL with the application, exactly as it is sent."},
    {50020, "The user does not exist in this tenant; check the account and the tenant."},
    {50034, "The user does not exist in this tenant; check the account and the tenant."},
    {50053, "The account is locked, or the address of this machine is blocked."},
    {50055, "The password has expired; change it."},
    {50057, "The account is disabled."},
    {50076, "The account needs a second factor: use a grant with a browser."},
    {50079, "The account needs a second factor: use a grant with a browser."},
    {50126, "The user name or the password is wrong."},
    {50173, "The sign-in was revoked. Call Authorize to sign in again."},
    {50194, "The application belongs to one tenant: name it in the URLs instead of common."},
    {501481, "The PKCE verifier does not belong to this authorization code."},
    {53003, "A conditional access policy of the tenant refuses this sign-in."},
    {54005, "The authorization code was used already. Call Authorize to get another."},
    {65001, "Consent is missing: a user or an administrator has to grant the permissions."},
    {65004, "The user declined the permissions."},
    {70008, "The refresh token has expired. Call Authorize to sign in again."},
    {70011, "A scope is not valid; check AuthorizationScope."},
    {70016, "The user has not finished signing in."},
    {70043, "The tenant asks for a new sign-in. Call Authorize."},
    {90002, "There is no such tenant; check it in ServerTokenURL."},
    {700016, "The tenant does not know this application; check ClientId and the tenant."},
    {700024, "The clock of this machine is wrong, or the assertion is too old."},
    {700025, "A public application must not send a secret: clear ClientSecret."},
    {700027, "The client certificate is not the one registered with the application."},
    {700082, "The refresh token has expired. Call Authorize to sign in again."},
    {900144, "A parameter is missing from the request."},
    {1002012, "Client credentials take the scope https://graph.microsoft.com/.default alone."},
    {7000215, "The client secret is wrong: take its value, not its id."},
    {7000218, "The application needs a secret: set ClientSecret."},
    {7000222, "The client secret has expired; create another."},
    {9001023, "This grant needs the tenant in ServerTokenURL instead of common or consumers."},
    {50196, "The same request was repeated too often; wait before the next."},
}};

constexpr std::array<Named, 11> kNamed = {{
    {"invalid_grant", kSignIn},
    {"interaction_required", kSignIn},
    {"login_required", kSignIn},
    {"consent_required", "Consent is missing: a user or an administrator has to grant it."},
    {"invalid_client", "Check ClientId and ClientSecret."},
    {"unauthorized_client", "The application may not use this grant; check its registration."},
    {"access_denied", "The user or the tenant declined."},
    {"invalid_scope", "Check AuthorizationScope."},
    {"unsupported_grant_type", "The server does not know this grant; check ServerTokenURL."},
    {"invalid_resource", "Check AuthorizationScope."},
    {"invalid_request", "Check the OAuth settings."},
}};

}  // namespace

std::vector<long> aadsts_numbers(std::string_view description) {
  constexpr std::string_view kPrefix = "AADSTS";
  constexpr std::size_t kLongest = 9;
  std::vector<long> numbers;
  for (std::size_t at = description.find(kPrefix); at != std::string_view::npos;
       at = description.find(kPrefix, at)) {
    at += kPrefix.size();
    const std::size_t end =
        std::min(description.find_first_not_of("0123456789", at), description.size());
    if (end == at || end - at > kLongest) continue;
    if (const auto number = core::parse_int(description.substr(at, end - at))) {
      numbers.push_back(static_cast<long>(*number));
    }
  }
  return numbers;
}

std::string advice_for(const std::string& error, const std::vector<long>& numbers) {
  for (const long number : numbers) {
    for (const auto& [known, advice] : kNumbered) {
      if (known == number) return advice;
    }
  }
  for (const auto& [name, advice] : kNamed) {
    if (name == error) return advice;
  }
  return {};
}

bool worth_retrying(const std::string& error, const std::vector<long>& numbers) {
  if (error == "temporarily_unavailable" || error == "server_error") return true;
  return std::any_of(numbers.begin(), numbers.end(),
                     [](long number) { return number == 50033 || number == 90006; });
}

}  // namespace coffer::oauth
