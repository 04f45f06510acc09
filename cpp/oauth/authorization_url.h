// Where the browser is sent: the authorization request of RFC 6749 section 4.1.1 and 4.2.1.
//
// Threads: free functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/wipe.h"

namespace coffer::oauth {

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct AuthorizationRequest {
  std::string auth_url;  // ServerAuthURL; its own query stays
  std::string client_id;
  std::string response_type = "code";       // "" for admin consent, which has none
  std::optional<std::string> redirect_uri;  // absent: not sent; empty: sent empty
  std::string scope;                        // empty: not sent
  std::string state;                        // empty: not sent
  std::string challenge;                    // PKCE; empty: none
  std::string challenge_method;             // "S256" or "plain"
  Parameters parameters;                    // the user's own; cannot replace the ones above
};

std::string url_of(const AuthorizationRequest& request);

// Throws 713, naming the property, unless the address is an absolute https URL, or an http one of
// this machine; no user name, no fragment (RFC 6749 section 3.1). Empty: 707.
void check_server_url(const char* property, const std::string& text);

// "a b" and "offline_access" where that is missing (manual, OAuthRequestRefreshToken).
std::string with_offline_access(std::string scope);

// …/{tenant}/adminconsent and …/{tenant}/v2.0/adminconsent (graph-mail 8.5).
bool is_admin_consent(const std::string& auth_url);

// Contract section 3, OAuthDeviceCode: the device endpoint that belongs to ServerAuthURL.
std::string device_url_of(const std::string& auth_url);

}  // namespace coffer::oauth
