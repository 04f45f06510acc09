// The index is a cache: deleted, damaged, old, ahead of the files, behind them, unwritable, unused.
#include <doctest/doctest.h>

#include <sqlite3.h>

#include <cerrno>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "store_fixture.h"

using namespace coffer;
using namespace coffer::store;
using namespace coffer::store::test;
using coffer::test::Op;

namespace {

const char* const kIndex = "/data/.meta/index.db";

std::vector<std::string> many(int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i)
    ids.push_back("AAMkAGI2NGVhZTVlLTI1OGMtNDI4My1i" + std::to_string(i));
  return ids;
}

// Every id is found, and its path holds its file.
void all_found(StoreOnFake& at, BackupStore& store, const std::vector<std::string>& ids) {
  std::map<std::int64_t, std::string> rows;
  for (const std::string& id : ids) {
    const auto found = store.find(id);
    REQUIRE(found);
    CHECK(found->id == id);
    const auto header = parse_header(at.disk.read_file(found->path));
    REQUIRE(header);
    CHECK(header->id == id);
    CHECK(header->modified == found->modified);
    CHECK(rows.emplace(found->row, id).second);
    CHECK(found->row > 0);
    CHECK(found->row <= store.last_row());
  }
}

std::size_t reads_of_files(StoreOnFake& at) {
  std::size_t count = 0;
  for (const coffer::test::Operation& operation : at.disk.journal()) {
    if (operation.op == Op::kRead && contains(operation.path, ".eml")) ++count;
  }
  return count;
}

void execute(StoreOnFake& at, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open_v2(kIndex, &database, SQLITE_OPEN_READWRITE, at.disk.sqlite_vfs().c_str()) ==
          SQLITE_OK);
  CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

}  // namespace

TEST_CASE("index: after a clean run it is believed without a look into the files") {
  StoreOnFake at;
  const std::vector<std::string> ids = many(50);
  at.run_with(ids);
  at.disk.clear_journal();
  const auto store = at.start();
  for (const std::string& id : ids)
    CHECK(store->find(id));
  CHECK(reads_of_files(at) == 0);
}

TEST_CASE("index: deleted, it is rebuilt from the headers") {
  StoreOnFake at;
  const std::vector<std::string> ids = many(50);
  at.run_with(ids);
  at.disk.erase(kIndex);
  {
    const auto store = at.start();
    all_found(at, *store, ids);
    CHECK(at.has_logged("headers of 50 files"));
    store->end_run(RunEnd::kComplete);
  }
  at.disk.clear_journal();
  CHECK(at.start()->find(ids[0]));
  CHECK(reads_of_files(at) == 0);
}

TEST_CASE("index: files 0600, also the log beside it") {
  // The fake disk has no modes; that the file is made by Directory::create is what gives it its
  // own.
  StoreOnFake at;
  const auto store = at.open();
  bool created = false;
  for (const coffer::test::Operation& operation : at.disk.journal()) {
    if (operation.path != kIndex) continue;
    if (operation.op == Op::kCreate) created = true;
    if (operation.op == Op::kOpen || operation.op == Op::kWrite) CHECK(created);
  }
  CHECK(created);
}

TEST_CASE("index: garbage, other tables, another version are replaced, with a line in the log") {
  StoreOnFake at;
  const std::vector<std::string> ids = many(20);
  at.run_with(ids);
  const std::string good = at.disk.read_file(kIndex);
  const auto recovers = [&](const char* what) {
    CAPTURE(what);
    at.logged.clear();
    const auto store = at.start();
    all_found(at, *store, ids);
    CHECK(at.has_logged("rebuilt from the files"));
    store->end_run(RunEnd::kComplete);
  };
  at.disk.write_file(kIndex, "garbage");
  recovers("garbage");
  at.disk.write_file(kIndex, std::string(100000, '\x5A'));
  recovers("a page of garbage");
  at.disk.write_file(kIndex, good);
  execute(at, "UPDATE meta SET value = 999 WHERE name = 'version'");
  recovers("version 999");
  at.disk.write_file(kIndex, good);
  execute(at, "DELETE FROM meta");
  recovers("no version");
  at.disk.write_file(kIndex, good);
  execute(at, "DROP TABLE messages");
  recovers("a missing table");
  at.disk.write_file(kIndex, good);
  execute(at, "CREATE TRIGGER t AFTER UPDATE ON messages BEGIN DELETE FROM messages; END");
  recovers("a trigger");
  at.disk.write_file(kIndex, good);
  execute(at, "DROP INDEX messages_key; CREATE INDEX messages_key ON messages(key) WHERE key > 0");
  recovers("a partial index");
  at.disk.write_file(kIndex, good);
  execute(at, "UPDATE messages SET row = 9000000000000000000 WHERE row = 3");
  recovers("a huge row number");
}

TEST_CASE("index: an old log beside a new file is not played into it") {
  StoreOnFake at;
  const std::vector<std::string> ids = many(20);
  {
    const auto store = at.start();
    for (const std::string& id : ids)
      CHECK(save(*store, id, kMonday, "x").code == 0);
    at.disk.kill();
  }
  CHECK(at.disk.kind("/data/.meta/index.db-wal") == fs::Kind::kFile);
  at.disk.erase(kIndex);
  const auto store = at.start();
  all_found(at, *store, ids);
}

TEST_CASE("index: cut short at any length") {
  StoreOnFake at;
  const std::vector<std::string> ids = many(60);
  at.run_with(ids);
  const std::string good = at.disk.read_file(kIndex);
  for (std::size_t length = 0; length < good.size();
       length += (length < 200 || length % 4096 < 3 ? std::size_t{1} : std::size_t{509})) {
    CAPTURE(length);
    at.disk.write_file(kIndex, good.substr(0, length));
    const auto store = at.open();
    store->bind(kMe);
    all_found(at, *store, ids);
  }
}

TEST_CASE("index: flipped bits never make it name what is not there, and nothing is deleted") {
  StoreOnFake at;
  const std::vector<std::string> ids = many(60);
  at.run_with(ids);
  const std::string good = at.disk.read_file(kIndex);
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same sequence each time
  for (int round = 0; round < 400; ++round) {
    std::string spoiled = good;
    const int flips = 1 + round % 4;
    for (int flip = 0; flip < flips; ++flip) {
      spoiled[random() % spoiled.size()] ^= static_cast<char>(1U << (random() % 8U));
    }
    CAPTURE(round);
    at.disk.write_file(kIndex, spoiled);
    at.disk.erase("/data/.meta/index.db-wal");
    const auto store = at.open();
    store->bind(kMe);
    for (const std::string& id : ids) {
      const auto found = store->find(id);
      if (!found) continue;  // fetched again, no harm
      CHECK(found->id == id);
      CHECK(at.disk.kind(found->path) == fs::Kind::kFile);
      CHECK(parse_header(at.disk.read_file(found->path))->id == id);
    }
    // A damaged row may be taken for a message that is gone remotely: its file has another id.
    std::int64_t row = 0;
    for (;;) {
      const std::vector<StoredMessage> stored = store->stored_after(row, 16);
      if (stored.empty()) break;
      for (const StoredMessage& message : stored) {
        CHECK(message.row > row);
        row = message.row;
        if (parse_header(at.disk.read_file(message.path))->id == message.id) continue;
        CHECK(failure_of([&] { store->remove(message); }).code == 711);
      }
    }
    for (const std::string& id : ids)
      REQUIRE(at.disk.kind(at.path_of(id)) == fs::Kind::kFile);
  }
}

TEST_CASE("index: damaged or unreadable while the run goes on") {
  for (const bool unreadable : {true, false}) {
    CAPTURE(unreadable);
    StoreOnFake at;
    const std::vector<std::string> ids = many(300);
    at.run_with(ids);
    const auto store = at.start();
    const std::int64_t last = store->last_row();
    // A write that fails makes SQLite drop what it holds in memory, so that it reads again.
    at.disk.fail(Op::kWrite, EIO, "index.db-wal", 1);
    CHECK(save(*store, "unknown", kMonday, "x").code == 0);
    CHECK(at.has_logged("cannot be written"));
    if (unreadable) {
      at.disk.fail(Op::kRead, EIO, kIndex, 1);
    } else {
      const auto meta = at.disk.open_directory("/data/.meta", false);
      const auto file = meta->open_append("index.db");
      const std::uint64_t size = file->size();
      file->truncate(0);
      const std::string rubbish(static_cast<std::size_t>(size), '\x5A');
      file->write(rubbish.data(), rubbish.size());
    }
    all_found(at, *store, ids);
    CHECK(at.has_logged("rebuilt from the files"));
    CHECK(store->find("unknown"));
    // Rows are not used again for other messages.
    CHECK(store->find(ids[0])->row > last);
    CHECK(save(*store, "new", kMonday, "x").code == 0);
    CHECK(store->find("new")->run == 2);
    store->end_run(RunEnd::kComplete);
  }
}

TEST_CASE("index: in a first run everything saved is found, and each message has one row") {
  StoreOnFake at;
  const auto store = at.start();
  const std::vector<std::string> ids = many(300);
  for (const std::string& id : ids) {
    CHECK_FALSE(store->find(id));
    REQUIRE(save(*store, id, kMonday, "x").code == 0);
  }
  all_found(at, *store, ids);
  REQUIRE(save(*store, ids[0], kTuesday, "y").code == 0);
  CHECK(store->find(ids[0])->modified == kTuesday);
  CHECK(store->last_row() == 300);
  // Its row is lost, not its file; the others are not affected.
  at.disk.fail(Op::kWrite, EIO, "index.db-wal", 1);
  CHECK(save(*store, "unknown", kMonday, "x").code == 0);
  CHECK(save(*store, "unknown", kTuesday, "x").code == 0);
  CHECK(store->find("unknown")->modified == kTuesday);
  all_found(at, *store, ids);
}

TEST_CASE("index: behind after a kill: files it does not know are found by name") {
  StoreOnFake at;
  const std::vector<std::string> ids = many(30);
  at.run_with(ids);
  {
    const auto store = at.start();
    CHECK(save(*store, "late", kMonday, "x").code == 0);
    at.disk.kill();
  }
  // As if the rows of the last group had not made it.
  at.disk.write_file(at.path_of("lost", "2023-08"), file_text("lost", kMonday, "x"));
  at.disk.clear_journal();
  const auto store = at.start();
  CHECK(store->find("lost"));
  CHECK(store->find("late"));
  CHECK(reads_of_files(at) == 1);
  all_found(at, *store, ids);
}

TEST_CASE("index: an older copy, or one that missed a run, is rebuilt") {
  StoreOnFake at;
  at.run_with({"a", "b"});
  const std::string old = at.disk.read_file(kIndex);
  at.run_with({"a"}, kTuesday);
  at.run_with({"c"});
  SUBCASE("an older copy") {
    at.disk.write_file(kIndex, old);
  }
  SUBCASE("a run without it") {
    at.options.use_index = false;
    at.run_with({"a", "d"}, kTuesday);
    at.options.use_index = true;
  }
  SUBCASE("a resume without it, under the same number") {
    {
      const auto store = at.start();
      store->end_run(RunEnd::kAborted);
    }
    at.options.use_index = false;
    {
      const auto store = at.start(true);
      CHECK(save(*store, "d", kMonday, "x").code == 0);
      store->end_run(RunEnd::kComplete);
    }
    at.options.use_index = true;
    CHECK(at.start()->find("d"));
  }
  const auto store = at.start();
  all_found(at, *store, {"a", "b", "c"});
  CHECK(store->find("a")->modified == kTuesday);
}

TEST_CASE("index: ahead of the files: a row without its file finds nothing") {
  StoreOnFake at;
  at.run_with({"a", "b"});
  at.disk.erase(at.path_of("a"));
  at.disk.write_file(at.path_of("b"), file_text("b", kMonday, "of another size"));
  const auto store = at.start();
  CHECK_FALSE(store->find("a"));
  CHECK_FALSE(store->find("b"));
  CHECK(save(*store, "b", kMonday, "body of b").code == 0);
  CHECK(store->find("b"));
}

TEST_CASE("index: files in month folders that are not ours are ignored") {
  StoreOnFake at;
  at.run_with({"a"});
  at.disk.write_file("/data/2023-07/notes.txt", "x");
  at.disk.write_file("/data/2023-07/letter.eml", file_text("letter", kMonday, "x"));
  at.disk.write_file(at.path_of("plain"), "Subject: no header of ours\r\n\r\n");
  at.disk.write_file(at.path_of("one"), file_text("two", kMonday, "x"));
  at.disk.make_fifo(at.path_of("fifo"));
  at.disk.make_link(at.path_of("link"), at.path_of("a"));
  at.disk.make_folder(at.path_of("folder"));
  at.disk.write_file("/data/not-a-month/" + eml_name("x"), file_text("x", kMonday, "x"));
  at.disk.write_file("/data/2023-11", "a file");
  at.disk.erase(kIndex);
  const auto store = at.start();
  for (const char* const id : {"letter", "plain", "one", "two", "fifo", "link", "folder", "x"}) {
    CAPTURE(id);
    CHECK_FALSE(store->find(id));
  }
  CHECK(store->stored_after(0, 100).size() == 1);
  CHECK(at.has_logged(eml_name("one") + " has the field of another message"));
}

TEST_CASE("index: one message in two months: the newer file counts") {
  StoreOnFake at;
  for (const bool first_is_newer : {true, false}) {
    at.disk.erase("/data");
    at.disk.write_file(at.path_of("a", "2023-06"),
                       file_text("a", first_is_newer ? kTuesday : kMonday, "x"));
    at.disk.write_file(at.path_of("a", "2023-07"),
                       file_text("a", first_is_newer ? kMonday : kTuesday, "x"));
    const auto store = at.start();
    REQUIRE(store->find("a"));
    CHECK(store->find("a")->modified == kTuesday);
    CHECK(store->find("a")->path == at.path_of("a", first_is_newer ? "2023-06" : "2023-07"));
  }
}

TEST_CASE("index: the disk is full for it alone: files are saved, one line in the log") {
  StoreOnFake at;
  at.run_with({"old"});
  {
    const auto store = at.start();
    at.disk.fail(Op::kWrite, ENOSPC, "index.db", 1000000);
    for (const char* const id : {"a", "b", "c"}) {
      CHECK(save(*store, id, kMonday, "x").code == 0);
      CHECK(at.disk.kind(at.path_of(id)) == fs::Kind::kFile);
    }
    CHECK(store->find("old"));
    store->end_run(RunEnd::kComplete);
    std::size_t lines = 0;
    for (const std::string& line : at.logged)
      lines += contains(line, "cannot be written") ? 1U : 0U;
    CHECK(lines == 1);
  }
  at.disk.fail(Op::kWrite, ENOSPC, "no such path", 0);
  // Counted down elsewhere: a disk with room again.
  coffer::test::FakeFileSystem fresh;
  for (const std::string& path : at.disk.tree()) {
    if (at.disk.kind(path) == fs::Kind::kFile) fresh.write_file(path, at.disk.read_file(path));
  }
  const auto store = BackupStore::open(fresh, at.options);
  for (const char* const id : {"a", "b", "c", "old"})
    CHECK(store->find(id));
}

TEST_CASE("index: it can be neither written nor made: the run goes on without a file for it") {
  StoreOnFake at;
  at.run_with({"old"});
  at.disk.erase(kIndex);
  at.disk.fail(Op::kWrite, ENOSPC, "index.db", 1000000);
  at.disk.fail(Op::kWrite, ENOSPC, "state.db", 1000000);
  const auto store = at.start();
  CHECK(store->find("old"));
  CHECK(save(*store, "a", kMonday, "x").code == 0);
  CHECK(store->find("a"));
}

TEST_CASE("UseIndex False: no index.db is read or written") {
  StoreOnFake at;
  at.run_with({"a", "b"});
  const std::string before = at.disk.read_file(kIndex);
  at.options.use_index = false;
  at.disk.clear_journal();
  {
    const auto store = at.start();
    all_found(at, *store, {"a", "b"});
    CHECK(save(*store, "c", kMonday, "x").code == 0);
    all_found(at, *store, {"a", "b", "c"});
    CHECK(store->stored_after(0, 10).size() == 3);
    store->remove(*store->find("a"));
    CHECK_FALSE(store->find("a"));
    store->end_run(RunEnd::kComplete);
  }
  for (const std::string& line : at.disk.lines())
    CHECK_FALSE(contains(line, "index.db"));
  CHECK(at.disk.read_file(kIndex) == before);
  for (const std::string& path : at.disk.tree())
    CHECK_FALSE(contains(path, "/.meta/tmp/s"));
  at.disk.erase(kIndex);
  CHECK(at.start()->find("b"));
  CHECK(at.disk.kind(kIndex) == fs::Kind::kNone);
}
