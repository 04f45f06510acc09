#include "graph/list_query.h"

#include <doctest/doctest.h>

#include <string>

#include "core/error.h"

namespace core = coffer::core;
namespace graph = coffer::graph;

namespace {

constexpr const char* kSelect =
    "$select=id,subject,from,toRecipients,ccRecipients,bccRecipients,receivedDateTime,"
    "sentDateTime,createdDateTime,lastModifiedDateTime,hasAttachments,internetMessageId";

// The decoded $filter of the URL, "" when there is none.
std::string filter_of(const std::string& url) {
  const std::string name = "&$filter=";
  const std::size_t at = url.find(name);
  if (at == std::string::npos) return "";
  const std::string raw = url.substr(at + name.size(), url.find('&', at + 1) - at - name.size());
  CHECK(raw.find_first_of(" '+&#") == std::string::npos);
  return core::percent_decode(raw).value();
}

std::string filter_of(const std::string& from, const std::string& to, const std::string& filter) {
  graph::ListQuery query;
  query.base = "https://g/v1.0";
  query.dates = graph::parse_date_range(from, to);
  query.filter = filter;
  return filter_of(graph::list_url(query));
}

}  // namespace

TEST_CASE("list URL: mailbox, selection, page size") {
  graph::ListQuery query;
  query.base = "https://graph.microsoft.com/v1.0";
  CHECK(graph::list_url(query) ==
        std::string("https://graph.microsoft.com/v1.0/me/messages?") + kSelect + "&$top=500");
  query.user_id = "a#EXT#@x/y+'z";
  query.page_size = 7;
  CHECK(graph::list_url(query) ==
        std::string("https://graph.microsoft.com/v1.0/users/a%23EXT%23%40x%2Fy%2B%27z/messages?") +
            kSelect + "&$top=7");
}

TEST_CASE("list URL: whole UTC days, both inclusive") {
  CHECK(filter_of("2023/07/01", "2023/07/31", "") ==
        "createdDateTime ge 2023-07-01T00:00:00Z and createdDateTime lt 2023-08-01T00:00:00Z");
  CHECK(filter_of("2024/02/29", "", "") == "createdDateTime ge 2024-02-29T00:00:00Z");
  CHECK(filter_of("", "2024/02/28", "") == "createdDateTime lt 2024-02-29T00:00:00Z");
  CHECK(filter_of("", "2023/12/31", "") == "createdDateTime lt 2024-01-01T00:00:00Z");
  CHECK(filter_of("", "9999/12/31", "").empty());
  CHECK(filter_of("9999/12/31", "9999/12/31", "") == "createdDateTime ge 9999-12-31T00:00:00Z");
}

TEST_CASE("list URL: the user's filter, alone and combined") {
  CHECK(filter_of("", "", "isRead eq true or subject eq 'a+b&c#d'") ==
        "isRead eq true or subject eq 'a+b&c#d'");
  CHECK(filter_of("2023/07/01", "", "isRead eq true or x eq 'O''B'") ==
        "(createdDateTime ge 2023-07-01T00:00:00Z) and (isRead eq true or x eq 'O''B')");
  CHECK(filter_of("2023/07/01", "", "  ") == "createdDateTime ge 2023-07-01T00:00:00Z");
}

TEST_CASE("dates that are not usable are 703") {
  const auto code = [](const std::string& from, const std::string& to) {
    try {
      graph::parse_date_range(from, to);
      return 0;
    } catch (const core::Error& error) {
      return static_cast<int>(error.code());
    }
  };
  CHECK(code("", "") == 0);
  CHECK(code("2023/07/01", "2023/07/01") == 0);
  CHECK(code("2023/07/02", "2023/07/01") == 703);
  CHECK(code("2023/02/29", "") == 703);
  CHECK(code("", "2023-07-01") == 703);
  CHECK(code("today", "") == 703);
  CHECK(code(" 2023/07/01", "") == 703);
}

TEST_CASE("item, folder and search URLs encode what they carry as one segment") {
  CHECK(graph::value_url("https://g/me", "AA/b+c=d_e-f") ==
        "https://g/me/messages/AA%2Fb%2Bc%3Dd_e-f/$value");
  CHECK(graph::folder_url("https://g/me", "inbox")
            .rfind("https://g/me/mailFolders/inbox?$select=id", 0) == 0);
  const std::string url = graph::message_search_url("https://g/me", "<a'b&c+d@x>");
  CHECK(url.rfind("https://g/me/messages?", 0) == 0);
  CHECK(filter_of(url) == "internetMessageId eq '<a''b&c+d@x>'");
}

TEST_CASE("headers of a request") {
  using Lines = std::vector<std::string>;
  CHECK(graph::request_headers(true, true) ==
        Lines{"Prefer: IdType=\"ImmutableId\"", "Accept: application/json"});
  CHECK(graph::request_headers(true, false) == Lines{"Prefer: IdType=\"ImmutableId\""});
  CHECK(graph::request_headers(false, true) == Lines{"Accept: application/json"});
  CHECK(graph::request_headers(false, false).empty());
}
