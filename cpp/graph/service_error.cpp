#include "graph/service_error.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/error.h"
#include "core/json.h"
#include "core/log.h"
#include "core/text.h"
#include "core/utf8.h"

namespace coffer::graph {
namespace {

using core::JsonView;

constexpr std::size_t kLongestBody = std::size_t{64} << 10;  // graph-mail 7
constexpr std::size_t kLongestPart = 500;                    // of an error text

// What a code says, whatever the other fields are. From graph-mail 2 and 7; lower case.
enum class Meaning { kOther, kItemGone, kMailbox, kPermanent };
struct Known {
  std::string_view code;
  Meaning meaning;
};
constexpr std::array<Known, 54> kKnown = {{
    {"erroritemnotfound", Meaning::kItemGone},
    {"resourcenotfound", Meaning::kMailbox},
    {"request_resourcenotfound", Meaning::kMailbox},
    {"errorinvaliduser", Meaning::kMailbox},
    {"mailboxnotenabledforrestapi", Meaning::kMailbox},
    {"mailboxnotsupportedforrestapi", Meaning::kMailbox},
    {"errornonexistentmailbox", Meaning::kMailbox},
    {"errormimecontentconversionfailed", Meaning::kPermanent},
    {"errorcontentconversionfailed", Meaning::kPermanent},
    {"errorcorruptdata", Meaning::kPermanent},
    {"errorinvalidrecipients", Meaning::kPermanent},
    {"errorcannotopenfileattachment", Meaning::kPermanent},
    {"errormimecontentinvalid", Meaning::kPermanent},
    {"errormimecontentinvalidbase64string", Meaning::kPermanent},
    {"errorinvalidmailboxitemid", Meaning::kPermanent},
    {"errorinvalididmalformed", Meaning::kOther},
    {"badrequest", Meaning::kOther},
    {"invalidrequest", Meaning::kOther},
    {"requestbroker--parseuri", Meaning::kOther},
    {"errorinvalidrequest", Meaning::kOther},
    {"errorinvalidurlquery", Meaning::kOther},
    {"errorinvalidurlqueryfilter", Meaning::kOther},
    {"inefficientfilter", Meaning::kOther},
    {"errorrestrictiontoocomplex", Meaning::kOther},
    {"invalidauthenticationtoken", Meaning::kOther},
    {"erroraccessdenied", Meaning::kOther},
    {"authorization_requestdenied", Meaning::kOther},
    {"accessdenied", Meaning::kOther},
    {"errorquotaexceeded", Meaning::kOther},
    {"extensionerror", Meaning::kOther},
    {"errorfoldernotfound", Meaning::kOther},
    {"errorsyncfoldernotfound", Meaning::kOther},
    {"syncstatenotfound", Meaning::kOther},
    {"syncstateinvalid", Meaning::kOther},
    {"resyncrequired", Meaning::kOther},
    {"errorirresolvableconflict", Meaning::kOther},
    {"toomanyrequests", Meaning::kOther},
    {"applicationthrottled", Meaning::kOther},
    {"activitylimitreached", Meaning::kOther},
    {"errorserverbusy", Meaning::kOther},
    {"internalservererror", Meaning::kOther},
    {"errorinternalservererror", Meaning::kOther},
    {"errorinternalservertransienterror", Meaning::kOther},
    {"generalexception", Meaning::kOther},
    {"unknownerror", Meaning::kOther},
    {"servicenotavailable", Meaning::kOther},
    {"errormailboxstoreunavailable", Meaning::kOther},
    {"errortimeoutexpired", Meaning::kOther},
    {"mailboxinfostale", Meaning::kOther},
    {"badgateway", Meaning::kOther},
    {"unauthenticated", Meaning::kOther},
    {"forbidden", Meaning::kOther},
    {"notfound", Meaning::kOther},
    {"gatewaytimeout", Meaning::kOther},
}};

const Known* known_code(std::string_view code) {
  const std::string plain = core::lower(code);
  const auto* const found = std::find_if(kKnown.begin(), kKnown.end(),
                                         [&plain](const Known& one) { return one.code == plain; });
  return found == kKnown.end() ? nullptr : found;
}

Meaning meaning_of(std::string_view code) {
  // ErrorMimeContentInvalid* is a family (graph-mail 2).
  if (core::starts_with(core::lower(code), "errormimecontentinvalid")) return Meaning::kPermanent;
  const Known* const known = known_code(code);
  return known != nullptr ? known->meaning : Meaning::kOther;
}

JsonView inner_error(JsonView error) {
  if (!error.is_object()) return {};
  for (JsonView member = error.first(); member; member = member.next()) {
    if (core::equal_ignoring_case(member.name(), "innerError")) return member;
  }
  return {};
}

// One line without controls, and not longer than a log wants it.
std::string one_line(std::string_view text) {
  std::string out;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end && out.size() < kLongestPart) {
    const std::size_t length = core::utf8_length(at, end);
    const auto first = static_cast<unsigned char>(*at);
    if (length == 0) {
      out += '?';
    } else if (first < 0x20 || first == 0x7F) {
      out += ' ';
    } else {
      out.append(at, length);
    }
    at += std::max<std::size_t>(length, 1);
  }
  if (at != end) out += "...";
  return std::string(core::trim(out));
}

std::string text_of(std::string_view status_line, const ServiceError& error) {
  std::string text = one_line(status_line);
  if (!error.code.empty()) text += ": " + one_line(error.code);
  if (!error.message.empty()) text += ": " + one_line(core::masked_body(error.message));
  if (!error.request_id.empty()) text += " (request-id " + one_line(error.request_id) + ")";
  return text;
}

std::string_view header_of(const net::Reply& reply, std::string_view name) {
  for (const net::Header& header : reply.headers) {
    if (core::equal_ignoring_case(header.name, name)) return header.value;
  }
  return {};
}

bool has_ignoring_case(std::string_view text, std::string_view word) {
  return core::lower(text).find(core::lower(word)) != std::string::npos;
}

// The status decides, the code refines; the message's wording never does (graph-mail 7).
Verdict verdict_of(int status, const ServiceError& error, bool retry_after, bool empty) {
  const Meaning meaning = meaning_of(error.code);
  switch (status) {
    case 400:
      // With an empty body it was seen to pass on a retry (graph-mail 2): an ordinary failure.
      if (empty) return Verdict::kTransient;
      return meaning == Meaning::kPermanent ? Verdict::kPermanent : Verdict::kBadRequest;
    case 401:
      return Verdict::kUnauthorized;
    case 403:
      return Verdict::kForbidden;
    case 404:
      // Only ErrorItemNotFound says that the item does not exist; a gateway's 404, one without a
      // code and one about a folder prove nothing (contract, section 4, Sync phase).
      if (meaning == Meaning::kItemGone) return Verdict::kGone;
      return meaning == Meaning::kMailbox ? Verdict::kMailboxGone : Verdict::kPermanent;
    case 408:
      return Verdict::kTransient;
    case 429:
      return Verdict::kThrottled;
    case 500:
      return meaning == Meaning::kPermanent ? Verdict::kPermanent : Verdict::kTransient;
    case 503:
      return retry_after ? Verdict::kThrottled : Verdict::kTransient;
    case 507:
      return Verdict::kPermanent;
    default:
      // 3xx is not followed for Graph mail; any other 4xx is our mistake or stays as it is.
      return status >= 300 && status <= 499 ? Verdict::kPermanent : Verdict::kTransient;
  }
}

Classified classified(int status, std::string_view status_line, std::string_view retry_after,
                      std::string_view date, std::string_view body, std::string_view request_id) {
  Classified out;
  out.error = parse_service_error(body);
  if (out.error.request_id.empty()) out.error.request_id = std::string(request_id);
  out.retry_after = parse_retry_after(retry_after, date);
  out.verdict =
      verdict_of(status, out.error, out.retry_after.has_value(), core::trim(body).empty());
  // The one place where the wording counts: the code is the same for every limit (graph-mail 6.2).
  out.concurrency = out.verdict == Verdict::kThrottled &&
                    (has_ignoring_case(out.error.code, "MailboxConcurrency") ||
                     has_ignoring_case(out.error.message, "MailboxConcurrency"));
  out.text = text_of(status_line, out.error);
  return out;
}

}  // namespace

ServiceError parse_service_error(std::string_view body) {
  ServiceError out;
  core::JsonLimits limits;
  limits.max_size = kLongestBody;
  if (!core::json_problem(body, limits).empty()) return out;
  const core::Document document = core::Document::parse(body, 706, "service's error", limits);
  const JsonView error = document.root()["error"];
  if (error.is_string()) {  // OAuth's form (RFC 6749 section 5.2), as gateways send it too
    out.code = error.string_or("");
    out.message = document.root()["error_description"].string_or("");
    return out;
  }
  out.code = error["code"].string_or("");
  out.message = error["message"].string_or("");
  // The deepest known code; but one that speaks of the mailbox wins at any depth, because the
  // others could be read as the end of a message.
  bool mailbox = false;
  for (JsonView at = error; at; at = inner_error(at)) {
    const std::string code = at["code"].string_or("");
    if (!mailbox && known_code(code) != nullptr) {
      out.code = code;
      mailbox = meaning_of(code) == Meaning::kMailbox;
    }
    const std::string request_id = at["request-id"].string_or("");
    if (!request_id.empty()) out.request_id = request_id;
  }
  return out;
}

Classified classify(const net::Reply& reply) {
  return classified(
      reply.status,
      reply.status_line.empty() ? "HTTP " + std::to_string(reply.status) : reply.status_line,
      header_of(reply, "Retry-After"), header_of(reply, "Date"), reply.body,
      header_of(reply, "request-id"));
}

Classified classify(int status, std::string_view retry_after, std::string_view date,
                    std::string_view body) {
  return classified(status, "HTTP " + std::to_string(status), retry_after, date, body, {});
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::string_view date) {
  value = core::trim(value);
  const std::size_t digits = std::min(value.find_first_not_of("0123456789"), value.size());
  if (digits != 0) {
    bool more = false;
    if (digits != value.size()) {
      const std::string_view fraction = value.substr(digits + 1);
      if (value[digits] != '.' || fraction.empty() ||
          fraction.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
      }
      more = fraction.find_first_not_of('0') != std::string_view::npos;
    }
    // Never shortened (contract, section 4); beyond a century it only has to stay a number that
    // clocks can add.
    constexpr std::int64_t kCentury = std::int64_t{100} * 366 * 86400;
    const std::int64_t whole = core::parse_int(value.substr(0, digits)).value_or(kCentury);
    return std::chrono::seconds(std::min(whole, kCentury) + (more ? 1 : 0));
  }
  const std::optional<std::int64_t> until = core::parse_http_date(value);
  const std::optional<std::int64_t> now = core::parse_http_date(core::trim(date));
  if (!until || !now || *until < *now) return std::nullopt;
  return std::chrono::seconds(*until - *now);
}

}  // namespace coffer::graph
