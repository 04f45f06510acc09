#include "oauth/token_client.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "net/url.h"
#include "oauth/service_advice.h"

namespace coffer::oauth {

namespace {

constexpr std::size_t kMaxReply = std::size_t{1} << 20;
constexpr std::size_t kMaxDescription = 500;

// A parameter that the grant itself sets cannot be set twice: RFC 6749 3.2 forbids it.
std::string form_of(const TokenRequest& request) {
  std::vector<std::pair<std::string, std::string>> fields;
  const bool refresh = request.grant == TokenGrant::kRefreshToken;
  fields.emplace_back("grant_type", refresh ? "refresh_token" : "client_credentials");
  fields.emplace_back("client_id", request.client_id);
  if (!request.client_secret.empty()) {
    fields.emplace_back("client_secret", request.client_secret.reveal());
  }
  if (refresh) fields.emplace_back("refresh_token", request.refresh_token.reveal());
  if (!request.scope.empty()) fields.emplace_back("scope", request.scope);
  for (const auto& parameter : request.parameters) {
    const bool taken = std::any_of(fields.begin(), fields.end(), [&](const auto& field) {
      return field.first == parameter.first;
    });
    if (!taken && !parameter.first.empty()) fields.push_back(parameter);
  }
  std::string form;
  for (auto& [name, value] : fields) {
    if (!form.empty()) form += '&';
    form += core::percent_encode(name) + "=" + core::percent_encode(value);
    core::wipe(value);
  }
  return form;
}

// The first line, without what could break a log or a terminal.
std::string readable(const std::string& description) {
  std::string line = description.substr(0, description.find_first_of("\r\n"));
  line.erase(
      std::remove_if(line.begin(), line.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }),
      line.end());
  if (line.size() > kMaxDescription) {
    line.resize(kMaxDescription);
    // Not in the middle of a character.
    while (!line.empty() && !core::valid_utf8(line))
      line.pop_back();
    line += "…";
  }
  return line;
}

TokenResult failed(std::int32_t code, std::string text, bool transient) {
  TokenResult result;
  result.code = code;
  result.text = std::move(text);
  result.transient = transient;
  return result;
}

TokenResult refusal(const core::JsonView& body, int status) {
  const std::string error = readable(body["error"].string_or(""));
  const std::string description = body["error_description"].string_or("");
  std::vector<long> numbers;
  for (core::JsonView code = body["error_codes"].first(); code; code = code.next()) {
    const double number = code.number().value_or(0);
    if (number > 0 && number < 1e9) numbers.push_back(static_cast<long>(number));
  }
  for (const long number : aadsts_numbers(description))
    numbers.push_back(number);
  std::string text = "The authorization server refused: " + error;
  if (!description.empty()) text += ": " + readable(description);
  if (text.back() != '.') text += '.';
  if (const std::string advice = advice_for(error, numbers); !advice.empty()) text += " " + advice;
  const bool later = worth_retrying(error, numbers) || status >= 500 || status == 429;
  TokenResult result = failed(708, std::move(text), later);
  result.error = error;
  return result;
}

std::optional<std::int64_t> lifetime(const core::JsonView& value) {
  std::optional<double> seconds = value.number();
  if (const auto text = value.string()) {
    // v1 endpoints send a string (graph-mail 8.4).
    if (const auto number = core::parse_int(core::trim(*text))) {
      seconds = static_cast<double>(*number);
    }
  }
  constexpr double kLongest = 10.0 * 365 * 24 * 3600;
  if (!seconds || !std::isfinite(*seconds) || *seconds < 0) return std::nullopt;
  return static_cast<std::int64_t>(std::min(*seconds, kLongest));
}

// RFC 6750 2.1 b64token, loosely: what can stand in a header field without surprise.
bool usable(const std::string& token) {
  return !token.empty() && std::all_of(token.begin(), token.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
  });
}

TokenResult accepted(const core::JsonView& body) {
  TokenResult result;
  const std::string type = body["token_type"].string_or("");
  if (!core::equal_ignoring_case(type, "Bearer")) {
    return failed(707, "The authorization server gave a token that is no Bearer token.", false);
  }
  std::string access = body["access_token"].string_or("");
  if (!usable(access)) {
    return failed(707, "The authorization server gave no usable access token.", false);
  }
  std::string refresh = body["refresh_token"].string_or("");
  if (!usable(refresh)) refresh.clear();
  result.token.access = core::Secret(std::move(access));
  result.token.refresh = core::Secret(std::move(refresh));
  result.token.expires_in = lifetime(body["expires_in"]);
  result.token.scope = body["scope"].string_or("");
  return result;
}

}  // namespace

void check_token_request(const TokenRequest& request) {
  const net::Url url = net::Url::parse(request.token_url);
  if (request.token_url.empty()) {
    throw core::Error(707, "There is no token: set Authorization, or ServerTokenURL and ClientId.");
  }
  if (!url.valid || url.has_userinfo || (url.scheme == "http" && !url.is_loopback())) {
    throw core::Error(713, "ServerTokenURL must be an https URL (http only to this machine).");
  }
  if (request.client_id.empty()) throw core::Error(707, "There is no token: set ClientId.");
  if (request.grant == TokenGrant::kRefreshToken && request.refresh_token.empty()) {
    throw core::Error(707, "There is no refresh token; call Authorize to sign in.");
  }
}

TokenResult read_token_reply(const net::Outcome& outcome) {
  const net::Reply& reply = outcome.reply;
  if (outcome.code != 0) {
    return failed(outcome.code, "No token: " + outcome.text, outcome.transient);
  }
  TokenResult result;
  const bool good = reply.status == 200;
  try {
    core::JsonLimits limits;
    limits.max_size = kMaxReply;
    limits.allow_nul = false;
    const core::Document document =
        core::Document::parse(reply.body, 706, "The authorization server's answer", limits);
    const core::JsonView body = document.root();
    if (body["error"].is_string()) {
      result = refusal(body, reply.status);
    } else if (good && body.is_object()) {
      result = accepted(body);
    } else {
      result = failed(706, "The authorization server's answer cannot be understood.", false);
    }
  } catch (const core::Error& error) {
    result = failed(706, error.what(), false);
  }
  if (!good && result.code == 706) {
    // A gateway's page says more by its status than by its text.
    const bool later = reply.status >= 500 || reply.status == 429 || reply.status == 408;
    result = failed(
        151, "The authorization server answered " + reply.status_line + "; check ServerTokenURL.",
        later);
  }
  result.retry_after = reply.header("Retry-After");
  return result;
}

std::uint64_t start_token_request(net::Transport& transport, const TokenRequest& request,
                                  std::function<void(TokenResult&&)> done) {
  check_token_request(request);
  net::Request post;
  post.method = "POST";
  post.url = request.token_url;
  post.peer = net::Peer::kToken;
  post.headers = {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json"};
  post.body = form_of(request);
  post.max_reply = kMaxReply;
  return transport.start(std::move(post), nullptr,
                         [done = std::move(done)](net::Outcome&& outcome) {
                           TokenResult result = read_token_reply(outcome);
                           core::wipe(outcome.reply.body);
                           done(std::move(result));
                         });
}

Token fetch_token(net::Transport& transport, const TokenRequest& request,
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
    transport.run_once(std::chrono::milliseconds(200));
  }
  if ((*result)->code != 0) throw core::Error((*result)->code, (*result)->text);
  return std::move((*result)->token);
}

}  // namespace coffer::oauth
