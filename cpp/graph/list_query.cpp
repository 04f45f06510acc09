#include "graph/list_query.h"

#include "core/error.h"

namespace coffer::graph {
namespace {

constexpr std::int32_t kInvalidDate = 703;

// What the events report, and lastModifiedDateTime and internetMessageId (contract, section 4).
constexpr std::string_view kSelect =
    "id,subject,from,toRecipients,ccRecipients,bccRecipients,receivedDateTime,sentDateTime,"
    "createdDateTime,lastModifiedDateTime,hasAttachments,internetMessageId";

std::optional<core::Date> date_property(const std::string& text, const std::string& name) {
  if (text.empty()) return std::nullopt;
  const std::optional<core::Date> date = core::parse_date(text);
  if (!date) {
    throw core::Error(kInvalidDate, name + " is not a date; set it as yyyy/MM/dd, as 2023/07/31");
  }
  return date;
}

// Literals are unquoted and carry a zone; EndDate is inclusive, so the bound is the midnight that
// follows (graph-mail 1.4). 9999/12/31 has no such midnight in OData, and needs no bound.
std::string date_filter(const DateRange& dates) {
  std::string out;
  if (dates.from) out = "createdDateTime ge " + core::iso_midnight(*dates.from);
  if (!dates.to) return out;
  const core::Date end = core::next_day(*dates.to);
  if (!core::valid(end)) return out;
  if (!out.empty()) out += " and ";
  return out + "createdDateTime lt " + core::iso_midnight(end);
}

}  // namespace

DateRange parse_date_range(const std::string& start_date, const std::string& end_date) {
  DateRange range;
  range.from = date_property(start_date, "StartDate");
  range.to = date_property(end_date, "EndDate");
  if (range.from && range.to && *range.to < *range.from) {
    throw core::Error(kInvalidDate, "StartDate lies after EndDate; exchange them");
  }
  return range;
}

std::string mailbox_url(const std::string& base, const std::string& user_id) {
  return user_id.empty() ? base + "/me" : base + "/users/" + core::percent_encode(user_id);
}

// No $orderby: with a user's filter it is refused as InefficientFilter (graph-mail 1.5). The date
// part comes first, the user's in parentheses, because it may hold an `or`.
std::string list_url(const ListQuery& query) {
  const std::string dates = date_filter(query.dates);
  const std::string user(core::trim(query.filter));
  std::string filter = dates.empty() ? user : dates;
  if (!dates.empty() && !user.empty()) filter = "(" + dates + ") and (" + user + ")";
  std::string url = mailbox_url(query.base, query.user_id) + "/messages?$select=";
  url += kSelect;
  if (!filter.empty()) url += "&$filter=" + core::percent_encode(filter);
  return url + "&$top=" + std::to_string(query.page_size);
}

std::string value_url(const std::string& mailbox_url, const std::string& id) {
  return mailbox_url + "/messages/" + core::percent_encode(id) + "/$value";
}

std::string folder_url(const std::string& mailbox_url, const std::string& well_known_name) {
  return mailbox_url + "/mailFolders/" + core::percent_encode(well_known_name) +
         "?$select=id,displayName";
}

std::string message_search_url(const std::string& mailbox_url,
                               const std::string& internet_message_id) {
  std::string literal = "'";
  for (const char c : internet_message_id) {
    if (c == '\'') literal += c;
    literal += c;
  }
  literal += '\'';
  return mailbox_url + "/messages?$select=id,internetMessageId&$filter=" +
         core::percent_encode("internetMessageId eq " + literal) + "&$top=10";
}

std::vector<std::string> request_headers(bool immutable_ids, bool json) {
  std::vector<std::string> headers;
  if (immutable_ids) headers.emplace_back("Prefer: IdType=\"ImmutableId\"");
  if (json) headers.emplace_back("Accept: application/json");
  return headers;
}

}  // namespace coffer::graph
