#include "oauth/token_source.h"

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace coffer::oauth {

namespace {

constexpr std::int64_t kAhead = 300;  // seconds

// Client credentials ask for everything that was granted to the application (graph-mail 8.4).
std::string default_scope(const net::Url& service) {
  const bool real = service.valid && service.scheme == "https";
  return (real ? service.origin() : std::string("https://graph.microsoft.com")) + "/.default";
}

std::optional<TokenRequest> silent_request(const TokenSettings& settings) {
  if (!settings.automatic_refresh || settings.token_url.empty()) return std::nullopt;
  TokenRequest request = client_request(settings);
  const bool password = settings.grant == Grant::kPassword;
  if (settings.client_id.empty() && !password) return std::nullopt;
  if (settings.grant == Grant::kClientCredentials) return request;
  // Manual, Password: when the token has expired, the same request is made again.
  if (password && !request.user_name.empty() && !request.password.empty()) return request;
  if (settings.refresh_token.empty()) return std::nullopt;
  request.grant = TokenGrant::kRefreshToken;
  request.refresh_token = settings.refresh_token;
  return request;
}

std::string missing(const TokenSettings& settings) {
  if (settings.grant == Grant::kClientCredentials) {
    return "There is no token: set Authorization, or OAuth.ClientId, OAuth.ClientSecret and "
           "OAuth.ServerTokenURL (with OAuthAutomaticRefresh).";
  }
  return "There is no token: this grant needs a user. Call Authorize, or set Authorization, "
         "OAuth.AccessToken, or OAuth.RefreshToken with OAuth.ServerTokenURL.";
}

}  // namespace

TokenRequest client_request(const TokenSettings& settings) {
  TokenRequest request;
  request.token_url = settings.token_url;
  request.client_id = settings.client_id;
  request.assertion = settings.assertion;
  request.scope = settings.scope;
  request.parameters = settings.parameters;
  if (settings.grant == Grant::kPassword) {
    // Manual, Password: ClientSecret is the user's password, and no secret of the application.
    request.grant = TokenGrant::kPassword;
    request.user_name = settings.user_name;
    request.password = settings.client_secret;
    return request;
  }
  request.client_secret = settings.client_secret;
  if (settings.grant == Grant::kClientCredentials) {
    request.grant = TokenGrant::kClientCredentials;
    if (request.scope.empty()) request.scope = default_scope(settings.service);
  }
  return request;
}

TokenSource::TokenSource(TokenSettings settings, net::Transport& transport,
                         const core::Clock& clock)
    : transport_(transport), clock_(clock) {
  if (!settings.authorization.empty()) {
    authorization_ = settings.authorization;
    return;
  }
  request_ = silent_request(settings);
  if (request_) check_token_request(*request_);
  if (!settings.access_token.empty()) {
    Token token;
    token.access = settings.access_token;
    token.refresh = settings.refresh_token;
    token.expires_in = settings.expires_in;
    take(std::move(token));
    if (settings.expires_in && *settings.expires_in <= 0) renew_at_ = clock_.now();  // it is over
  } else if (!request_) {
    throw core::Error(707, missing(settings));
  }
}

TokenSource::~TokenSource() {
  if (under_way_ != 0) transport_.cancel(under_way_);
}

bool TokenSource::needs_refresh(core::Clock::Time now) const noexcept {
  if (!can_refresh()) return false;
  return authorization_.empty() || (renew_at_ && now >= *renew_at_);
}

void TokenSource::take(Token token) {
  renew_at_.reset();
  // A token that ends as it comes says nothing about when to renew it; the service's 401 does.
  if (token.expires_in && *token.expires_in > 0) {
    const std::int64_t life = *token.expires_in;
    renew_at_ = clock_.now() + std::chrono::seconds(std::max(life - kAhead, life / 2));
  }
  authorization_ = core::Secret("Bearer " + token.access.reveal());
  // A new refresh token replaces the old one; without one the old one stays good (graph-mail 8.4).
  if (token.refresh.empty()) token.refresh = token_.refresh;
  if (request_ && request_->grant == TokenGrant::kRefreshToken && !token.refresh.empty()) {
    request_->refresh_token = token.refresh;
  }
  token_ = std::move(token);
}

void TokenSource::refresh(Done done) {
  if (!request_) {
    throw core::Error(707,
                      "The service does not accept the authorization any more, and it cannot be "
                      "renewed without a user: set Authorization, or call Authorize.");
  }
  waiting_.push_back(std::move(done));
  if (under_way_ != 0) return;
  try {
    under_way_ = start_token_request(transport_, *request_,
                                     [this](TokenResult&& result) { finish(std::move(result)); });
  } catch (...) {
    waiting_.pop_back();
    throw;
  }
}

void TokenSource::finish(TokenResult&& result) {
  under_way_ = 0;
  if (result.code == 0) {
    take(std::move(result.token));
    result.token = token_;
    if (listener_) listener_(token_);
  }
  // A completion may ask for the next token already.
  for (const Done& done : std::exchange(waiting_, {}))
    done(result);
}

}  // namespace coffer::oauth
