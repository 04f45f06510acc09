#include "engine_fixture.h"

using namespace coffer;
using namespace coffer::test;

namespace {

std::string batch_item(int number, int status, const std::string& body,
                       const std::string& headers = "{}") {
  return R"({"id":")" + std::to_string(number) + R"(","status":)" + std::to_string(status) +
         R"(,"headers":)" + headers + R"(,"body":)" + body + "}";
}

std::string batch_page(const std::vector<std::string>& items) {
  std::string text = R"({"responses":[)";
  for (std::size_t i = 0; i < items.size(); ++i) {
    text += (i == 0 ? "" : ",") + items[i];
  }
  return text + "]}";
}

struct SyncBench : Bench {
  SyncBench() {
    settings.sync_deletes = true;
    settings.max_retry_count = 2;
    serve({"a"});
    store.put("a", "2023-07-02T00:00:00Z");
    store.put("old", "2022-07-02T00:00:00Z", "<old@x>");
  }
  void answer(const std::string& body) {
    transport.on("POST " + base + "/$batch", FakeAnswer::ok(body));
  }
  bool kept() const { return store.files.count("old") == 1; }
};

}  // namespace

TEST_CASE("a message is deleted only when the service says that this id does not exist") {
  SyncBench bench;
  SUBCASE("404 ErrorItemNotFound") {
    bench.answer(batch_page({batch_item(1, 404, service_error("errorItemNotFound"))}));
    CHECK(bench.execute() == store::RunEnd::kComplete);
    CHECK(bench.store.removed == std::vector<std::string>{"old"});
    CHECK(bench.counters.values().deleted == 1);
    CHECK(bench.events.count("delete old") == 1);
    CHECK(bench.phases == std::vector<int>{1, 2, 3, 0});
    return;
  }
  std::string body;
  SUBCASE("200") {
    body = batch_item(1, 200, R"({"id":"old"})");
  }
  SUBCASE("404 ResourceNotFound") {
    body = batch_item(1, 404, service_error("ResourceNotFound"));
  }
  SUBCASE("404 without a code") {
    body = batch_item(1, 404, "{}");
  }
  SUBCASE("400 ErrorInvalidMailboxItemId") {
    body = batch_item(1, 400, service_error("ErrorInvalidMailboxItemId"));
  }
  SUBCASE("403") {
    body = batch_item(1, 403, service_error("ErrorAccessDenied"));
  }
  SUBCASE("410") {
    body = batch_item(1, 410, service_error("ErrorItemNotFound"));
  }
  SUBCASE("424") {
    body = batch_item(1, 424, service_error("FailedDependency"));
  }
  bench.answer(batch_page({body}));
  CHECK(bench.execute() == store::RunEnd::kComplete);
  CHECK(bench.kept());
  CHECK(bench.store.removed.empty());
}

TEST_CASE("checks that stay unresolved end the deleting with 705") {
  SyncBench bench;
  SUBCASE("5xx in the batch") {
    bench.answer(batch_page({batch_item(1, 503, service_error("ServiceNotAvailable"))}));
  }
  SUBCASE("no answer for the id") {
    bench.answer(batch_page({}));
  }
  SUBCASE("an answer for another id") {
    bench.answer(batch_page({batch_item(7, 404, service_error("ErrorItemNotFound"))}));
  }
  SUBCASE("the batch itself fails") {
    bench.transport.on("POST ", FakeAnswer::with_status(502));
  }
  SUBCASE("the batch is refused") {
    bench.transport.on("POST ", FakeAnswer::with_status(403));
  }
  CHECK(bench.execute() == store::RunEnd::kFailed);
  CHECK(bench.events.count("error 705") == 1);
  CHECK(bench.kept());
}

TEST_CASE("an item that is throttled is asked again after the pause") {
  SyncBench bench;
  bench.answer(batch_page({batch_item(1, 404, service_error("ErrorItemNotFound"))}));
  bench.transport.on("POST ",
                     FakeAnswer::ok(batch_page({batch_item(1, 429, service_error("TooManyRequests"),
                                                           R"({"Retry-After":"5"})")})),
                     1);
  const auto begin = bench.clock.now();
  bench.execute();
  CHECK(bench.clock.now() - begin >= std::chrono::seconds(5));
  CHECK_FALSE(bench.kept());
}

TEST_CASE("a handler may keep the file") {
  SyncBench bench;
  bench.answer(batch_page({batch_item(1, 404, service_error("ErrorItemNotFound"))}));
  bench.events.handlers[kOnMessageDelete] = [](core::Event& event) {
    static_cast<MessageDeleteEvent&>(event).skip = true;
  };
  bench.execute();
  CHECK(bench.kept());
}

TEST_CASE("a mutable id that is gone is looked for by its Message-ID") {
  SyncBench bench;
  bench.settings.immutable_ids = false;
  bench.answer(batch_page({batch_item(1, 404, service_error("ErrorItemNotFound"))}));
  const std::string search =
      bench.base + "/me/messages?$select=id,internetMessageId&$filter=internetMessageId";
  SUBCASE("nowhere: deleted") {
    bench.transport.on(search, FakeAnswer::ok(R"({"value":[]})"));
    bench.execute();
    CHECK_FALSE(bench.kept());
    return;
  }
  SUBCASE("elsewhere: kept") {
    bench.transport.on(search, FakeAnswer::ok(R"({"value":[{"id":"new"}]})"));
  }
  SUBCASE("the search fails: kept") {
    bench.transport.on(search, FakeAnswer::with_status(500));
  }
  SUBCASE("no Message-ID: kept") {
    bench.store.files["old"].message_id = "";
  }
  bench.execute();
  CHECK(bench.kept());
}

TEST_CASE("nothing is checked after a listing that was not read to its end") {
  SyncBench bench;
  bench.transport.on(bench.list, FakeAnswer::ok(page({item("a")}, "https://evil.test/x")));
  bench.execute();
  CHECK(bench.transport.count("POST ") == 0);
  CHECK(bench.kept());
}

TEST_CASE("a message that failed in the backup phase is no candidate") {
  SyncBench bench;
  bench.serve({"a", "old"});
  bench.settings.max_retry_count = 0;
  bench.transport.on(bench.value("old"), FakeAnswer::with_status(500));
  bench.execute();
  CHECK(bench.transport.count("POST ") == 0);
  CHECK(bench.kept());
}
