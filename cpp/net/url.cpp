#include "net/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "core/text.h"
#include "net/curl_url.h"

namespace coffer::net {

namespace {

bool has(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return false;
  curl_free(text);
  return true;
}

bool is_plain(char c) noexcept {
  static constexpr std::string_view kMarks = "-._~%!$&'()*+,;=:@/?";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kMarks.find(c) != std::string_view::npos;
}

// Where the path begins, when an authority and a path of nothing but characters that a URL may have
// (RFC 3986) stand there; npos for whatever needs libcurl's judgement.
std::size_t plain_path(std::string_view text) {
  constexpr std::string_view kAuthority = "://";
  const std::size_t scheme = text.find(kAuthority);
  if (scheme == std::string_view::npos) return scheme;
  const std::size_t authority = scheme + kAuthority.size();
  const std::size_t path = text.find_first_of("/?#\\", authority);
  // libcurl overlooks a slash too many, and then the authority comes later.
  if (path == std::string_view::npos || path == authority || text[path] != '/') {
    return std::string_view::npos;
  }
  const std::string_view rest = text.substr(path);
  return std::all_of(rest.begin(), rest.end(), is_plain) ? path : std::string_view::npos;
}

int default_port(const std::string& scheme) {
  return scheme == "https" ? 443 : 80;
}

}  // namespace

Url Url::parse(std::string_view text) {
  Url result;
  if (text.find('\0') != std::string_view::npos) return result;
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  // The path stays as given: a nextLink is followed octet for octet.
  if (!url || curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_PATH_AS_IS) !=
                  CURLUE_OK) {
    return result;
  }
  result.scheme = core::lower(part(url.get(), CURLUPART_SCHEME));
  if (result.scheme != "http" && result.scheme != "https") return result;
  result.host = core::lower(part(url.get(), CURLUPART_HOST));
  if (result.host.size() > 2 && result.host.front() == '[') {
    result.host = result.host.substr(1, result.host.size() - 2);
  }
  const auto port = core::parse_int(part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT));
  if (result.host.empty() || !port || *port < 1 || *port > 65535) return result;
  result.port = static_cast<int>(*port);
  result.path = part(url.get(), CURLUPART_PATH);
  result.query = part(url.get(), CURLUPART_QUERY);
  result.has_userinfo = has(url.get(), CURLUPART_USER) || has(url.get(), CURLUPART_PASSWORD);
  result.valid = true;
  return result;
}

Url UrlReader::read(std::string_view text) {
  const std::size_t path = plain_path(text);
  if (path == std::string_view::npos) return Url::parse(text);
  const std::string_view rest = text.substr(path);
  if (beginning_.empty() || text.substr(0, path) != beginning_) {
    last_ = Url::parse(text);
    beginning_ = last_.valid ? std::string(text.substr(0, path)) : std::string();
    return last_;
  }
  const std::size_t mark = std::min(rest.find('?'), rest.size());
  last_.path.assign(rest.substr(0, mark));
  last_.query.assign(rest.substr(std::min(mark + 1, rest.size())));
  return last_;
}

bool Url::same_origin(const Url& other) const noexcept {
  return valid && other.valid && scheme == other.scheme && host == other.host && port == other.port;
}

bool Url::is_loopback() const noexcept {
  if (!valid) return false;
  if (host == "localhost" || host == "::1") return true;
  // libcurl's parser has already turned 127.1 and the like into four numbers; a name that merely
  // begins with "127." has a character that is neither digit nor dot.
  return core::starts_with(host, "127.") &&
         host.find_first_not_of("0123456789.") == std::string::npos;
}

std::string Url::origin() const {
  std::string text = scheme + "://";
  const bool literal = host.find(':') != std::string::npos;
  text += literal ? "[" + host + "]" : host;
  if (port != default_port(scheme)) text += ":" + std::to_string(port);
  return text;
}

std::string resolve_url(const std::string& base, const std::string& reference) {
  if (reference.find('\0') != std::string::npos) return {};
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK ||
      curl_url_set(url.get(), CURLUPART_URL, reference.c_str(), 0) != CURLUE_OK) {
    return {};
  }
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  return part(url.get(), CURLUPART_URL);
}

}  // namespace coffer::net
