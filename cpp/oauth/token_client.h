// The token endpoint: every grant of RFC 6749, and RFC 8628's device code.
//
// Threads: everything belongs to the transport's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/wipe.h"
#include "net/transport.h"
#include "oauth/token.h"
#include "oauth/token_reply.h"

namespace coffer::oauth {

enum class TokenGrant {
  kClientCredentials,
  kRefreshToken,
  kAuthorizationCode,
  kPassword,
  kDeviceCode,
};

// Makes a fresh client_assertion for the token endpoint of that address (RFC 7523 section 2.2).
using Assertion = std::function<core::Secret(const std::string& token_url)>;

struct TokenRequest {
  TokenGrant grant = TokenGrant::kClientCredentials;
  std::string token_url;  // ServerTokenURL: https, or http to a loopback address
  std::string client_id;
  core::Secret client_secret;
  Assertion assertion;  // instead of the secret; may be empty
  std::string scope;
  core::Secret refresh_token;
  core::Secret code;                        // of an authorization or of a device
  std::optional<std::string> redirect_uri;  // as in the authorization request
  core::Secret verifier;                    // PKCE; empty: none
  std::string user_name;                    // password grant
  core::Secret password;
  Parameters parameters;  // OAuthParamName, OAuthParamValue
};

// Throws 713 for a bad ServerTokenURL, 707 when something that the grant needs is missing.
void check_token_request(const TokenRequest& request);

// Starts the request; `done` is called from run_once. Throws as
// check_token_request does.
std::uint64_t start_token_request(net::Transport& transport, const TokenRequest& request,
                                  std::function<void(TokenResult&&)> done);

// The same, waiting. Throws 301 when `cancelled` says so (asked at least five times a second).
TokenResult request_token(net::Transport& transport, const TokenRequest& request,
                          const std::function<bool()>& cancelled);
// The same, throwing what went wrong.
Token fetch_token(net::Transport& transport, const TokenRequest& request,
                  const std::function<bool()>& cancelled);

// A POST of a form to an authorization server: none of our credentials, at most 1 MiB back.
net::Request form_post(const std::string& url, Parameters&& fields);
// Client authentication (RFC 6749 section 2.3): the secret, an assertion, or neither.
void add_client(Parameters& fields, const TokenRequest& request);
// The user's own, but never a second one of a name: RFC 6749 section 3.2 forbids it.
void add_own(Parameters& fields, const Parameters& own);

}  // namespace coffer::oauth
