// The folder itself: opening, lock, identity, run record, marks, cleaning.
#include <doctest/doctest.h>

#include <unistd.h>

#include <cerrno>
#include <string>

#include "store_fixture.h"

using namespace coffer;
using namespace coffer::store;
using namespace coffer::store::test;
using coffer::test::Op;

namespace {

CommitOutcome opening(StoreOnFake& at) {
  return failure_of([&] { at.open(); });
}

}  // namespace

TEST_CASE("open: a DataFolder that is not set, no folder, or not writable is 701") {
  StoreOnFake at;
  at.options.data_folder.clear();
  CHECK(opening(at).code == 701);
  at.options.data_folder = "/file";
  at.disk.write_file("/file", "x");
  CHECK(opening(at).code == 701);
  at.options.data_folder = "/file/below";
  CHECK(opening(at).code == 701);
  at.options.data_folder = std::string("/a\0b", 4);
  CHECK(opening(at).code == 701);
  at.disk.make_folder("/data");
  at.options.data_folder = "/data";
  at.disk.fail(Op::kMakeFolder, EROFS, "/data/.meta", 1);
  const CommitOutcome outcome = opening(at);
  CHECK(outcome.code == 701);
  CHECK(contains(outcome.text, "/data/.meta"));
  CHECK(opening(at).code == 0);
}

TEST_CASE("open: a link to a folder is a DataFolder, a relative one is resolved") {
  StoreOnFake at;
  at.disk.make_folder("/real");
  at.disk.make_link("/link", "/real");
  at.options.data_folder = "/link/";
  {
    const auto store = at.start();
    CHECK(store->folder() == "/link");
    CHECK(save(*store, "a", kMonday, "x").code == 0);
    CHECK(at.disk.kind("/real/2023-07/" + eml_name("a")) == fs::Kind::kFile);
    CHECK(store->find("a")->path == "/link/2023-07/" + eml_name("a"));
    // Under its other name it is the same folder.
    at.options.data_folder = "/real";
    CHECK(opening(at).code == 702);
  }
  at.options.data_folder = "backup/./mail";
  CHECK(at.open()->folder() == "/home/backup/mail");
}

TEST_CASE("open: a link, FIFO or file in the place of .meta or its entries is 711 and named") {
  for (const char* const name :
       {"/data/.meta", "/data/.meta/tmp", "/data/.meta/lock", "/data/.meta/index.db",
        "/data/.meta/index.db-wal", "/data/.meta/backup.json", "/data/.meta/run.json"}) {
    for (const char* const kind : {"link", "fifo"}) {
      CAPTURE(name);
      CAPTURE(kind);
      StoreOnFake at;
      at.disk.make_folder("/elsewhere");
      if (std::string(kind) == "link") at.disk.make_link(name, "/elsewhere");
      if (std::string(kind) == "fifo") at.disk.make_fifo(name);
      const CommitOutcome outcome = opening(at);
      CHECK(outcome.code == 711);
      CHECK(contains(outcome.text, name));
      CHECK(at.disk.kind(name) != fs::Kind::kNone);
    }
  }
  StoreOnFake at;
  at.disk.write_file("/data/.meta", "a file");
  CHECK(opening(at).code == 711);
  CHECK(at.disk.read_file("/data/.meta") == "a file");
}

TEST_CASE("open: .meta/tmp is cleaned of files, of nothing else") {
  StoreOnFake at;
  at.disk.make_folder("/data/.meta/tmp/folder");
  at.disk.write_file("/data/.meta/tmp/7.eml", "dead");
  at.disk.write_file("/data/.meta/tmp/state.db", "dead");
  at.disk.write_file("/elsewhere/mail", "mine");
  at.disk.make_link("/data/.meta/tmp/link", "/elsewhere/mail");
  const auto store = at.open();
  CHECK(at.disk.kind("/data/.meta/tmp/7.eml") == fs::Kind::kNone);
  CHECK(at.disk.kind("/data/.meta/tmp/state.db") == fs::Kind::kNone);
  CHECK(at.disk.kind("/elsewhere/mail") == fs::Kind::kFile);
  CHECK(at.disk.kind("/data/.meta/tmp/folder") == fs::Kind::kDirectory);
}

TEST_CASE("lock: one holder, 702 quotes it, the description goes before the lock") {
  StoreOnFake at;
  {
    const auto store = at.open();
    const std::string description = at.disk.read_file("/data/.meta/lock.json");
    CHECK(contains(description, "\"pid\":" + std::to_string(::getpid())));
    CHECK(contains(description, "\"since\":\"20"));
    CHECK(contains(description, "\"folder\":\"/data\""));
    const CommitOutcome outcome = opening(at);
    CHECK(outcome.code == 702);
    CHECK(contains(outcome.text, "/data"));
    CHECK(contains(outcome.text, "process " + std::to_string(::getpid())));
    CHECK(contains(outcome.text, "since 20"));
    // The one that was refused did not take the holder's description away.
    CHECK(at.disk.kind("/data/.meta/lock.json") == fs::Kind::kFile);
    at.disk.clear_journal();
  }
  CHECK(at.disk.kind("/data/.meta/lock.json") == fs::Kind::kNone);
  const std::vector<std::string> lines = at.disk.lines();
  std::ptrdiff_t removed = -1;
  std::ptrdiff_t unlocked = -1;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] == "remove /data/.meta/lock.json") removed = static_cast<std::ptrdiff_t>(i);
    if (contains(lines[i], "unlock /data/.meta/lock")) unlocked = static_cast<std::ptrdiff_t>(i);
  }
  CHECK(removed >= 0);
  CHECK(removed < unlocked);
  CHECK(opening(at).code == 0);
}

TEST_CASE("lock: a stale description blocks nobody") {
  StoreOnFake at;
  {
    const auto store = at.open();
    at.disk.kill();
  }
  CHECK(at.disk.kind("/data/.meta/lock.json") == fs::Kind::kFile);
  CHECK(opening(at).code == 0);
  at.disk.write_file("/data/.meta/lock.json", "garbage");
  const auto store = at.open();
  CHECK(contains(at.disk.read_file("/data/.meta/lock.json"), "\"pid\""));
}

TEST_CASE("lock: with WorkingFolder the description stands there, the lock stays in .meta") {
  StoreOnFake at;
  at.disk.make_folder("/real");
  at.disk.make_link("/link", "/real");
  at.options.data_folder = "/link";
  at.options.working_folder = "/work/new";
  {
    const auto store = at.open();
    std::string description;
    for (const std::string& path : at.disk.tree()) {
      if (contains(path, ".lock.json")) description = path;
    }
    CHECK(contains(description, "/work/new/"));
    CHECK(at.disk.kind("/real/.meta/lock.json") == fs::Kind::kNone);
    // Another name of the folder and another WorkingFolder: excluded all the same.
    StoreOptions other = at.options;
    other.data_folder = "/real";
    CommitOutcome outcome = failure_of([&] { BackupStore::open(at.disk, other); });
    CHECK(outcome.code == 702);
    CHECK(contains(outcome.text, "process " + std::to_string(::getpid())));
    other.working_folder.clear();
    CHECK(failure_of([&] { BackupStore::open(at.disk, other); }).code == 702);
  }
  for (const std::string& path : at.disk.tree())
    CHECK_FALSE(contains(path, ".lock.json"));
  at.disk.write_file("/work/file", "x");
  at.options.working_folder = "/work/file";
  CHECK(opening(at).code == 713);
}

TEST_CASE(
    "identity: recorded by the first run, compared by the others before anything is written") {
  StoreOnFake at;
  {
    const auto store = at.open();
    CHECK_FALSE(store->identity());
    store->bind(kMe);
    REQUIRE(store->identity());
    CHECK(at.disk.is_durable("/data/.meta/backup.json"));
    CHECK(at.disk.read_file("/data/.meta/backup.json") ==
          "{\"version\":1,\"service\":\"https://graph.microsoft.com\",\"ids\":\"immutable\","
          "\"mailbox\":\"me@example.com\"}\n");
    store->bind(kMe);
  }
  const auto store = at.open();
  CHECK(store->identity()->mailbox == kMe.mailbox);
  store->bind(kMe);
  at.disk.clear_journal();
  const auto refused = [&](const Identity& other) {
    CHECK(failure_of([&] { store->bind(other); }).code == 716);
  };
  refused({"https://graph.microsoft.us", kMe.id_kind, kMe.mailbox});
  refused({kMe.service, "mutable", kMe.mailbox});
  refused({kMe.service, kMe.id_kind, "you@example.com"});
  refused({kMe.service, kMe.id_kind, "ME@example.com"});
  refused({kMe.service, kMe.id_kind, ""});
  for (const std::string& line : at.disk.lines()) {
    CHECK_FALSE(contains(line, "write"));
    CHECK_FALSE(contains(line, "remove"));
  }
  store->bind(kMe);
}

TEST_CASE("identity: a mailbox without a name is one of its own") {
  StoreOnFake at;
  {
    const auto store = at.open();
    store->bind({kMe.service, kMe.id_kind, ""});
  }
  const auto store = at.open();
  store->bind({kMe.service, kMe.id_kind, ""});
  CHECK(failure_of([&] { store->bind(kMe); }).code == 716);
}

TEST_CASE("identity: a record that cannot be understood is 701 and says what to do") {
  for (const char* const text :
       {"", "garbage", "{}", "[]", "{\"version\":1}",
        "{\"version\":1,\"service\":1,\"ids\":\"immutable\",\"mailbox\":\"x\"}",
        "{\"version\":2,\"service\":\"s\",\"ids\":\"immutable\",\"mailbox\":\"x\"}"}) {
    CAPTURE(text);
    StoreOnFake at;
    at.disk.write_file("/data/.meta/backup.json", text);
    const CommitOutcome outcome = opening(at);
    CHECK(outcome.code == 701);
    CHECK(contains(outcome.text, "backup.json"));
    CHECK(contains(outcome.text, ";"));
    CHECK_FALSE(contains(outcome.text, "\n"));
    CHECK(at.disk.read_file("/data/.meta/backup.json") == text);
    // The lock was given back.
    at.disk.erase("/data/.meta/backup.json");
    CHECK(opening(at).code == 0);
  }
}

TEST_CASE("identity: without a record the files say whose they are") {
  StoreOnFake at;
  at.run_with({"a", "b"});
  for (const bool whole : {false, true}) {
    at.disk.erase("/data/.meta/backup.json");
    if (whole) at.disk.erase("/data/.meta");
    const auto store = at.open();
    CHECK(failure_of([&] {
            store->bind({kMe.service, kMe.id_kind, "you@example.com"});
          }).code == 716);
    CHECK(failure_of([&] { store->bind({kMe.service, "mutable", kMe.mailbox}); }).code == 716);
    CHECK(at.disk.kind("/data/.meta/backup.json") == fs::Kind::kNone);
    store->bind(kMe);
    CHECK(store->find("a"));
  }
}

TEST_CASE("run record: complete, aborted, failed and killed runs; 712") {
  StoreOnFake at;
  {
    const auto store = at.open();
    store->bind(kMe);
    CHECK_FALSE(store->has_unfinished_run());
    CHECK(failure_of([&] { store->begin_run(true); }).code == 712);
    CHECK(store->begin_run(false) == 1);
    store->end_run(RunEnd::kComplete);
  }
  {
    const auto store = at.open();
    CHECK_FALSE(store->has_unfinished_run());
    CHECK(failure_of([&] { store->begin_run(true); }).code == 712);
    CHECK(store->begin_run(false) == 2);
    store->end_run(RunEnd::kAborted);
  }
  {
    const auto store = at.open();
    CHECK(store->has_unfinished_run());
    CHECK(store->begin_run(true) == 2);
    store->end_run(RunEnd::kFailed);
  }
  {
    const auto store = at.open();
    CHECK(store->has_unfinished_run());
    CHECK(store->begin_run(true) == 2);
    at.disk.kill();
  }
  {
    const auto store = at.open();
    CHECK(store->has_unfinished_run());
    // A new run instead: the unfinished one is over.
    CHECK(store->begin_run(false) == 3);
    store->end_run(RunEnd::kComplete);
  }
  CHECK_FALSE(at.open()->has_unfinished_run());
}

TEST_CASE("run record: a killed run survives a power loss as unfinished") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    StoreOnFake at(seed);
    {
      const auto store = at.start();
      at.disk.power_loss();
    }
    CHECK(at.open()->has_unfinished_run());
  }
}

TEST_CASE("run record: garbage is no unfinished run, and numbers go on") {
  for (const char* const text : {"", "garbage", "{\"run\":-1,\"state\":\"running\"}",
                                 "{\"run\":1,\"state\":\"odd\"}", "{\"run\":1e300}"}) {
    StoreOnFake at;
    at.run_with({"a"});
    at.run_with({"b"});
    at.disk.write_file("/data/.meta/run.json", text);
    const auto store = at.open();
    CHECK(at.has_logged("run.json"));
    CHECK_FALSE(store->has_unfinished_run());
    store->bind(kMe);
    CHECK(store->find("a"));
    CHECK(failure_of([&] { store->begin_run(true); }).code == 712);
    CHECK(store->begin_run(false) >= 1);
    CHECK(store->find("a")->run != 1);
  }
}

TEST_CASE("resume: what was finished with is not offered again unless it changed") {
  for (const bool index : {true, false}) {
    CAPTURE(index);
    StoreOnFake at;
    at.options.use_index = index;
    {
      const auto store = at.start();
      store->mark_done("skipped", kMonday);
      store->keep_marks();
      CHECK(save(*store, "saved", kMonday, "x").code == 0);
      CHECK_FALSE(store->is_done("skipped", kMonday));  // of this session, not of one before
      at.disk.kill();
    }
    {
      const auto store = at.start(true);
      CHECK(store->is_done("skipped", kMonday));
      CHECK_FALSE(store->is_done("skipped", kTuesday));
      CHECK_FALSE(store->is_done("Skipped", kMonday));
      CHECK_FALSE(store->is_done("saved", kMonday));
      REQUIRE(store->find("saved"));
      CHECK(store->find("saved")->run == 1);
      store->mark_done("later", kMonday);
      store->keep_marks();
      at.disk.kill();
    }
    // Also with the index gone, and twice resumed.
    at.disk.erase("/data/.meta/index.db");
    {
      const auto store = at.start(true);
      CHECK(store->is_done("skipped", kMonday));
      CHECK(store->is_done("later", kMonday));
      CHECK(store->find("saved")->run == 1);
      store->end_run(RunEnd::kAborted);
    }
    // A new run offers everything again.
    {
      const auto store = at.start();
      CHECK_FALSE(store->is_done("skipped", kMonday));
      CHECK(store->find("saved")->run != 2);
      at.disk.kill();
    }
    const auto store = at.start(true);
    CHECK_FALSE(store->is_done("skipped", kMonday));
  }
}

TEST_CASE("resume: a list of marks that was torn or belongs to another run") {
  StoreOnFake at;
  {
    const auto store = at.start();
    store->mark_done("a", kMonday);
    store->keep_marks();
    store->mark_done("b", kMonday);
    store->keep_marks();
    at.disk.kill();
  }
  const std::string good = at.disk.read_file("/data/.meta/done.list");
  at.disk.write_file("/data/.meta/done.list", good.substr(0, good.size() - 10));
  {
    const auto store = at.start(true);
    CHECK(store->is_done("a", kMonday));
    CHECK_FALSE(store->is_done("b", kMonday));
    store->mark_done("c", kMonday);
    store->keep_marks();
    at.disk.kill();
  }
  {
    const auto store = at.start(true);
    CHECK(store->is_done("c", kMonday));
    at.disk.kill();
  }
  at.disk.write_file("/data/.meta/done.list", "run 9\n" + good.substr(6));
  {
    const auto store = at.start(true);
    CHECK_FALSE(store->is_done("a", kMonday));
    at.disk.kill();
  }
  at.disk.write_file("/data/.meta/done.list", std::string(100000, 'x'));
  const auto store = at.start(true);
  CHECK_FALSE(store->is_done("a", kMonday));
}

TEST_CASE("resume: marks that cannot be written cost an offer, not the run") {
  StoreOnFake at;
  const auto store = at.start();
  at.disk.fail(Op::kWrite, ENOSPC, "done.list", 100);
  store->mark_done("a", kMonday);
  store->keep_marks();
  store->mark_done("b", kMonday);
  store->keep_marks();
  CHECK(save(*store, "c", kMonday, "x").code == 0);
  CHECK(at.has_logged("A resume may offer messages again"));
}

TEST_CASE("temporary_path: a file of ours in .meta/tmp, gone with the next start") {
  StoreOnFake at;
  {
    const auto store = at.open();
    CHECK(store->temporary_path("spool.db") == "/data/.meta/tmp/spool.db");
    CHECK(at.disk.kind("/data/.meta/tmp/spool.db") == fs::Kind::kFile);
  }
  at.open();
  CHECK(at.disk.kind("/data/.meta/tmp/spool.db") == fs::Kind::kNone);
}
