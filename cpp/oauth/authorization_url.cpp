#include "oauth/authorization_url.h"

#include <algorithm>

#include "core/error.h"
#include "core/text.h"
#include "net/url.h"

namespace coffer::oauth {

namespace {

// The path's last segment, and where it begins in the whole address.
struct LastSegment {
  std::size_t at = 0;
  std::size_t size = 0;
};

LastSegment last_segment(const std::string& url) {
  const std::size_t end = std::min(url.find_first_of("?#"), url.size());
  const std::size_t slash = url.rfind('/', end == 0 ? 0 : end - 1);
  if (slash == std::string::npos || slash >= end) return {end, 0};
  return {slash + 1, end - slash - 1};
}

bool ends_in(const std::string& url, std::string_view name) {
  const LastSegment last = last_segment(url);
  return core::equal_ignoring_case(std::string_view(url).substr(last.at, last.size), name);
}

}  // namespace

std::string url_of(const AuthorizationRequest& request) {
  Parameters fields;
  const auto add = [&fields](const char* name, const std::string& value) {
    if (!value.empty()) fields.emplace_back(name, value);
  };
  add("client_id", request.client_id);
  add("response_type", request.response_type);
  if (request.redirect_uri) fields.emplace_back("redirect_uri", *request.redirect_uri);
  add("scope", request.scope);
  add("state", request.state);
  add("code_challenge", request.challenge);
  if (!request.challenge.empty()) add("code_challenge_method", request.challenge_method);
  for (const auto& parameter : request.parameters) {
    const bool taken = std::any_of(fields.begin(), fields.end(), [&](const auto& field) {
      return field.first == parameter.first;
    });
    if (!taken && !parameter.first.empty()) fields.push_back(parameter);
  }
  std::string url = request.auth_url;
  char separator = url.find('?') == std::string::npos ? '?' : '&';
  if (url.back() == '?' || url.back() == '&') separator = '\0';
  for (const auto& [name, value] : fields) {
    if (separator != '\0') url += separator;
    url += core::percent_encode(name) + "=" + core::percent_encode(value);
    separator = '&';
  }
  return url;
}

void check_server_url(const char* property, const std::string& text) {
  if (text.empty()) {
    throw core::Error(707, std::string("There is no token: set OAuth.") + property + ".");
  }
  const net::Url url = net::Url::parse(text);
  if (!url.valid || url.has_userinfo || text.find('#') != std::string::npos ||
      (url.scheme == "http" && !url.is_loopback())) {
    throw core::Error(
        713, std::string(property) +
                 " must be an https URL (http only to this machine), without user name and '#'.");
  }
}

std::string with_offline_access(std::string scope) {
  for (const std::string_view part : core::split(scope, ' ')) {
    if (part == "offline_access") return scope;
  }
  const bool separate = !scope.empty() && scope.back() != ' ';
  return scope + (separate ? " " : "") + "offline_access";
}

bool is_admin_consent(const std::string& auth_url) {
  return ends_in(auth_url, "adminconsent");
}

std::string device_url_of(const std::string& auth_url) {
  if (!ends_in(auth_url, "authorize")) return auth_url;
  const LastSegment last = last_segment(auth_url);
  std::string url = auth_url;
  return url.replace(last.at, last.size, "devicecode");
}

}  // namespace coffer::oauth
