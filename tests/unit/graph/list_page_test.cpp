#include "graph/list_page.h"

#include <doctest/doctest.h>

#include <ctime>
#include <string>

#include "core/error.h"

namespace core = coffer::core;
namespace graph = coffer::graph;

namespace {

graph::ListPage page_of(const std::string& items) {
  return graph::parse_list_page("{\"value\":[" + items + "]}");
}

std::int32_t code_of(const std::string& body) {
  try {
    graph::parse_list_page(body);
    return 0;
  } catch (const core::Error& error) {
    return error.code();
  }
}

}  // namespace

TEST_CASE("list page: every field of a message") {
  const graph::ListPage page = graph::parse_list_page(R"json({
    "@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('alex%40x')/messages(subject)",
    "@odata.nextLink":"https://graph.microsoft.com/v1.0/me/messages?$top=2&$skip=2",
    "value":[{"@odata.etag":"W/\"x\"","id":"AAkA-_=1","subject":"Gr\u00fc\u00dfe \ud83d\ude00",
      "from":{"emailAddress":{"name":"A","address":"a@x"}},
      "toRecipients":[{"emailAddress":{"name":"B, C","address":"b@x"}},
                      {"emailAddress":{"address":"c@x"}}],
      "ccRecipients":[],"bccRecipients":[{"emailAddress":{"address":"d@x"}}],
      "receivedDateTime":"2023-07-01T08:15:30Z","sentDateTime":"2023-07-01T08:15:29Z",
      "createdDateTime":"2023-07-01T08:15:31Z","lastModifiedDateTime":"2023-07-02T00:00:00.5Z",
      "hasAttachments":true,"internetMessageId":"<m@x>"}]})json");
  REQUIRE(page.messages.size() == 1);
  const graph::Message& message = page.messages[0];
  CHECK(message.id == "AAkA-_=1");
  CHECK(message.subject ==
        "Gr\xC3\xBC\xC3\x9F"
        "e \xF0\x9F\x98\x80");
  CHECK(message.from == "A <a@x>");
  CHECK(message.sent_to == "\"B, C\" <b@x>, c@x");
  CHECK(message.cc.empty());
  CHECK(message.bcc == "d@x");
  CHECK(message.received == "2023-07-01T08:15:30Z");
  CHECK(message.sent == "2023-07-01T08:15:29Z");
  CHECK(message.created == "2023-07-01T08:15:31Z");
  CHECK(message.modified == "2023-07-02T00:00:00.5Z");
  CHECK(message.has_attachments);
  CHECK(message.internet_message_id == "<m@x>");
  CHECK(message.problem.empty());
  CHECK(page.next_link == "https://graph.microsoft.com/v1.0/me/messages?$top=2&$skip=2");
  CHECK(graph::mailbox_of_context(page.context) == "alex@x");
}

TEST_CASE("list page: missing, null and wrong types of everything but the id are tolerated") {
  const graph::ListPage page = page_of(
      R"({"id":"a"},{"id":"b","subject":null,"from":null,"toRecipients":null,"sentDateTime":null,
          "hasAttachments":null},{"id":"c","subject":5,"from":[],"toRecipients":{},
          "createdDateTime":{},"hasAttachments":"true","internetMessageId":false})");
  REQUIRE(page.messages.size() == 3);
  for (const graph::Message& message : page.messages) {
    CHECK(message.problem.empty());
    CHECK(message.subject.empty());
    CHECK(message.from.empty());
    CHECK(message.sent_to.empty());
    CHECK(message.created.empty());
    CHECK_FALSE(message.has_attachments);
  }
  CHECK(page.next_link.empty());
  CHECK(page.context.empty());
}

TEST_CASE("list page: an item that cannot be backed up says why and hides no other") {
  const std::string long_id(1025, 'x');
  const graph::ListPage page =
      page_of(R"(null,7,"x",[],{},{"id":null},{"id":5},{"id":""},{"id":"a\u0000b"},{"id":"a\nb"},)"
              R"({"id":"a\u007f"},{"id":")" +
              long_id + R"("},{"ID":"upper"},{"id":"good"})");
  REQUIRE(page.messages.size() == 14);
  for (std::size_t i = 0; i < 13; ++i) {
    CAPTURE(i);
    CHECK_FALSE(page.messages[i].problem.empty());
    CHECK(page.messages[i].problem.find('\n') == std::string::npos);
    CHECK(page.messages[i].id.size() <= 1024);
    CHECK(page.messages[i].id.find('\0') == std::string::npos);
  }
  CHECK(page.messages[8].id == "a?b");
  CHECK(page.messages[13].id == "good");
  CHECK(page.messages[13].problem.empty());
}

TEST_CASE("list page: an id of 1,024 octets is the longest; case and Unicode count") {
  const std::string longest(1024, 'x');
  const graph::ListPage page = page_of("{\"id\":\"" + longest +
                                       "\"},{\"id\":\"aB\"},{\"id\":\"Ab\"},"
                                       "{\"id\":\"\xC3\xA4/+=\"}");
  REQUIRE(page.messages.size() == 4);
  for (const graph::Message& message : page.messages)
    CHECK(message.problem.empty());
  CHECK(page.messages[0].id == longest);
  CHECK(page.messages[1].id == "aB");
  CHECK(page.messages[2].id == "Ab");
  CHECK(page.messages[3].id == "\xC3\xA4/+=");
}

TEST_CASE("list page: a subject survives U+0000, lone surrogates and controls") {
  const graph::ListPage page = page_of(R"({"id":"a","subject":"x\u0000y\ud800z\u0007"})");
  REQUIRE(page.messages.size() == 1);
  CHECK(page.messages[0].problem.empty());
  CHECK(page.messages[0].subject == "x\xEF\xBF\xBDy\xEF\xBF\xBDz\x07");
}

TEST_CASE("list page: a long text of U+0000 costs linear time") {
  std::string subject;
  for (int i = 0; i < 1000000; ++i)
    subject += "\\u0000";
  const std::clock_t begin = std::clock();  // of the processor: others may use it too
  const graph::ListPage page = page_of("{\"id\":\"a\",\"subject\":\"" + subject + "\"}");
  CHECK(page.messages.at(0).subject.size() == 3000000);
  CHECK(std::clock() - begin < 10 * CLOCKS_PER_SEC);
}

TEST_CASE("list page: what is no page is 706") {
  for (const char* body :
       {"", "<html>", "[]", "{}", "null", "{\"value\":null}", "{\"value\":{}}",
        "{\"error\":{\"code\":\"x\"}}", "{\"value\":[", "{\"value\":[]}x",
        "{\"value\":[],\"value\":[]}", "{\"value\":[{\"id\":\"a\",\"id\":\"b\"}]}",
        "{\"Value\":[]}", "{\"value\":[],\"@odata.nextLink\":5}",
        "{\"value\":[],\"@odata.nextLink\":\"\"}",
        "{\"value\":[],\"@odata.nextLink\":\"https://x/\\u0000\"}",
        "{\"value\":[],\"@odata.nextLink\":\"https://x/\\r\\nA: b\"}", "{\"value\":[\"\xFF\"]}"}) {
    CAPTURE(body);
    CHECK(code_of(body) == 706);
  }
  CHECK(code_of("{\"value\":[]}") == 0);
  CHECK(code_of("{\"value\":[],\"@odata.nextLink\":null}") == 0);
}

TEST_CASE("mailbox of a context") {
  const auto of = [](const std::string& tail) {
    return graph::mailbox_of_context("https://graph.microsoft.com/v1.0/$metadata#" + tail);
  };
  CHECK(of("users('alex%40contoso.com')/messages(id,subject)") == "alex@contoso.com");
  CHECK(of("users('48d31887-5fad-4d73-a9f5-3c356e68a038')/messages") ==
        "48d31887-5fad-4d73-a9f5-3c356e68a038");
  CHECK(of("users('o''brien%40x')/mailFolders('inbox')/messages") == "o'brien@x");
  CHECK(of("users('o%27%27brien%40x')/messages") == "o'brien@x");
  CHECK(of("users('a%23EXT%23%40x')/messages") == "a#EXT#@x");
  for (const char* none : {"me/messages", "users", "users('", "users('a", "users('')/messages",
                           "users('a%4')/x", "users('a%00b')/x", "Collection(message)", ""}) {
    CAPTURE(none);
    CHECK(of(none).empty());
  }
  CHECK(graph::mailbox_of_context("https://x/users('path')/messages").empty());
  CHECK(graph::mailbox_of_context("").empty());
}

TEST_CASE("month of createdDateTime, in UTC") {
  CHECK(graph::month_of("2023-07-01T08:15:30Z") == "2023-07");
  CHECK(graph::month_of("2023-07-31T23:59:59.9999999Z") == "2023-07");
  CHECK(graph::month_of("2023-08-01T01:00:00+02:00") == "2023-07");
  CHECK(graph::month_of("2023-12-31T23:00:00-02:00") == "2024-01");
  CHECK(graph::month_of("0001-01-01T00:00:00Z") == "0001-01");
  for (const char* bad : {"", "2023-07", "../../etc", "2023-07-01", "0001-01-01T00:00:00+01:00",
                          "9999-12-31T23:59:59-01:00", "2023-13-01T00:00:00Z", "yesterday"}) {
    CAPTURE(bad);
    CHECK(graph::month_of(bad) == "undated");
  }
}
