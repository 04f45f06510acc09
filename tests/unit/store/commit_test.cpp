// Saving, finding, replacing, moving and removing messages.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "store_fixture.h"

using namespace coffer;
using namespace coffer::store;
using namespace coffer::store::test;
using coffer::test::Op;

TEST_CASE("store: a message is a file of its month, header field first, octet for octet") {
  StoreOnFake at;
  const auto store = at.start();
  const std::string body("Subject: x\r\n\r\nlf\n nul\0 end \xFF", 28);
  CHECK(store->folder() == "/data");
  CHECK(store->default_path("id1", "2023-07") == at.path_of("id1"));
  CHECK(store->default_path("id1", "garbage/..") == at.path_of("id1", "undated"));
  CHECK(save(*store, "id1", kMonday, body).code == 0);
  CHECK(at.disk.read_file(at.path_of("id1")) == file_text("id1", kMonday, body));
  const auto found = store->find("id1");
  REQUIRE(found);
  CHECK(found->id == "id1");
  CHECK(found->modified == kMonday);
  CHECK(found->path == at.path_of("id1"));
  CHECK(found->run == 1);
  CHECK_FALSE(store->find("ID1"));
  CHECK_FALSE(store->find("id"));
  // Ids are case-sensitive.
  CHECK(save(*store, "ID1", kMonday, "other").code == 0);
  CHECK(store->find("ID1")->path != found->path);
}

TEST_CASE("store: a message being written lives in .meta/tmp and reads back as sent") {
  StoreOnFake at;
  const auto store = at.start();
  auto message = store->create("id1", kMonday, store->default_path("id1", "2023-07"));
  CHECK(message->octets() == 0);
  std::string body;
  for (int i = 0; i < 30000; ++i)
    body += std::to_string(i) + "\r\n";
  for (std::size_t i = 0; i < body.size(); i += 777) {
    const std::string part = body.substr(i, 777);
    message->write(part.data(), part.size());
  }
  CHECK(message->octets() == body.size());
  const core::Bytes all = message->read_all();
  CHECK(std::string(all.begin(), all.end()) == body);
  std::string piece(100, '\0');
  CHECK(message->read(1000, piece.data(), piece.size()) == 100);
  CHECK(piece == body.substr(1000, 100));
  CHECK(message->read(body.size(), piece.data(), piece.size()) == 0);
  // More after a read.
  message->write("end", 3);
  CHECK(message->octets() == body.size() + 3);
  CHECK(at.disk.kind(at.path_of("id1")) == fs::Kind::kNone);
  bool told = false;
  store->commit(std::move(message), [&](const CommitOutcome& outcome) {
    CHECK(outcome.code == 0);
    told = true;
  });
  CHECK(store->commits_pending() == 1);
  store->drain();
  CHECK(told);
  CHECK(store->commits_pending() == 0);
  CHECK(at.disk.read_file(at.path_of("id1")) == file_text("id1", kMonday, body + "end"));
}

TEST_CASE("store: durable before it is reported, then the index row") {
  StoreOnFake at;
  const auto store = at.start();
  auto message = store->create("id1", kMonday, store->default_path("id1", "2023-07"));
  message->write("body", 4);
  bool durable = false;
  store->commit(std::move(message), [&](const CommitOutcome&) {
    durable = at.disk.is_durable(at.path_of("id1"));
    CHECK(store->find("id1"));
  });
  store->drain();
  CHECK(durable);
  // The rename comes after the sync of the data, the write of the rows after the folder's sync.
  const std::vector<std::string> lines = at.disk.lines();
  const auto first = [&lines](const std::string& start) {
    return std::find_if(lines.begin(), lines.end(),
                        [&](const std::string& line) { return contains(line, start); }) -
           lines.begin();
  };
  const auto rename = first("rename /data/.meta/tmp/1.eml");
  CHECK(first("sync /data/.meta/tmp/1.eml") < rename);
  const auto sync = std::find(lines.begin() + rename, lines.end(), "sync folder /data/2023-07");
  REQUIRE(sync != lines.end());
  CHECK(std::find(sync, lines.end(), "write /data/.meta/index.db-wal") != lines.end());
  CHECK(std::find(lines.begin() + rename, sync, "write /data/.meta/index.db-wal") == sync);
}

TEST_CASE("store: not committed leaves nothing") {
  StoreOnFake at;
  const auto store = at.start();
  auto message = store->create("id1", kMonday, store->default_path("id1", "2023-07"));
  const std::string body(std::size_t{1} << 20, 'x');  // more than stays in memory
  message->write(body.data(), body.size());
  char octet = 0;
  CHECK(message->read(0, &octet, 1) == 1);  // not before it is written
  CHECK(at.disk.kind("/data/.meta/tmp/1.eml") == fs::Kind::kFile);
  message.reset();
  CHECK(at.disk.kind("/data/.meta/tmp/1.eml") == fs::Kind::kNone);
}

TEST_CASE("store: a file that the user removed or changed is not there") {
  StoreOnFake at;
  at.run_with({"a", "b", "c"});
  const auto store = at.start();
  at.disk.erase(at.path_of("a"));
  at.disk.write_file(at.path_of("b"), "short");
  CHECK_FALSE(store->find("a"));
  CHECK_FALSE(store->find("b"));
  CHECK(store->find("c"));
  CHECK(save(*store, "a", kMonday, "again").code == 0);
  CHECK(store->find("a"));
  at.disk.erase(at.path_of("c"));
  at.disk.erase("/data/2023-07");
  CHECK_FALSE(store->find("c"));
}

TEST_CASE("store: the whole month folder removed between runs, and in a run") {
  StoreOnFake at;
  at.run_with({"a"});
  at.disk.erase("/data/2023-07");
  const auto store = at.start();
  CHECK_FALSE(store->find("a"));
  CHECK(save(*store, "a", kMonday, "x").code == 0);
  at.disk.erase("/data/2023-07");
  CHECK(save(*store, "a", kMonday, "x").code == 0);
  CHECK(store->find("a"));
}

TEST_CASE("store: a file of the same id is replaced, anything else stays (711)") {
  StoreOnFake at;
  const auto store = at.start();
  CHECK(save(*store, "a", kMonday, "old").code == 0);
  CHECK(save(*store, "a", kTuesday, "new").code == 0);
  CHECK(at.disk.read_file(at.path_of("a")) == file_text("a", kTuesday, "new"));
  CHECK(store->find("a")->modified == kTuesday);

  const auto refused = [&](const std::string& id) {
    const CommitOutcome outcome = save(*store, id, kMonday, "x");
    CHECK(outcome.code == 711);
    CHECK(contains(outcome.text, at.path_of(id)));
  };
  at.disk.write_file(at.path_of("u"), "Subject: the user's own\r\n\r\n");
  refused("u");
  CHECK(at.disk.read_file(at.path_of("u")) == "Subject: the user's own\r\n\r\n");
  at.disk.write_file(at.path_of("o"), file_text("other", kMonday, "x"));
  refused("o");
  at.disk.make_link(at.path_of("l"), "/data/2023-07/" + eml_name("a"));
  refused("l");
  CHECK(at.disk.kind(at.path_of("l")) == fs::Kind::kLink);
  at.disk.make_fifo(at.path_of("f"));
  refused("f");
  at.disk.make_folder(at.path_of("d"));
  refused("d");
  // A bare header of another product is ours to replace.
  at.disk.write_file(at.path_of("b"), "X-NS-Backup: b " + kMonday + "\r\nSubject: x\r\n\r\n");
  CHECK(save(*store, "b", kTuesday, "x").code == 0);
}

TEST_CASE("store: what is put there between create and rename stays too") {
  StoreOnFake at;
  const auto store = at.start();
  auto message = store->create("a", kMonday, store->default_path("a", "2023-07"));
  at.disk.write_file(at.path_of("a"), "the user's own");
  CommitOutcome outcome;
  store->commit(std::move(message), [&](const CommitOutcome& result) { outcome = result; });
  store->drain();
  CHECK(outcome.code == 711);
  CHECK(at.disk.read_file(at.path_of("a")) == "the user's own");
  CHECK(at.disk.kind("/data/.meta/tmp/1.eml") == fs::Kind::kNone);
  CHECK_FALSE(store->find("a"));
}

TEST_CASE("store: a link, FIFO or file in the place of a month folder is named (711)") {
  StoreOnFake at;
  at.disk.make_folder("/elsewhere");
  const auto store = at.start();
  at.disk.make_link("/data/2023-07", "/elsewhere");
  at.disk.make_fifo("/data/2023-08");
  at.disk.write_file("/data/2023-09", "x");
  for (const char* const month : {"2023-07", "2023-08", "2023-09"}) {
    const CommitOutcome outcome =
        save_to(*store, "a", kMonday, "x", store->default_path("a", month));
    CHECK(outcome.code == 711);
    CHECK(contains(outcome.text, std::string("/data/") + month));
  }
  CHECK(at.disk.tree().size() > 0);
  CHECK(at.disk.kind("/elsewhere/" + eml_name("a")) == fs::Kind::kNone);
}

TEST_CASE("store: a month folder that becomes a link in the run is not followed") {
  StoreOnFake at;
  const auto store = at.start();
  CHECK(save(*store, "a", kMonday, "x").code == 0);
  at.disk.make_folder("/elsewhere");
  at.disk.erase("/data/2023-07");
  at.disk.make_link("/data/2023-07", "/elsewhere");
  CHECK(save(*store, "a", kTuesday, "x").code == 711);
  CHECK(at.disk.kind("/elsewhere/" + eml_name("a")) == fs::Kind::kNone);
}

TEST_CASE("store: the disk is full: 711 for the message, and it goes on when there is room") {
  StoreOnFake at;
  const auto store = at.start();
  at.disk.set_room(10000);
  const std::string large(100000, 'x');
  CHECK(save(*store, "a", kMonday, large).code == 711);
  CHECK_FALSE(store->find("a"));
  CHECK(at.disk.kind(at.path_of("a")) == fs::Kind::kNone);
  at.disk.set_room(10000000);
  CHECK(save(*store, "a", kMonday, large).code == 0);
}

TEST_CASE("store: DataFolder gone in the run is 701") {
  StoreOnFake at;
  const auto store = at.start();
  CHECK(save(*store, "a", kMonday, "x").code == 0);
  at.disk.erase("/data");
  CHECK(save(*store, "b", kMonday, "x").code == 701);
}

TEST_CASE("store: DataFolder becomes read-only: 711 for the message") {
  StoreOnFake at;
  const auto store = at.start();
  at.disk.fail(Op::kCreate, EROFS, "/data/.meta/tmp", 1);
  const CommitOutcome outcome = save(*store, "a", kMonday, "x");
  CHECK(outcome.code == 711);
  CHECK(save(*store, "a", kMonday, "x").code == 0);
}

TEST_CASE("store: a failure of any single operation of a commit is reported, never a half file") {
  std::uint64_t operations = 0;
  for (std::uint64_t nth = 0;; ++nth) {
    StoreOnFake at;
    const auto store = at.start();
    const std::uint64_t before = at.disk.operations();
    if (operations != 0 && nth >= operations) break;
    if (nth > 0) at.disk.fail_operation(nth - 1, EIO);
    const CommitOutcome outcome = save(*store, "a", kMonday, "whole");
    if (operations == 0) {
      REQUIRE(outcome.code == 0);
      operations = at.disk.operations() - before + 1;
    }
    CAPTURE(nth);
    CHECK((outcome.code == 0 || outcome.code == 711 || outcome.code == 701));
    const bool there = at.disk.kind(at.path_of("a")) == fs::Kind::kFile;
    if (outcome.code == 0) REQUIRE(there);
    if (there) CHECK(at.disk.read_file(at.path_of("a")) == file_text("a", kMonday, "whole"));
    // And again, with a disk that works.
    CHECK(save(*store, "a", kMonday, "whole").code == 0);
    CHECK(store->find("a"));
  }
  CHECK(operations > 10);
}

TEST_CASE("store: VerifyWrites finds what the disk made of it") {
  for (const bool verify : {true, false}) {
    StoreOnFake at;
    at.options.verify_writes = verify;
    const auto store = at.start();
    const std::string body(600000, 'x');
    CHECK(save(*store, "good", kMonday, body).code == 0);
    auto message = store->create("bad", kMonday, store->default_path("bad", "2023-07"));
    message->write(body.data(), body.size());
    static_cast<void>(message->read_all());  // all of it is in the file now
    std::string spoiled = at.disk.read_file("/data/.meta/tmp/2.eml");
    spoiled[spoiled.size() - 5] = 'y';
    // In place, as a bad sector would.
    {
      const auto tmp = at.disk.open_directory("/data/.meta/tmp", false);
      const auto file = tmp->open_append("2.eml");
      file->truncate(0);
      file->write(spoiled.data(), spoiled.size());
    }
    CommitOutcome outcome;
    store->commit(std::move(message), [&](const CommitOutcome& result) { outcome = result; });
    store->drain();
    CHECK(outcome.code == (verify ? 711 : 0));
    CHECK((at.disk.kind(at.path_of("bad")) == fs::Kind::kFile) == !verify);
    CHECK(store->find("bad").has_value() == !verify);
  }
}

TEST_CASE("store: completions come only from run_completions, and wake tells of them") {
  StoreOnFake at;
  std::atomic<int> woken = 0;
  at.options.wake = [&woken] { ++woken; };
  auto store = at.start();
  int reported = 0;
  for (int i = 0; i < 600; ++i) {
    const std::string id = "id" + std::to_string(i);
    auto message = store->create(id, kMonday, store->default_path(id, "2023-07"));
    message->write("x", 1);
    store->commit(std::move(message), [&](const CommitOutcome& outcome) {
      CHECK(outcome.code == 0);
      ++reported;
    });
  }
  CHECK(reported == 0);
  store->drain();
  CHECK(reported == 600);
  CHECK(store->last_row() == 600);
  store.reset();  // the last wake may come after drain
  CHECK(woken > 0);
}

TEST_CASE("store: destroyed with commits under way, it finishes them") {
  StoreOnFake at;
  auto store = at.start();
  for (int i = 0; i < 50; ++i) {
    const std::string id = "id" + std::to_string(i);
    auto message = store->create(id, kMonday, store->default_path(id, "2023-07"));
    message->write("x", 1);
    store->commit(std::move(message), nullptr);
  }
  store.reset();
  store = at.start(true);
  for (int i = 0; i < 50; ++i)
    CHECK(store->find("id" + std::to_string(i)));
}

TEST_CASE("store: remove deletes only our own file of that id") {
  StoreOnFake at;
  at.run_with({"a", "b", "c", "d", "e"});
  const auto store = at.start();
  const auto stored = [&](const std::string& id) {
    const auto found = store->find(id);
    REQUIRE(found);
    return *found;
  };
  const StoredMessage a = stored("a");
  store->remove(a);
  CHECK(at.disk.kind(a.path) == fs::Kind::kNone);
  CHECK_FALSE(store->find("a"));

  const StoredMessage b = stored("b");
  at.disk.write_file(b.path, "the user's own");
  CHECK(failure_of([&] { store->remove(b); }).code == 711);
  CHECK(at.disk.read_file(b.path) == "the user's own");

  const StoredMessage c = stored("c");
  at.disk.write_file(c.path, file_text("other", kMonday, "x"));
  CHECK(failure_of([&] { store->remove(c); }).code == 711);
  CHECK(at.disk.kind(c.path) == fs::Kind::kFile);

  const StoredMessage d = stored("d");
  at.disk.make_folder("/elsewhere");
  at.disk.write_file("/elsewhere/d", file_text("d", kMonday, "x"));
  at.disk.erase(d.path);
  at.disk.make_link(d.path, "/elsewhere/d");
  CHECK(failure_of([&] { store->remove(d); }).code == 711);
  CHECK(at.disk.kind("/elsewhere/d") == fs::Kind::kFile);

  // Already gone: nothing to do.
  const StoredMessage e = stored("e");
  at.disk.erase(e.path);
  CHECK(failure_of([&] { store->remove(e); }).code == 0);
}

TEST_CASE("store: a removal that fails keeps the message known") {
  StoreOnFake at;
  at.run_with({"a"});
  const auto store = at.start();
  const StoredMessage a = *store->find("a");
  at.disk.fail(Op::kRemove, EACCES, at.path_of("a"), 1);
  CHECK(failure_of([&] { store->remove(a); }).code == 711);
  CHECK(store->find("a"));
}

TEST_CASE("store: stored_after walks all rows, without the files that are gone") {
  StoreOnFake at;
  std::vector<std::string> ids;
  for (int i = 0; i < 25; ++i)
    ids.push_back("id" + std::to_string(i));
  at.run_with(ids);
  const auto store = at.start();
  at.disk.erase(at.path_of("id3"));
  std::vector<std::string> seen;
  std::int64_t row = 0;
  for (;;) {
    const std::vector<StoredMessage> messages = store->stored_after(row, 4);
    if (messages.empty()) break;
    CHECK(messages.size() <= 4);
    for (const StoredMessage& message : messages) {
      CHECK(message.row > row);
      row = message.row;
      seen.push_back(message.id);
    }
  }
  ids.erase(ids.begin() + 3);
  CHECK(seen == ids);
  CHECK(store->last_row() == row);
  // A batch of which no file is left is not the end.
  for (int i = 4; i < 20; ++i)
    at.disk.erase(at.path_of("id" + std::to_string(i)));
  CHECK(store->stored_after(3, 4).size() == 4);
}

TEST_CASE("store: message_id_of") {
  StoreOnFake at;
  const auto store = at.start();
  CHECK(save(*store, "a", kMonday, "Message-ID: <1@x>\r\n\r\nbody").code == 0);
  CHECK(save(*store, "b", kMonday, "Subject: none\r\n\r\nbody").code == 0);
  CHECK(store->message_id_of(*store->find("a")) == "<1@x>");
  CHECK(store->message_id_of(*store->find("b")).empty());
  const StoredMessage a = *store->find("a");
  at.disk.erase(a.path);
  CHECK(store->message_id_of(a).empty());
}
