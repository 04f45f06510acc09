// Files that a handler puts elsewhere: moved.jsonl, other file systems, two messages for one name.
#include <doctest/doctest.h>

#include <cerrno>
#include <string>

#include "store_fixture.h"

using namespace coffer;
using namespace coffer::store;
using namespace coffer::store::test;
using coffer::test::Op;

namespace {

const char* const kJournal = "/data/.meta/moved.jsonl";

std::size_t temporaries_in(const coffer::test::FakeFileSystem& disk, const std::string& folder) {
  std::size_t count = 0;
  for (const std::string& path : disk.tree()) {
    if (contains(path, folder + "/.coffer-")) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("moved: what is nearly a default path is taken as it stands") {
  const std::string own = eml_name("a");
  for (const std::string& path : {
           "/data/2023-7/" + own,
           "/data/letters/" + own,
           "/data/2023-07/x" + own,
           "/data/2023-07/x/" + own,
           "/data/2023-07/" + eml_name("b"),
           "/data2/2023-07/" + own,
           "/data/" + own,
       }) {
    CAPTURE(path);
    StoreOnFake at;
    at.disk.make_folder("/data2");
    {
      const auto store = at.start();
      REQUIRE(save_to(*store, "a", kMonday, "x", path).code == 0);
      CHECK(at.disk.kind(path) == fs::Kind::kFile);
      store->end_run(RunEnd::kComplete);
    }
    const auto store = at.start();
    REQUIRE(store->find("a"));
    CHECK(store->find("a")->path == path);
  }
}

TEST_CASE("moved: recorded, synced before it is reported, found by the next run") {
  StoreOnFake at;
  {
    const auto store = at.start();
    CHECK(save_to(*store, "a", kMonday, "x", "/mail/deep/er/a.eml").code == 0);
    CHECK(at.disk.read_file("/mail/deep/er/a.eml") == file_text("a", kMonday, "x"));
    CHECK(at.disk.is_durable(kJournal));
    CHECK(contains(at.disk.read_file(kJournal),
                   R"({"id":"a","path":"/mail/deep/er/a.eml","modified":")" + kMonday + "\"}\n"));
    store->end_run(RunEnd::kComplete);
  }
  // The index is a cache, the journal is not.
  for (const bool without_index : {false, true}) {
    if (without_index) at.disk.erase("/data/.meta/index.db");
    const auto store = at.start();
    const auto found = store->find("a");
    REQUIRE(found);
    CHECK(found->path == "/mail/deep/er/a.eml");
    CHECK(store->stored_after(0, 10).size() == 1);
  }
}

TEST_CASE("moved: a relative path is one below DataFolder, and is made absolute") {
  StoreOnFake at;
  const auto store = at.start();
  CHECK(save_to(*store, "a", kMonday, "x", "important/./x/../a.eml").code == 0);
  CHECK(store->find("a")->path == "/data/important/a.eml");
  CHECK(contains(at.disk.read_file(kJournal), "\"path\":\"/data/important/a.eml\""));
  CHECK(save_to(*store, "b", kMonday, "x", "../b.eml").code == 0);
  CHECK(store->find("b")->path == "/b.eml");
  CHECK(save_to(*store, "c", kMonday, "x", "c.eml").code == 0);
  CHECK(store->find("c")->path == "/data/c.eml");
  CHECK(save_to(*store, "d", kMonday, "x", "2023-07/named.eml").code == 0);
  CHECK(store->find("d")->path == "/data/2023-07/named.eml");
}

TEST_CASE("moved: what cannot be a file's path is 711") {
  StoreOnFake at;
  const auto store = at.start();
  const std::string nul("/a\0b", 4);
  for (const std::string& path :
       {std::string(), std::string("/"), std::string("/mail/"), std::string("/mail/.."),
        std::string("."), std::string("/data"), std::string("/data/.meta/x.eml"),
        std::string("/data/.meta"), std::string(".meta/tmp/x"), std::string("a/../.meta/y"), nul,
        "/mail/" + std::string(300, 'n') + "/", std::string("/data/2023-07/../.meta/lock")}) {
    CAPTURE(path);
    CHECK(save_to(*store, "a", kMonday, "x", path).code == 711);
  }
}

TEST_CASE("moved: a default path of another month is no move") {
  StoreOnFake at;
  const auto store = at.start();
  CHECK(save(*store, "a", kMonday, "x").code == 0);
  // The engine goes on with the path that find gave.
  CHECK(save_to(*store, "a", kTuesday, "y", store->find("a")->path).code == 0);
  CHECK(at.disk.kind(kJournal) == fs::Kind::kNone);
  // Told otherwise, the message moves and leaves no second file.
  CHECK(save_to(*store, "a", kTuesday, "y", store->default_path("a", "2023-08")).code == 0);
  CHECK(store->find("a")->path == at.path_of("a", "2023-08"));
  CHECK(at.disk.kind(at.path_of("a")) == fs::Kind::kNone);
  CHECK(at.disk.kind(kJournal) == fs::Kind::kNone);
}

TEST_CASE("moved: away, on, and back; the former file goes, the last line wins") {
  StoreOnFake at;
  const auto check_at = [&](BackupStore& store, const std::string& path) {
    const auto found = store.find("a");
    REQUIRE(found);
    CHECK(found->path == path);
    CHECK(at.disk.kind(path) == fs::Kind::kFile);
  };
  {
    const auto store = at.start();
    CHECK(save(*store, "a", kMonday, "x").code == 0);
    CHECK(save_to(*store, "a", kMonday, "x", "/mail/one.eml").code == 0);
    check_at(*store, "/mail/one.eml");
    CHECK(at.disk.kind(at.path_of("a")) == fs::Kind::kNone);
    CHECK(save_to(*store, "a", kMonday, "x", "/mail/two.eml").code == 0);
    check_at(*store, "/mail/two.eml");
    CHECK(at.disk.kind("/mail/one.eml") == fs::Kind::kNone);
    store->end_run(RunEnd::kComplete);
  }
  at.disk.erase("/data/.meta/index.db");
  // Files of earlier lines that come back (from a copy, say) do not win over the last one.
  at.disk.write_file("/mail/one.eml", file_text("a", kMonday, "stale copy"));
  at.disk.write_file(at.path_of("a"), file_text("a", kMonday, "stale copy"));
  {
    const auto store = at.start();
    check_at(*store, "/mail/two.eml");
    at.disk.erase("/mail/one.eml");
    CHECK(save(*store, "a", kMonday, "x").code == 0);
    check_at(*store, at.path_of("a"));
    CHECK(at.disk.kind("/mail/two.eml") == fs::Kind::kNone);
    store->end_run(RunEnd::kComplete);
  }
  // Nor over the line that says that it is back.
  at.disk.write_file("/mail/two.eml", file_text("a", kMonday, "stale copy"));
  at.disk.erase("/data/.meta/index.db");
  check_at(*at.start(), at.path_of("a"));
}

TEST_CASE("moved: the former file stays when it is not ours any more") {
  StoreOnFake at;
  const auto store = at.start();
  CHECK(save(*store, "a", kMonday, "x").code == 0);
  at.disk.write_file(at.path_of("a"), "the user's own");
  CHECK(save_to(*store, "a", kMonday, "x", "/mail/one.eml").code == 0);
  CHECK(at.disk.read_file(at.path_of("a")) == "the user's own");
}

TEST_CASE("moved: two names of one file are one file") {
  StoreOnFake at;
  at.disk.make_folder("/mail");
  at.disk.make_link("/link", "/mail");
  const auto store = at.start();
  CHECK(save_to(*store, "a", kMonday, "x", "/mail/a.eml").code == 0);
  CHECK(save_to(*store, "a", kTuesday, "y", "/link/a.eml").code == 0);
  CHECK(at.disk.read_file("/mail/a.eml") == file_text("a", kTuesday, "y"));
  CHECK(store->find("a"));
}

TEST_CASE("moved: two messages for one file: the second is 711") {
  StoreOnFake at;
  const auto store = at.start();
  CommitOutcome first, second;
  auto one = store->create("a", kMonday, "/mail/same.eml");
  auto two = store->create("b", kMonday, "/mail/same.eml");
  store->commit(std::move(one), [&](const CommitOutcome& outcome) { first = outcome; });
  store->commit(std::move(two), [&](const CommitOutcome& outcome) { second = outcome; });
  store->drain();
  CHECK(first.code == 0);
  CHECK(second.code == 711);
  CHECK(contains(second.text, "/mail/same.eml"));
  CHECK(at.disk.read_file("/mail/same.eml") == file_text("a", kMonday, ""));
  CHECK(store->find("a"));
  CHECK_FALSE(store->find("b"));
}

TEST_CASE("moved: a link as the last component is refused, links above it are the user's") {
  StoreOnFake at;
  at.disk.make_folder("/mail");
  at.disk.write_file("/mail/target.eml", file_text("a", kMonday, "x"));
  at.disk.make_link("/mail/link.eml", "/mail/target.eml");
  at.disk.make_link("/short", "/mail");
  const auto store = at.start();
  CHECK(save_to(*store, "a", kMonday, "x", "/mail/link.eml").code == 711);
  CHECK(save_to(*store, "a", kMonday, "x", "/short/fine.eml").code == 0);
  CHECK(at.disk.kind("/mail/fine.eml") == fs::Kind::kFile);
  // But not below a month folder.
  at.disk.make_link("/data/2023-07", "/mail");
  CHECK(save_to(*store, "b", kMonday, "x", "2023-07/sub/b.eml").code == 711);
  CHECK(at.disk.kind("/mail/sub") == fs::Kind::kNone);
}

TEST_CASE("moved: on another file system the temporary file lies beside the target") {
  StoreOnFake at;
  at.disk.mount("/usb");
  const std::string body(std::size_t{1} << 20, 'x');  // more than stays in memory
  {
    const auto store = at.start();
    auto message = store->create("a", kMonday, "/usb/mail/a.eml");
    message->write(body.data(), body.size());
    char octet = 0;
    CHECK(message->read(0, &octet, 1) == 1);  // not before it is written
    CHECK(temporaries_in(at.disk, "/usb/mail") == 1);
    CommitOutcome outcome = {-1, ""};
    store->commit(std::move(message), [&](const CommitOutcome& result) { outcome = result; });
    store->drain();
    CHECK(outcome.code == 0);
    CHECK(at.disk.read_file("/usb/mail/a.eml") == file_text("a", kMonday, body));
    CHECK(temporaries_in(at.disk, "/usb/mail") == 0);

    // A dead run leaves one; only that one is cleaned.
    auto dead = store->create("b", kMonday, "/usb/mail/b.eml");
    dead->write(body.data(), body.size());
    CHECK(dead->read(0, &octet, 1) == 1);
    at.disk.write_file("/usb/mail/.coffer-1-user.tmp", "the user's own");
    at.disk.kill();
  }
  CHECK(temporaries_in(at.disk, "/usb/mail") == 2);
  const auto store = at.open();
  CHECK(temporaries_in(at.disk, "/usb/mail") == 1);
  CHECK(at.disk.kind("/usb/mail/.coffer-1-user.tmp") == fs::Kind::kFile);
  CHECK(store->find("a"));
}

TEST_CASE("moved: a place that could not be recorded is not reported as saved") {
  StoreOnFake at;
  const auto store = at.start();
  at.disk.fail(Op::kSync, EIO, "moved.jsonl", 1);
  CHECK(save_to(*store, "a", kMonday, "x", "/mail/a.eml").code == 711);
  CHECK(save_to(*store, "a", kMonday, "x", "/mail/a.eml").code == 0);
}

TEST_CASE("moved: a journal with garbage, torn and overlong lines") {
  StoreOnFake at;
  {
    const auto store = at.start();
    CHECK(save_to(*store, "a", kMonday, "x", "/mail/a.eml").code == 0);
    CHECK(save_to(*store, "b", kMonday, "x", "/mail/b.eml").code == 0);
    store->end_run(RunEnd::kComplete);
  }
  const std::string good = at.disk.read_file(kJournal);
  const std::size_t second = good.find('\n') + 1;
  at.disk.write_file(kJournal, "garbage\n" + std::string(200000, 'x') + "\n{}\n[1]\n\n" +
                                   "{\"id\":\"a\",\"path\":\"relative\"}\n" +
                                   "{\"id\":7,\"path\":\"/x\"}\n" + good.substr(0, second) +
                                   std::string("\0\xFF\xFE\n", 4) + good.substr(second) +
                                   R"({"id":"a","path":"/mail/torn)");
  at.disk.erase("/data/.meta/index.db");
  {
    const auto store = at.start();
    REQUIRE(store->find("a"));
    CHECK(store->find("a")->path == "/mail/a.eml");
    CHECK(store->find("b"));
    CHECK(at.has_logged("lines of moved.jsonl cannot be understood"));
    // A new line is not glued to the torn one.
    CHECK(save_to(*store, "c", kMonday, "x", "/mail/c.eml").code == 0);
    store->end_run(RunEnd::kComplete);
  }
  at.disk.erase("/data/.meta/index.db");
  CHECK(at.start()->find("c"));
}

TEST_CASE("moved: a line that names a file of another message is not believed") {
  StoreOnFake at;
  at.run_with({"a"});
  at.disk.write_file("/mail/b.eml", file_text("b", kMonday, "x"));
  at.disk.write_file(kJournal, R"({"id":"a","path":"/mail/b.eml"})"
                               "\n"
                               R"({"id":"a","path":"/data/.meta/backup.json"})"
                               "\n"
                               R"({"id":"a","path":"/gone/a.eml"})"
                               "\n");
  at.disk.erase("/data/.meta/index.db");
  const auto store = at.start();
  REQUIRE(store->find("a"));
  CHECK(store->find("a")->path == at.path_of("a"));
  CHECK_FALSE(store->find("b"));
}
