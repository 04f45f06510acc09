#include "oauth/token_reply.h"

#include <array>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "oauth/token_client.h"

namespace coffer::oauth {
namespace {

using core::Error;

struct Advice {
  const char* code;
  const char* text;
};

// graph-mail 8.4: the numbers worth a sentence of their own.
constexpr std::array<Advice, 31> kAdvice = {{
    {"50011", "Register the return URL with the app, exactly as it is sent."},
    {"50020", "The user does not exist in this tenant; sign in with another account."},
    {"50034", "The user does not exist in this tenant; sign in with another account."},
    {"50053", "The account is locked or the address is blocked; wait, or ask the administrator."},
    {"50055", "The password has expired; change it and try again."},
    {"50057", "The account is disabled; ask the administrator."},
    {"50076", "Multi-factor authentication is required; sign in with a grant that asks the user."},
    {"50079", "Multi-factor authentication must be set up; sign in with a browser once."},
    {"50126", "The user name or the password is wrong."},
    {"50173", "The token was revoked; sign in again."},
    {"50194",
     "The app belongs to one tenant; put the tenant's id in place of 'common' in the URLs."},
    {"50196", "The server saw a loop of requests; wait before the next sign-in."},
    {"53003", "Conditional access blocks the sign-in; ask the administrator."},
    {"54005", "The authorization code was used before; sign in again."},
    {"65001", "Consent is missing; the user or an administrator must grant the permissions."},
    {"65004", "The user declined the consent."},
    {"70008", "The refresh token has expired; sign in again."},
    {"700082", "The refresh token has expired; sign in again."},
    {"70011",
     "A scope is not valid; client credentials want 'https://graph.microsoft.com/.default'."},
    {"1002012", "Client credentials want the scope 'https://graph.microsoft.com/.default'."},
    {"700016",
     "The app is not known in this tenant; check OAuth.ClientId and the tenant in the URLs."},
    {"700024", "The clocks differ; set this machine's time."},
    {"7000215", "OAuth.ClientSecret is wrong; use the secret's value, not its id."},
    {"7000218", "OAuth.ClientSecret is missing."},
    {"7000222", "OAuth.ClientSecret has expired; make a new one in the app registration."},
    {"700025", "The app is a public client: leave OAuth.ClientSecret empty."},
    {"70043", "The administrator's sign-in frequency ended the session; sign in again."},
    {"90002", "There is no such tenant; check the tenant in the URLs."},
    {"900144", "A parameter is missing in the request; check the OAuth settings."},
    {"9001023",
     "This grant does not work with 'common' or 'consumers'; put the tenant's id there."},
    {"501481", "The PKCE verifier does not belong to this code; sign in again."},
}};

std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      c = ' ';
    }
  }
  return text.substr(0, 600);
}

core::JsonLimits reply_limits() {
  core::JsonLimits limits;
  limits.max_size = std::size_t{1} << 20;
  return limits;
}

std::optional<std::int64_t> lifetime(const core::JsonView& value) {
  if (const auto number = value.number()) {
    // A double beyond this range has no integer; nobody means such a lifetime.
    return *number >= 0 && *number < 1e12
               ? std::optional<std::int64_t>(static_cast<std::int64_t>(*number))
               : std::nullopt;
  }
  if (const auto text = value.string()) {
    return core::parse_int(*text);  // v1-style servers send a string (graph-mail 8.4)
  }
  return std::nullopt;
}

}  // namespace

std::string advice_for(std::string_view description) {
  const std::size_t at = description.find("AADSTS");
  if (at == std::string_view::npos) {
    return "";
  }
  const std::size_t begin = at + 6;
  const std::size_t end = description.find_first_not_of("0123456789", begin);
  const std::string_view number =
      description.substr(begin, end == std::string_view::npos ? end : end - begin);
  for (const Advice& advice : kAdvice) {
    if (number == advice.code) {
      return advice.text;
    }
  }
  return "";
}

Token parse_token_reply(int status, std::string_view status_line, std::string_view body) {
  const std::string said =
      status_line.empty() ? "HTTP " + std::to_string(status) : std::string(status_line);
  std::optional<core::Document> document;
  try {
    document = core::Document::parse(body, 707, "the token server's answer", reply_limits());
  } catch (const Error& error) {
    throw Error(707,
                "The token server did not answer with a token (" + said + "): " + error.what());
  }
  const core::JsonView root = document->root();
  if (const auto refused = root["error"].string()) {
    const std::string description = one_line(root["error_description"].string_or(""));
    std::string text = "The authorization server refused: " + one_line(*refused);
    if (!description.empty()) {
      text += ": " + description;
    }
    const std::string advice = advice_for(description);
    throw Error(708, advice.empty() ? text : advice + " " + text);
  }
  Token token;
  token.access = core::Secret(root["access_token"].string_or(""));
  token.refresh = core::Secret(root["refresh_token"].string_or(""));
  token.type = root["token_type"].string_or("Bearer");
  token.scope = root["scope"].string_or("");
  token.expires_in = lifetime(root["expires_in"]);
  if (status != 200 || token.access.empty()) {
    throw Error(707, "The token server's answer holds no access_token (" + said + ").");
  }
  if (!core::equal_ignoring_case(token.type, "Bearer")) {
    throw Error(707, "The token server sent a token of type '" + one_line(token.type) +
                         "'; only Bearer tokens can be used.");
  }
  const std::string& access = token.access.reveal();
  for (const char c : access) {
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F) {
      throw Error(707, "The token server sent a token that no header can carry.");
    }
  }
  return token;
}

std::string jwt_payload(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) {
    return "";
  }
  const auto bytes = core::base64url_decode(token.substr(first + 1, second - first - 1));
  if (!bytes) {
    return "";
  }
  std::string text(bytes->begin(), bytes->end());
  return core::json_problem(text, reply_limits()).empty() ? text : "";
}

std::string owner_of(std::string_view payload) {
  if (payload.empty()) {
    return "";
  }
  try {
    const auto document = core::Document::parse(payload, 707, "a token", reply_limits());
    const std::string tid = document.root()["tid"].string_or("");
    const std::string oid = document.root()["oid"].string_or("");
    return tid.empty() || oid.empty() ? std::string() : tid + "/" + oid;
  } catch (const Error&) {
    return "";
  }
}

}  // namespace coffer::oauth
