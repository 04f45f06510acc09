#include "oauth/token_client.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "core/error.h"
#include "core/text.h"
#include "net/url.h"

namespace coffer::oauth {

namespace {

constexpr std::size_t kMaxReply = std::size_t{1} << 20;
constexpr std::chrono::milliseconds kLookAround{200};

const char* name_of(TokenGrant grant) {
  switch (grant) {
    case TokenGrant::kClientCredentials:
      return "client_credentials";
    case TokenGrant::kRefreshToken:
      return "refresh_token";
    case TokenGrant::kAuthorizationCode:
      return "authorization_code";
    case TokenGrant::kPassword:
      return "password";
    case TokenGrant::kDeviceCode:
      return "urn:ietf:params:oauth:grant-type:device_code";
  }
  return "";
}

Parameters fields_of(const TokenRequest& request) {
  Parameters fields;
  const auto add = [&fields](const char* name, const std::string& value) {
    if (!value.empty()) fields.emplace_back(name, value);
  };
  fields.emplace_back("grant_type", name_of(request.grant));
  add("client_id", request.client_id);
  add_client(fields, request);
  switch (request.grant) {
    case TokenGrant::kRefreshToken:
      add("refresh_token", request.refresh_token.reveal());
      break;
    case TokenGrant::kAuthorizationCode:
      add("code", request.code.reveal());
      if (request.redirect_uri) fields.emplace_back("redirect_uri", *request.redirect_uri);
      add("code_verifier", request.verifier.reveal());
      break;
    case TokenGrant::kPassword:
      add("username", request.user_name);
      add("password", request.password.reveal());
      break;
    case TokenGrant::kDeviceCode:
      add("device_code", request.code.reveal());
      break;
    case TokenGrant::kClientCredentials:
      break;
  }
  add("scope", request.scope);
  add_own(fields, request.parameters);
  return fields;
}

}  // namespace

void add_client(Parameters& fields, const TokenRequest& request) {
  if (request.assertion) {
    fields.emplace_back("client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    fields.emplace_back("client_assertion", request.assertion(request.token_url).reveal());
  } else if (!request.client_secret.empty()) {
    fields.emplace_back("client_secret", request.client_secret.reveal());
  }
}

void add_own(Parameters& fields, const Parameters& own) {
  for (const auto& parameter : own) {
    const bool taken = std::any_of(fields.begin(), fields.end(), [&](const auto& field) {
      return field.first == parameter.first;
    });
    if (!taken && !parameter.first.empty()) fields.push_back(parameter);
  }
}

net::Request form_post(const std::string& url, Parameters&& fields) {
  net::Request post;
  post.method = "POST";
  post.url = url;
  post.peer = net::Peer::kToken;
  post.headers = {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json"};
  post.max_reply = kMaxReply;
  for (auto& [name, value] : fields) {
    if (!post.body.empty()) post.body += '&';
    post.body += core::percent_encode(name) + "=" + core::percent_encode(value);
    core::wipe(value);
  }
  return post;
}

void check_token_request(const TokenRequest& request) {
  if (request.token_url.empty()) {
    throw core::Error(707, "There is no token: set Authorization, or ServerTokenURL and ClientId.");
  }
  check_server_url("ServerTokenURL", request.token_url);
  // Manual, Password: "In some cases, the ClientId also needs to be set".
  if (request.client_id.empty() && request.grant != TokenGrant::kPassword) {
    throw core::Error(707, "There is no token: set ClientId.");
  }
  if (request.grant == TokenGrant::kRefreshToken && request.refresh_token.empty()) {
    throw core::Error(707, "There is no refresh token; call Authorize to sign in.");
  }
}

std::uint64_t start_token_request(net::Transport& transport, const TokenRequest& request,
                                  std::function<void(TokenResult&&)> done) {
  check_token_request(request);
  return transport.start(form_post(request.token_url, fields_of(request)), nullptr,
                         [done = std::move(done)](net::Outcome&& outcome) {
                           TokenResult result = read_token_reply(outcome);
                           core::wipe(outcome.reply.body);
                           done(std::move(result));
                         });
}

TokenResult request_token(net::Transport& transport, const TokenRequest& request,
                          const std::function<bool()>& cancelled) {
  // Shared with the completion, which a throwing run_once could leave behind.
  const auto result = std::make_shared<std::optional<TokenResult>>();
  const std::uint64_t id = start_token_request(
      transport, request, [result](TokenResult&& came) { *result = std::move(came); });
  while (!result->has_value()) {
    if (cancelled && cancelled()) {
      transport.cancel(id);
      throw core::Error(301, "Interrupted while waiting for a token.");
    }
    transport.run_once(kLookAround);
  }
  return std::move(**result);
}

Token fetch_token(net::Transport& transport, const TokenRequest& request,
                  const std::function<bool()>& cancelled) {
  TokenResult result = request_token(transport, request, cancelled);
  if (result.code != 0) throw core::Error(result.code, result.text);
  return std::move(result.token);
}

}  // namespace coffer::oauth
