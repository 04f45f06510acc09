#include "engine_fixture.h"

using namespace coffer;
using namespace coffer::test;
using namespace std::chrono_literals;

TEST_CASE("a first run saves every message and asks for nothing else") {
  Bench bench;
  bench.serve({"a", "b", "c"});
  CHECK(bench.execute() == store::RunEnd::kComplete);
  CHECK(bench.transport.count() == 4);
  CHECK(bench.transport.unexpected() == 0);
  const auto sums = bench.counters.values();
  CHECK(sums.listed == 3);
  CHECK(sums.saved == 3);
  CHECK(sums.pending() == 0);
  CHECK(sums.bytes_saved == static_cast<std::int64_t>(3 * bench.mail.size()));
  CHECK(bench.store.files.at("b").body == bench.mail);
  CHECK(bench.store.files.at("b").path == "/backup/2023-07/b.eml");
  CHECK(bench.store.bound->mailbox == "alex@x.test");
  CHECK(bench.phases == std::vector<int>{1, 2, 0});
  CHECK(bench.was_logged("3 listed: 3 saved"));
}

TEST_CASE("events of a message come in the manual's order") {
  Bench bench;
  bench.serve({"a"});
  bench.execute();
  CHECK(bench.events.lines == std::vector<std::string>{"before a", "message a", "after a"});
}

TEST_CASE("an unchanged message is offered with Skip and not fetched") {
  Bench bench;
  bench.serve({"a", "b"});
  bench.store.put("a", "2023-07-02T00:00:00Z");
  SUBCASE("with a handler") {
    bench.execute();
    CHECK(bench.events.lines[0] == "before a skip");
  }
  SUBCASE("without") {
    bench.events.listens = false;
    bench.execute();
  }
  SUBCASE("a handler clears Skip: fetched all the same") {
    bench.events.handlers[kOnBeforeMessageBackup] = [](core::Event& event) {
      static_cast<BeforeMessageBackupEvent&>(event).skip = false;
    };
    bench.execute();
    CHECK(bench.transport.count(bench.value("a")) == 1);
    CHECK(bench.counters.values().saved == 2);
    return;
  }
  CHECK(bench.transport.count(bench.value("a")) == 0);
  CHECK(bench.counters.values().unchanged == 1);
  CHECK(bench.counters.values().saved == 1);
}

TEST_CASE("a modified message is fetched again into the file it has") {
  Bench bench;
  bench.serve({"a"});
  bench.store.put("a", "2022-01-01T00:00:00Z");
  bench.store.files["a"].path = "/elsewhere/a.eml";
  bench.execute();
  CHECK(bench.store.files.at("a").path == "/elsewhere/a.eml");
  CHECK(bench.store.files.at("a").modified == "2023-07-02T00:00:00Z");
}

TEST_CASE("handlers skip, redirect and look") {
  Bench bench;
  bench.serve({"a", "b", "c"});
  bench.events.handlers[kOnBeforeMessageBackup] = [](core::Event& event) {
    auto& e = static_cast<BeforeMessageBackupEvent&>(event);
    e.skip = e.id == "a";
    if (e.id == "c") {
      e.backup_file = "/other/c.eml";
    }
  };
  std::string seen;
  bench.events.handlers[kOnMessageBackup] = [&seen](core::Event& event) {
    auto& e = static_cast<MessageBackupEvent&>(event);
    const core::Bytes& eml = e.eml.get();
    seen.assign(eml.begin(), eml.end());
    CHECK(e.body_content_type == "text");
    e.skip = e.id == "b";
  };
  bench.execute();
  CHECK(seen == bench.mail);
  const auto sums = bench.counters.values();
  CHECK(sums.skipped == 2);
  CHECK(sums.saved == 1);
  CHECK(bench.store.files.count("a") == 0);
  CHECK(bench.store.files.count("b") == 0);
  CHECK(bench.store.files.at("c").path == "/other/c.eml");
}

TEST_CASE("MaxRetryCount counts retries, RetryInterval apart") {
  Bench bench;
  bench.serve({"a"});
  bench.settings.max_retry_count = 2;
  bench.transport.on(bench.value("a"),
                     FakeAnswer::with_status(500, service_error("InternalServerError")));
  const auto begin = bench.clock.now();
  CHECK(bench.execute() == store::RunEnd::kComplete);
  CHECK(bench.transport.count(bench.value("a")) == 3);
  CHECK(bench.clock.now() - begin >= 6s);
  CHECK(bench.events.count("messageerror a 151 retry") == 2);
  CHECK(bench.events.count("messageerror a 151 final") == 1);
  CHECK(bench.counters.values().failed == 1);
  CHECK(bench.counters.failed_message(0).id == "a");
  CHECK(bench.was_logged("The backup is incomplete."));
}

TEST_CASE("a handler's Retry gives one more try each time") {
  Bench bench;
  bench.serve({"a"});
  bench.settings.max_retry_count = 0;
  bench.transport.on(bench.value("a"), FakeAnswer::with_status(500), 3);
  bench.events.handlers[kOnMessageError] = [](core::Event& event) {
    static_cast<MessageErrorEvent&>(event).retry = true;
  };
  bench.execute();
  CHECK(bench.events.count("messageerror") == 3);
  CHECK(bench.counters.values().saved == 1);
}

TEST_CASE("a message that is gone is told once and counted as gone") {
  Bench bench;
  bench.serve({"a", "b"});
  bench.transport.on(bench.value("a"),
                     FakeAnswer::with_status(404, service_error("ErrorItemNotFound")));
  CHECK(bench.execute() == store::RunEnd::kComplete);
  CHECK(bench.events.count("messageerror a 710 final") == 1);
  CHECK(bench.transport.count(bench.value("a")) == 1);
  CHECK(bench.counters.values().gone == 1);
  CHECK(bench.counters.values().failed == 0);
}

TEST_CASE("permanent codes are not tried again") {
  for (const char* code : {"ErrorMimeContentConversionFailed", "ErrorCorruptData"}) {
    Bench bench;
    bench.serve({"a"});
    bench.transport.on(bench.value("a"), FakeAnswer::with_status(500, service_error(code)));
    bench.execute();
    CHECK(bench.transport.count(bench.value("a")) == 1);
    CHECK(bench.counters.values().failed == 1);
  }
}

TEST_CASE("what came in the place of a message never becomes one") {
  for (const std::string& body : {std::string(), service_error("generalException"),
                                  std::string("<html>bad gateway</html>")}) {
    Bench bench;
    bench.serve({"a"});
    bench.transport.on(bench.value("a"), FakeAnswer::ok(body, "text/plain"), 1);
    bench.execute();
    CHECK(bench.events.count("messageerror a 706 retry") == 1);
    CHECK(bench.store.files.at("a").body == bench.mail);
  }
}

TEST_CASE("a body that was cut short is tried again and never saved") {
  Bench bench;
  bench.serve({"a"});
  bench.transport.on(bench.value("a"),
                     FakeAnswer::ok("Subject: cut", "text/plain").fails(1120, true), 1);
  bench.execute();
  CHECK(bench.events.count("messageerror a 1120 retry") == 1);
  CHECK(bench.store.files.at("a").body == bench.mail);
}

TEST_CASE("a message that begins like JSON is a message all the same") {
  Bench bench;
  bench.serve({"a"});
  const std::string odd = "{ not json\r\n\r\nbody";
  bench.transport.on(bench.value("a"), FakeAnswer::ok(odd, "text/plain").in_chunks(3));
  bench.execute();
  CHECK(bench.store.files.at("a").body == odd);
}

TEST_CASE("a disk that refuses is MessageError 711, not tried again") {
  Bench bench;
  bench.serve({"a"});
  bench.store.create_code = 711;
  CHECK(bench.execute() == store::RunEnd::kComplete);
  CHECK(bench.events.count("messageerror a 711 final") == 1);
}

TEST_CASE("the same id twice in a listing counts once") {
  Bench bench;
  bench.serve({"a", "b", "c"});
  bench.store.put("b", "2023-07-02T00:00:00Z");
  const std::string next = bench.base + "/me/messages?$skip=2";
  bench.transport.on(bench.list, FakeAnswer::ok(page({item("a"), item("b")}, next)));
  bench.transport.on(next, FakeAnswer::ok(page({item("b"), item("a"), item("c")})));
  SUBCASE("with handlers") {}
  SUBCASE("without") {
    bench.events.listens = false;
  }
  bench.execute();
  CHECK(bench.counters.values().listed == 3);
  CHECK(bench.transport.count(bench.value("a")) == 1);
}

TEST_CASE("an item that cannot be understood hides no other, and stops the deleting") {
  Bench bench;
  bench.serve({"a"});
  bench.store.put("z", "2023-07-02T00:00:00Z");
  bench.settings.sync_deletes = true;
  bench.transport.on(bench.list, FakeAnswer::ok(page({item("a"), R"({"subject":"no id"})"})));
  bench.execute();
  CHECK(bench.counters.values().saved == 1);
  CHECK(bench.counters.values().failed == 1);
  CHECK(bench.transport.count("POST ") == 0);
  CHECK(bench.store.files.count("z") == 1);
}

TEST_CASE("resume offers nothing again that the run had finished with") {
  Bench bench;
  bench.serve({"a", "b", "c"});
  bench.store.run = 4;
  bench.store.put("a", "2023-07-02T00:00:00Z");
  bench.store.files["a"].run = 4;                  // saved by the run that was interrupted
  bench.store.done["b"] = "2023-07-02T00:00:00Z";  // skipped by its handler
  bench.settings.resume = true;
  bench.execute();
  CHECK(bench.events.lines == std::vector<std::string>{"before c", "message c", "after c"});
  CHECK(bench.counters.values().listed == 3);
  CHECK(bench.counters.values().unchanged == 2);
}

TEST_CASE("an abort during a throttling pause ends the run at once") {
  Bench bench;
  bench.serve({"a"});
  bench.transport.on(bench.list, FakeAnswer::with_status(429, "", {{"Retry-After", "600"}}));
  bench.transport.set_idle([&bench](std::chrono::milliseconds) {
    bench.run->abort();
    return true;
  });
  const auto begin = bench.clock.now();
  CHECK(bench.execute() == store::RunEnd::kAborted);
  CHECK(bench.clock.now() - begin < 2s);
  CHECK(bench.store.ended == store::RunEnd::kAborted);
}
