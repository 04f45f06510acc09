// The request that lists: URL, $select, $filter from StartDate, EndDate and Filter.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"

namespace coffer::graph {

struct DateRange {
  std::optional<core::Date> from;  // inclusive
  std::optional<core::Date> to;    // inclusive
};
// 703: not yyyy/MM/dd, no such day, or reversed.
DateRange parse_date_range(const std::string& start_date, const std::string& end_date);

// The user's Filter with `address` and well-known folder names made into what Graph understands
// (contract section 4). What was rewritten is told, a sentence each, for the log.
struct RewrittenFilter {
  std::string text;
  std::vector<std::string> notes;
};
// The well-known names ("inbox", "sentitems") that parentFolderId is compared with, in order,
// each once: the caller resolves each to an id first.
std::vector<std::string> folder_names_in(std::string_view filter);
RewrittenFilter rewrite_filter(std::string_view filter,
                               const std::function<std::string(const std::string&)>& id_of_folder);

struct ListQuery {
  std::string base;     // GraphURL without a trailing '/'
  std::string user_id;  // "" : /me
  int page_size = 500;
  DateRange dates;
  std::string filter;  // rewritten
};
std::string mailbox_url(const std::string& base, const std::string& user_id);  // …/me, …/users/x
std::string list_url(const ListQuery& query);
std::string value_url(const std::string& mailbox_url, const std::string& id);
std::string folder_url(const std::string& mailbox_url, const std::string& well_known_name);
std::string message_search_url(const std::string& mailbox_url,
                               const std::string& internet_message_id);

// The Prefer header of every request: IdType and page size.
std::vector<std::string> request_headers(bool immutable_ids, bool json);

}  // namespace coffer::graph
