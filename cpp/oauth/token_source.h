// The authorization that a run uses: given as a string, or a token that is renewed without a user.
//
// Threads: everything belongs to the transport's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "net/transport.h"
#include "net/url.h"
#include "oauth/token_client.h"

namespace coffer::oauth {

// Manual, OAuthSettings.GrantType.
enum class Grant { kAuthorizationCode = 0, kImplicit = 1, kPassword = 2, kClientCredentials = 3 };

struct TokenSettings {
  core::Secret authorization;  // the Authorization property: used as it is
  Grant grant = Grant::kAuthorizationCode;
  std::string token_url;  // ServerTokenURL
  std::string client_id;
  core::Secret client_secret;  // with kPassword, the user's password
  Assertion assertion;         // of OAuthClientCertStore; empty: the secret counts
  std::string user_name;       // OAuthPasswordGrantUsername
  std::string scope;
  core::Secret access_token;               // of an earlier Authorize
  std::optional<std::int64_t> expires_in;  // of that, from now on
  core::Secret refresh_token;
  bool automatic_refresh = true;  // OAuthAutomaticRefresh
  Parameters parameters;
  net::Url service;  // GraphURL: whose .default scope client credentials ask for
};

// Who asks for a token, for the grant of the settings: client authentication, scope, and what the
// grants without a user need.
TokenRequest client_request(const TokenSettings& settings);

class TokenSource {
 public:
  // Throws 707 when there is nothing to begin with and no way to get it without a user, 713 for a
  // bad ServerTokenURL. Transport and clock outlive the object.
  TokenSource(TokenSettings settings, net::Transport& transport, const core::Clock& clock);
  TokenSource(const TokenSource&) = delete;
  TokenSource& operator=(const TokenSource&) = delete;
  ~TokenSource();

  // "Bearer …" (or the Authorization property); "" before the first token came.
  const std::string& authorization() const noexcept { return authorization_.reveal(); }
  bool can_refresh() const noexcept { return request_.has_value(); }
  // There is no token yet, or its end is near: 5 minutes ahead (as MSAL), half its life when that
  // is shorter. Without a known lifetime: never; the service's 401 tells.
  bool needs_refresh(core::Clock::Time now) const noexcept;

  // Gets a new token; everybody who asks meanwhile gets the same result (code 0 or what went
  // wrong). `done` runs from run_once, never from here. Without a way to refresh: 707.
  using Done = std::function<void(const TokenResult&)>;
  void refresh(Done done);
  bool refreshing() const noexcept { return under_way_ != 0; }

  // The token as it stands, for OAuth.AccessToken, OAuth.RefreshToken and OAuthJWTPayload.
  const Token& token() const noexcept { return token_; }
  // Called after each new token.
  void set_listener(std::function<void(const Token&)> listener) { listener_ = std::move(listener); }

 private:
  void take(Token token);
  void finish(TokenResult&& result);

  net::Transport& transport_;
  const core::Clock& clock_;
  std::optional<TokenRequest> request_;
  core::Secret authorization_;
  Token token_;
  std::optional<core::Clock::Time> renew_at_;
  std::function<void(const Token&)> listener_;
  std::vector<Done> waiting_;
  std::uint64_t under_way_ = 0;
};

}  // namespace coffer::oauth
