// Tokens that need no user: the client credentials and refresh token grants of RFC 6749.
//
// Threads: everything belongs to the transport's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/wipe.h"
#include "net/transport.h"
#include "oauth/token.h"

namespace coffer::oauth {

enum class TokenGrant { kClientCredentials, kRefreshToken };

struct TokenRequest {
  TokenGrant grant = TokenGrant::kClientCredentials;
  std::string token_url;  // ServerTokenURL: https, or http to a loopback address
  std::string client_id;
  core::Secret client_secret;
  std::string scope;
  core::Secret refresh_token;
  std::vector<std::pair<std::string, std::string>> parameters;  // OAuthParamName, OAuthParamValue
};

struct TokenResult {
  std::int32_t code = 0;  // 0, 706 (no understandable answer), 707, 708, or a transport code
  std::string text;
  bool transient = false;   // worth another try with the same request
  std::string error;        // the server's word: invalid_grant, …
  std::string retry_after;  // as sent
  Token token;
};

// Throws 713 for a bad ServerTokenURL, 707 when something that the grant needs is missing.
void check_token_request(const TokenRequest& request);

// Starts the request; `done` is called from run_once. Throws as
// check_token_request does.
std::uint64_t start_token_request(net::Transport& transport, const TokenRequest& request,
                                  std::function<void(TokenResult&&)> done);

// The same, waiting. Throws what went wrong; 301 when `cancelled` says so (asked at least five
// times a second).
Token fetch_token(net::Transport& transport, const TokenRequest& request,
                  const std::function<bool()>& cancelled);

// What the server's answer means; for tests and for other grants.
TokenResult read_token_reply(const net::Outcome& outcome);

}  // namespace coffer::oauth
