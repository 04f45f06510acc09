// Masking of secrets in what is logged. One forward scan for words that are names of secrets,
// whatever stands around them: JSON, JSON inside a JSON string, form-urlencoded text, URLs in any
// of these, and texts that were cut in the middle.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/json_check.h"
#include "core/log.h"
#include "core/text.h"

namespace coffer::core {
namespace {

constexpr std::string_view kStars = "******";
constexpr std::size_t kLongestName = 32;

// Without case, '_' and '-'. RFC 6749, 7521, 7636, 8628, OpenID Connect; and what holds
// credentials in a batch's headers.
constexpr std::array<std::string_view, 22> kSecrets = {"accesstoken",
                                                       "refreshtoken",
                                                       "idtoken",
                                                       "idtokenhint",
                                                       "token",
                                                       "subjecttoken",
                                                       "actortoken",
                                                       "clientsecret",
                                                       "secret",
                                                       "clientassertion",
                                                       "assertion",
                                                       "code",
                                                       "authcode",
                                                       "authorizationcode",
                                                       "codeverifier",
                                                       "devicecode",
                                                       "password",
                                                       "passwd",
                                                       "proxyauthorization",
                                                       "cookie",
                                                       "setcookie",
                                                       "authorization"};

bool word_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '+' || c == '$';
}

bool blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Where the values of one text end.
enum class Kind {
  kForm,   // the whole text is form-urlencoded
  kMixed,  // anything else
};

class Masker {
 public:
  Masker(std::string_view text, Kind kind) : text_(text), kind_(kind) {}

  std::string run() {
    out_.reserve(text_.size());
    while (at_ < text_.size()) {
      const Char next = decoded(at_);
      if (!word_char(next.c)) {
        at_ += next.used;
        continue;
      }
      const std::size_t first = at_;
      if (read_word()) mask_value(first);
    }
    out_ += text_.substr(copied_);
    return std::move(out_);
  }

 private:
  struct Char {
    char c;            // '?' stands for whatever is not ASCII
    std::size_t used;  // octets in the text
  };

  // The character at a place, %XX and \uXXXX (but not the escapes of quotes) read as what they
  // mean.
  Char decoded(std::size_t at) const {
    const char c = text_[at];
    if (c == '%') {
      const auto octet = percent_decode(text_.substr(at, 3));
      if (octet && octet->size() == 1) return {octet->front(), 3};
    } else if (c == '\\' && text_.size() - at >= 6 && text_[at + 1] == 'u') {
      const int unit = json_hex4(text_.data() + at + 2);
      if (unit > 0x7F) return {'?', 6};
      if (unit >= 0) return {static_cast<char>(unit), 6};
    }
    return {c, 1};
  }

  // Moves behind the word; true when it names a secret.
  bool read_word() {
    std::array<char, kLongestName> name{};
    std::size_t size = 0;
    bool fits = true;
    while (at_ < text_.size()) {
      const Char next = decoded(at_);
      if (!word_char(next.c)) break;
      at_ += next.used;
      if (next.c == '_' || next.c == '-') continue;
      fits = fits && size < name.size();
      if (fits) name[size++] = next.c;
    }
    if (!fits) return false;
    const std::string plain = lower({name.data(), size});
    return std::find(kSecrets.begin(), kSecrets.end(), plain) != kSecrets.end();
  }

  std::size_t skip(std::size_t at, bool (*wanted)(char)) const noexcept {
    while (at < text_.size() && wanted(text_[at]))
      ++at;
    return at;
  }
  static bool backslash(char c) noexcept { return c == '\\'; }

  // at_ stands behind a secret's name, which began at `first`.
  void mask_value(std::size_t first) {
    if (at_ >= text_.size()) return;
    if (const Char next = decoded(at_); next.c == '=') {
      const std::size_t from = at_ + next.used;
      // A URL inside a URL's parameter ends its values with an encoded '&'.
      std::size_t end = form_end(from);
      if (text_[at_] == '%') end = std::min(end, text_.substr(0, end).find("%26", from));
      mask_until(from, end);
      return;
    }
    // "name" : value, each quote with as many backslashes as the nesting of strings makes.
    std::size_t at = skip(at_, backslash);
    if (at >= text_.size() || text_[at] != '"') return;
    at = skip(at + 1, blank);
    if (at >= text_.size() || text_[at] != ':') return;
    at = skip(at + 1, blank);
    if (at >= text_.size() || error_code(first)) return;
    const std::size_t slashes = skip(at, backslash) - at;
    const std::size_t quote = at + slashes;
    if (quote < text_.size() && text_[quote] == '"') {
      mask_until(quote + 1, string_end(quote + 1, slashes));
    } else if (text_[at] == '{' || text_[at] == '[') {
      mask_until(at, container_end(at));
    } else {
      mask_until(at, scalar_end(at));
    }
  }

  // {"error":{"code":"ErrorItemNotFound": the service's error code (graph-mail 7) is no secret and
  // what a reader of the log looks for.
  bool error_code(std::size_t first) const {
    constexpr std::size_t kLookBack = 40;
    const std::size_t from = first > kLookBack ? first - kLookBack : 0;
    const std::string_view before = text_.substr(from, first - from);
    if (!equal_ignoring_case(text_.substr(first, at_ - first), "code")) return false;
    std::string plain;
    for (const char c : before) {
      if (!blank(c) && c != '\\') plain += c;
    }
    const std::string known = lower(plain);
    const auto ends = [&known](std::string_view tail) {
      return known.size() >= tail.size() &&
             known.compare(known.size() - tail.size(), tail.size(), tail) == 0;
    };
    return ends("\"error\":{\"") || ends("\"innererror\":{\"") || ends("\"details\":[{\"");
  }

  std::size_t form_end(std::size_t from) const noexcept {
    const std::string_view ends = kind_ == Kind::kForm ? "&\r\n" : "&\r\n\t \"<>\\#";
    return std::min(text_.find_first_of(ends, from), text_.size());
  }

  // The quote that ends a string whose quotes carry `slashes` backslashes: one with as many, or
  // with pairs of the string's own backslashes more. One with fewer ends what is around it.
  std::size_t string_end(std::size_t from, std::size_t slashes) const noexcept {
    for (std::size_t at = from; at < text_.size(); ++at) {
      const std::size_t run = skip(at, backslash) - at;
      at += run;
      if (at >= text_.size()) break;
      if (text_[at] != '"') continue;
      if (run < slashes || (run - slashes) % (2 * (slashes + 1)) == 0) {
        return at - std::min(run, slashes);
      }
    }
    return text_.size();
  }

  std::size_t container_end(std::size_t from) const noexcept {
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t at = from; at < text_.size(); ++at) {
      const char c = text_[at];
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && (c == '{' || c == '[')) {
        ++depth;
      } else if (!quoted && (c == '}' || c == ']') && --depth == 0) {
        return at + 1;
      }
    }
    return text_.size();
  }

  std::size_t scalar_end(std::size_t from) const noexcept {
    return std::min(text_.find_first_of(",}] \t\r\n", from), text_.size());
  }

  void mask_until(std::size_t from, std::size_t end) {
    at_ = std::max(end, from);
    if (end <= from) return;  // nothing to hide
    out_ += text_.substr(copied_, from - copied_);
    out_ += kStars;
    copied_ = end;
  }

  std::string_view text_;
  Kind kind_;
  std::size_t at_ = 0;
  std::size_t copied_ = 0;
  std::string out_;
};

// "name=value&…" and nothing else: no blank, quote or bracket before the first '='.
bool looks_like_form(std::string_view text) noexcept {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = text.substr(0, equals);
  return std::all_of(name.begin(), name.end(), [](char c) { return word_char(c) || c == '%'; });
}

// "https://user:password@host/…" -> "https://******@host/…".
std::string without_userinfo(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const std::size_t first = scheme + 3;
  const std::string_view authority = url.substr(first, url.find_first_of("/?#", first) - first);
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, first)) + std::string(kStars) +
         std::string(url.substr(first + at));
}

}  // namespace

std::string masked_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return Masker(line, Kind::kMixed).run();
  const std::string name = lower(trim(line.substr(0, colon)));
  const std::string_view value = trim(line.substr(colon + 1));
  if (value.empty()) return std::string(line);
  const auto start = static_cast<std::size_t>(value.data() - line.data());
  const std::string before(line.substr(0, start));
  if (name == "authorization" || name == "proxy-authorization") {
    // The scheme tells what went wrong; a value of one word may be a bare token.
    const std::size_t end = value.find_first_of(" \t");
    const bool bare = end == std::string_view::npos;
    return before + (bare ? "" : std::string(value.substr(0, end)) + " ") + std::string(kStars);
  }
  if (name == "cookie" || name == "set-cookie" || name == "x-api-key") {
    return before + std::string(kStars);
  }
  const std::string plain = without_userinfo(value);  // Location, Referer
  return before + Masker(plain, Kind::kMixed).run();
}

std::string masked_body(std::string_view body) {
  return Masker(body, looks_like_form(body) ? Kind::kForm : Kind::kMixed).run();
}

std::string masked_url(std::string_view url) {
  const std::string plain = without_userinfo(url);
  return Masker(plain, Kind::kMixed).run();
}

}  // namespace coffer::core
