#include "graph/batch.h"

#include <doctest/doctest.h>

#include <string>

#include "core/error.h"
#include "core/json.h"

namespace core = coffer::core;
namespace graph = coffer::graph;

namespace {

const std::vector<graph::BatchItem> kTwo = {{"1", "/me/messages/a?$select=id"},
                                            {"2", "/me/messages/b?$select=id"}};

std::int32_t code_of(const std::string& body) {
  try {
    graph::parse_batch_reply(body, kTwo);
    return 0;
  } catch (const core::Error& error) {
    return error.code();
  }
}

}  // namespace

TEST_CASE("batch: the request, with and without immutable ids") {
  CHECK(graph::batch_body(kTwo, true) ==
        R"({"requests":[{"id":"1","method":"GET","url":"/me/messages/a?$select=id",)"
        R"("headers":{"Prefer":"IdType=\"ImmutableId\""}},)"
        R"({"id":"2","method":"GET","url":"/me/messages/b?$select=id",)"
        R"("headers":{"Prefer":"IdType=\"ImmutableId\""}}]})");
  CHECK(graph::batch_body(kTwo, false).find("Prefer") == std::string::npos);
  CHECK(core::json_problem(graph::batch_body(kTwo, false)).empty());
  CHECK(graph::batch_body({}, true) == "{\"requests\":[]}");
}

TEST_CASE("batch: answers in any order, with their own status, body and Retry-After") {
  const auto replies = graph::parse_batch_reply(
      R"({"responses":[{"id":"2","status":429,"headers":{"retry-after":"2.5","X":"y"},
         "body":{"error":{"code":"TooManyRequests","message":"nul \u0000"}}},
         {"id":"1","status":200,"body":{"id":"a"}}]})",
      kTwo);
  REQUIRE(replies.size() == 2);
  CHECK(replies[0].id == "2");
  CHECK(replies[0].status == 429);
  CHECK(replies[0].retry_after == "2.5");
  CHECK(graph::parse_service_error(replies[0].body).code == "TooManyRequests");
  CHECK(replies[1].id == "1");
  CHECK(replies[1].status == 200);
  CHECK(replies[1].retry_after.empty());
  CHECK(replies[1].body == "{\"id\":\"a\"}");
}

TEST_CASE("batch: an item may be missing, without a body, or have a number as header") {
  const auto replies = graph::parse_batch_reply(
      R"({"responses":[{"id":"1","status":503,"headers":{"Retry-After":12}}]})", kTwo);
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].retry_after == "12");
  CHECK(replies[0].body.empty());
  CHECK(graph::parse_batch_reply("{\"responses\":[]}", kTwo).empty());
}

TEST_CASE("batch: what is no answer to these items is 706") {
  for (const char* body :
       {"", "[]", "{}", "{\"responses\":{}}", "{\"responses\":[null]}",
        R"({"responses":[{"status":200}]})", R"({"responses":[{"id":1,"status":200}]})",
        R"({"responses":[{"id":"3","status":404}]})",
        R"({"responses":[{"id":"1","status":404},{"id":"1","status":404}]})",
        R"({"responses":[{"id":"1"}]})", R"({"responses":[{"id":"1","status":"404"}]})",
        R"({"responses":[{"id":"1","status":404.5}]})", R"({"responses":[{"id":"1","status":0}]})",
        R"({"responses":[{"id":"1","status":1e999}]})",
        R"({"responses":[{"id":"1\u0000","status":404}]})",
        R"({"responses":[{"id":"1","id":"2","status":404}]})"}) {
    CAPTURE(body);
    CHECK(code_of(body) == 706);
  }
}
