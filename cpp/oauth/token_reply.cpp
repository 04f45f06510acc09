#include "oauth/token_reply.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "core/text.h"
#include "oauth/service_advice.h"

namespace coffer::oauth {

namespace {

constexpr std::size_t kMaxReply = std::size_t{1} << 20;
constexpr std::size_t kMaxDescription = 500;

// The first line, without what could break a log or a terminal.
std::string readable(const std::string& description) {
  std::string line = description.substr(0, description.find_first_of("\r\n"));
  line.erase(
      std::remove_if(line.begin(), line.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }),
      line.end());
  // A redirect may carry any octets.
  if (!core::valid_utf8(line)) {
    std::replace_if(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7e; }, '?');
  }
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

TokenResult refusal_in(const core::JsonView& body, int status) {
  std::vector<long> numbers;
  for (core::JsonView code = body["error_codes"].first(); code; code = code.next()) {
    const double number = code.number().value_or(0);
    if (number > 0 && number < 1e9) numbers.push_back(static_cast<long>(number));
  }
  TokenResult result = refusal(body["error"].string_or(""), body["error_description"].string_or(""),
                               std::move(numbers));
  result.transient = result.transient || status >= 500 || status == 429;
  return result;
}

// RFC 6750 2.1 b64token, loosely: what can stand in a header field without surprise.
bool usable(const std::string& token) {
  return !token.empty() && std::all_of(token.begin(), token.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
  });
}

// What a property of its own holds.
bool has_property(std::string_view name) {
  constexpr std::array<std::string_view, 3> kHeld = {"access_token", "refresh_token", "code"};
  return std::find(kHeld.begin(), kHeld.end(), name) != kHeld.end();
}

TokenResult accepted(const std::string& type, std::string access, std::string refresh) {
  if (!core::equal_ignoring_case(type, "Bearer")) {
    return failed(707, "The authorization server gave a token that is no Bearer token.", false);
  }
  if (!usable(access)) {
    return failed(707, "The authorization server gave no usable access token.", false);
  }
  TokenResult result;
  if (!usable(refresh)) refresh.clear();
  result.token.access = core::Secret(std::move(access));
  result.token.refresh = core::Secret(std::move(refresh));
  return result;
}

TokenResult accepted_in(const core::JsonView& body) {
  TokenResult result =
      accepted(body["token_type"].string_or(""), body["access_token"].string_or(""),
               body["refresh_token"].string_or(""));
  if (result.code != 0) return result;
  result.token.expires_in = lifetime(body["expires_in"]);
  result.token.scope = body["scope"].string_or("");
  for (core::JsonView member = body.first(); member; member = member.next()) {
    const std::string name(member.name());
    if (has_property(name) || member.is_object() || member.is_array()) continue;
    result.members.emplace_back(name, member.string().value_or(member.text()));
  }
  return result;
}

}  // namespace

std::optional<std::int64_t> lifetime(const core::JsonView& value) {
  std::optional<double> seconds = value.number();
  if (const auto text = value.string()) {
    if (const auto number = core::parse_int(core::trim(*text))) {
      seconds = static_cast<double>(*number);
    }
  }
  constexpr double kLongest = 10.0 * 365 * 24 * 3600;
  if (!seconds || !std::isfinite(*seconds) || *seconds < 0) return std::nullopt;
  return static_cast<std::int64_t>(std::min(*seconds, kLongest));
}

TokenResult refusal(const std::string& error, const std::string& description,
                    std::vector<long> numbers) {
  const std::string name = readable(error);
  for (const long number : aadsts_numbers(description))
    numbers.push_back(number);
  std::string text = "The authorization server refused: " + name;
  if (!description.empty()) text += ": " + readable(description);
  if (text.back() != '.') text += '.';
  if (const std::string advice = advice_for(name, numbers); !advice.empty()) text += " " + advice;
  TokenResult result = failed(708, std::move(text), worth_retrying(name, numbers));
  result.error = name;
  return result;
}

JsonAnswer read_json_reply(const net::Outcome& outcome) {
  const net::Reply& reply = outcome.reply;
  JsonAnswer answer;
  TokenResult& problem = answer.problem;
  if (outcome.code != 0) {
    problem = failed(outcome.code, "No token: " + outcome.text, outcome.transient);
    return answer;
  }
  const bool good = reply.status == 200;
  try {
    core::JsonLimits limits;
    limits.max_size = kMaxReply;
    limits.allow_nul = false;
    core::Document document =
        core::Document::parse(reply.body, 706, "The authorization server's answer", limits);
    const core::JsonView body = document.root();
    if (body["error"].is_string()) {
      problem = refusal_in(body, reply.status);
    } else if (good && body.is_object()) {
      answer.document.emplace(std::move(document));
    } else {
      problem = failed(706, "The authorization server's answer cannot be understood.", false);
    }
  } catch (const core::Error& error) {
    problem = failed(706, error.what(), false);
  }
  if (!good && problem.code == 706) {
    // A gateway's page says more by its status than by its text.
    const bool later = reply.status >= 500 || reply.status == 429 || reply.status == 408;
    problem = failed(
        151, "The authorization server answered " + reply.status_line + "; check ServerTokenURL.",
        later);
  }
  problem.retry_after = reply.header("Retry-After");
  return answer;
}

TokenResult read_token_reply(const net::Outcome& outcome) {
  const JsonAnswer answer = read_json_reply(outcome);
  if (!answer.document) return answer.problem;
  TokenResult result = accepted_in(answer.document->root());
  result.retry_after = answer.problem.retry_after;
  return result;
}

TokenResult read_token_fields(const Parameters& fields) {
  std::string type;
  std::string access;
  std::string life;
  TokenResult result;
  for (const auto& [name, value] : fields) {
    if (name == "token_type") type = value;
    if (name == "access_token") access = value;
    if (name == "expires_in") life = value;
  }
  result = accepted(type, std::move(access), {});
  const auto seconds = core::parse_int(core::trim(life));
  if (result.code == 0 && seconds && *seconds >= 0) result.token.expires_in = *seconds;
  return result;
}

}  // namespace coffer::oauth
