#include "engine_fixture.h"

using namespace coffer;
using namespace coffer::test;

TEST_CASE("a nextLink is followed only inside the service, and only once") {
  Bench bench;
  bench.serve({"a"});
  std::string next;
  SUBCASE("another host") {
    next = "https://evil.test/v1.0/me/messages?$skip=1";
  }
  SUBCASE("another port") {
    next = "https://graph.test:444/v1.0/me/messages?$skip=1";
  }
  SUBCASE("another scheme") {
    next = "http://graph.test/v1.0/me/messages?$skip=1";
  }
  SUBCASE("relative") {
    next = "/v1.0/me/messages?$skip=1";
  }
  SUBCASE("userinfo") {
    next = "https://u:p@graph.test/v1.0/me/messages?$skip=1";
  }
  bench.transport.on(bench.list, FakeAnswer::ok(page({item("a")}, next)));
  CHECK(bench.execute() == store::RunEnd::kFailed);
  CHECK(bench.events.count("error 706") == 1);
  CHECK(bench.transport.count() == 1);
}

TEST_CASE("a nextLink that comes again ends the listing") {
  Bench bench;
  const std::string next = bench.base + "/me/messages?$skip=1";
  bench.transport.on(bench.list, FakeAnswer::ok(page({item("a")}, next)));
  CHECK(bench.execute() == store::RunEnd::kFailed);
  CHECK(bench.events.count("error 706") == 1);
}

TEST_CASE("the next page is asked for before a page is taken, which counts whatever comes of it") {
  Bench bench;
  bench.settings.max_retry_count = 0;
  const std::string next = bench.base + "/me/messages?$skip=2";
  bench.serve({"a", "b", "c"});
  bench.transport.on(bench.list, FakeAnswer::ok(page({item("a"), item("b")}, next)));
  std::int64_t listed = -1;
  FakeAnswer answer;
  SUBCASE("a page") {
    answer = FakeAnswer::ok(page({item("c")}));
  }
  SUBCASE("a failure") {
    answer = FakeAnswer::failure(201, true);
  }
  SUBCASE("rubbish") {
    answer = FakeAnswer::ok("{");
  }
  const bool whole = answer.code == 0 && answer.chunks.at(0).size() > 1;
  bench.transport.on(next, [&](const net::Request&) {
    listed = bench.counters.values().listed;
    return answer;
  });
  CHECK(bench.execute() == (whole ? store::RunEnd::kComplete : store::RunEnd::kFailed));
  CHECK(listed == 0);
  CHECK(bench.counters.values().listed == (whole ? 3 : 2));
}

TEST_CASE("folder names in Filter are resolved first, and the token travels with each request") {
  Bench bench;
  bench.settings.filter = "parentFolderId eq 'Inbox'";
  bench.serve({});
  bench.transport.on(bench.base + "/me/mailFolders/inbox", FakeAnswer::ok(R"({"id":"F1"})"));
  CHECK(bench.execute() == store::RunEnd::kComplete);
  const auto requests = bench.transport.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[1].request.url.find("parentFolderId%20eq%20%27F1%27") != std::string::npos);
  for (const auto& seen : requests) {
    CHECK(seen.request.authorization == "Bearer first");
    bool id = false;
    bool prefer = false;
    for (const std::string& header : seen.request.headers) {
      id = id || core::starts_with(header, "client-request-id: ");
      prefer = prefer || header.find("ImmutableId") != std::string::npos;
    }
    CHECK(id);
    CHECK(prefer);
  }
}

TEST_CASE("a folder that cannot be resolved, and a Filter that is refused, are 704") {
  Bench bench;
  bench.serve({});
  SUBCASE("folder") {
    bench.settings.filter = "parentFolderId eq 'Inbox'";
    bench.transport.on(bench.base + "/me/mailFolders/inbox",
                       FakeAnswer::with_status(404, service_error("ErrorFolderNotFound")));
  }
  SUBCASE("filter") {
    bench.settings.filter = "nonsense eq 1";
    bench.transport.on(bench.list,
                       FakeAnswer::with_status(400, service_error("RequestBroker--ParseUri")));
  }
  CHECK(bench.execute() == store::RunEnd::kFailed);
  CHECK(bench.events.count("error 704") == 1);
}

TEST_CASE("a page that keeps failing gives the listing up with 705") {
  Bench bench;
  bench.settings.max_retry_count = 2;
  bench.transport.on(bench.list, FakeAnswer::with_status(504));
  CHECK(bench.execute() == store::RunEnd::kFailed);
  CHECK(bench.events.count("error 705") == 1);
  CHECK(bench.transport.count() == 3);
}

TEST_CASE("a page that cannot be understood is asked for again, then 706") {
  Bench bench;
  bench.serve({"a"});
  bench.settings.max_retry_count = 1;
  SUBCASE("mended") {
    bench.transport.on(bench.list, FakeAnswer::ok(R"({"value":[)"), 1);
    CHECK(bench.execute() == store::RunEnd::kComplete);
  }
  SUBCASE("not mended") {
    bench.transport.on(bench.list, FakeAnswer::ok(R"({"value":[)"));
    CHECK(bench.execute() == store::RunEnd::kFailed);
    CHECK(bench.events.count("error 706") == 1);
  }
}

TEST_CASE("a folder of another mailbox ends the run before anything is saved") {
  Bench bench;
  bench.serve({"a"});
  bench.store.bind_code = 716;
  CHECK(bench.execute() == store::RunEnd::kFailed);
  CHECK(bench.events.count("error 716") == 1);
  CHECK(bench.store.files.empty());
}

TEST_CASE("ids of the other kind end the run") {
  Bench bench;
  bench.transport.on(bench.list, FakeAnswer::ok(page({item("AAMkmutable")})));
  CHECK(bench.execute() == store::RunEnd::kFailed);
  CHECK(bench.events.count("error 716") == 1);
  CHECK(bench.store.files.empty());
}

TEST_CASE("forbidden and missing mailboxes are told apart from messages") {
  for (const auto& refusal : {std::pair<int, const char*>{403, "ErrorAccessDenied"},
                              std::pair<int, const char*>{404, "ResourceNotFound"}}) {
    Bench bench;
    bench.transport.on(bench.list,
                       FakeAnswer::with_status(refusal.first, service_error(refusal.second)));
    CHECK(bench.execute() == store::RunEnd::kFailed);
    CHECK(bench.events.count("error 151") == 1);
  }
}

TEST_CASE("a listing of empty pages without end is given up") {
  Bench bench;
  int number = 0;
  bench.transport.on(bench.base + "/me/messages", [&](const net::Request&) {
    return FakeAnswer::ok(
        page({}, bench.base + "/me/messages?$skiptoken=" + std::to_string(++number)));
  });
  CHECK(bench.execute() == store::RunEnd::kFailed);
  CHECK(bench.events.count("error 706") == 1);
}
