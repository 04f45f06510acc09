// Authorize: a refresh token where there is one, else whatever the grant asks of the user.
//
// Threads: one object lives in one call of Authorize and belongs to its thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/clock.h"
#include "core/log.h"
#include "crypto/random.h"
#include "net/transport.h"
#include "net/url.h"
#include "oauth/pkce.h"
#include "oauth/redirect_server.h"
#include "oauth/token_client.h"
#include "oauth/token_source.h"

namespace coffer::oauth {

// The properties and settings, as they were when Authorize was called.
struct SignInSettings {
  TokenSettings token;  // ServerTokenURL, client, grant, scope, refresh token, own parameters
  bool web_profile = false;
  bool device_code = false;  // OAuthDeviceCode
  std::string auth_url;
  core::Secret authorization_code;  // Web profile
  std::string return_url;           // empty: the web server's own
  bool include_empty_redirect_uri = true;
  bool use_pkce = true;
  ChallengeMethod challenge_method = ChallengeMethod::kS256;
  core::Secret verifier;  // Web profile: of the authorization request
  bool request_refresh_token = true;
  std::int64_t browser_timeout = 0;  // seconds; 0: none
  std::string browser_command;
  WebServerSettings web_server;
  bool reuse_web_server = true;
  std::string success_page;
  std::string failure_page;
  std::string user_id;  // UserId, which admin consent needs
};

// What is worth showing while it happens; called in Authorize's thread.
class SignInListener {
 public:
  virtual ~SignInListener() = default;
  virtual void authorization_url(const std::string& url) = 0;  // the browser is sent there
  virtual void return_url(const std::string& url) = 0;         // the web server's
  virtual void verifier(const core::Secret& verifier) = 0;     // PKCE
  virtual void code(const core::Secret& code) = 0;             // the redirect brought it
  virtual void scope(const std::string& scope) = 0;            // with offline_access
  virtual void device(const std::string& user_code, const std::string& url) = 0;
  virtual void answered(const Parameters& parameters) = 0;  // of redirect and token answer
};

struct SignInPorts {
  net::Transport& transport;
  const core::Clock& clock;
  crypto::Random& random;
  core::Log& log;
  RedirectServer& server;
  SignInListener& listener;
  std::function<bool()> cancelled;
};

class SignIn {
 public:
  SignIn(SignInSettings settings, SignInPorts ports);

  // Returns a token or throws 301, 706, 707, 708, 709, 713, or the transport's or web server's
  // code.
  Token run();

 private:
  Token through_browser();
  Token through_device();
  Token with_code(const core::Secret& code, const core::Secret& verifier,
                  const std::optional<std::string>& redirect_uri);
  Token admin_consented();
  std::optional<Token> refreshed();
  Token taken(TokenResult result);
  loopback::Fields wait_for_browser(const std::string& url);
  TokenRequest request(TokenGrant grant) const;
  void start_server();

  SignInSettings settings_;
  SignInPorts ports_;
  Parameters answered_;
};

// WebAuthURL of the Web profile. Throws 707 and 713 for what is missing or wrong. An empty
// verifier: without PKCE.
std::string web_auth_url(const SignInSettings& settings, const core::Secret& verifier);

}  // namespace coffer::oauth
