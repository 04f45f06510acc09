// The disk of the tests: it must be as harsh as it says, or the tests that stand on it prove
// nothing.
#include "fakes/fake_file_system.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

namespace {

using coffer::fs::Directory;
using coffer::fs::File;
using coffer::fs::IoError;
using coffer::fs::Kind;
using coffer::test::Data;
using coffer::test::FakeFileSystem;
using coffer::test::Loss;
using coffer::test::Names;
using coffer::test::Op;

template <typename Call>
int error_of(const Call& call) {
  try {
    call();
  } catch (const IoError& error) {
    return error.error();
  }
  return 0;
}

void put(Directory& folder, const std::string& name, const std::string& text, bool sync = false) {
  const auto file = folder.create(name);
  file->write(text.data(), text.size());
  if (sync) file->sync();
}

constexpr Loss kWorst = {Data::kDropped, Names::kUndone};

TEST_CASE("fake disk: a file is durable when it and its folder are synced, not before") {
  FakeFileSystem disk;
  auto folder = disk.open_directory("/d", true);
  put(*folder, "neither", "text");
  put(*folder, "data only", "text", true);
  CHECK_FALSE(disk.is_durable("/d/data only"));
  disk.power_loss(kWorst);
  CHECK(disk.tree() == std::vector<std::string>{"/d/"});

  folder = disk.open_directory("/d", false);
  put(*folder, "name only", "text");
  put(*folder, "both", "text", true);
  folder->sync();
  CHECK_FALSE(disk.is_durable("/d/name only"));
  CHECK(disk.is_durable("/d/both"));
  disk.power_loss(kWorst);
  CHECK(disk.read_file("/d/name only").empty());
  CHECK(disk.read_file("/d/both") == "text");
}

TEST_CASE("fake disk: a rename or a removal that was not synced is undone") {
  FakeFileSystem disk;
  disk.write_file("/d/a", "a");
  disk.write_file("/d/b", "b");
  disk.write_file("/d/c", "c");
  auto folder = disk.open_directory("/d", false);
  folder->rename("a", *folder, "b");
  folder->remove("c");
  CHECK(disk.tree() == std::vector<std::string>{"/d/", "/d/b"});
  CHECK(disk.read_file("/d/b") == "a");
  CHECK_FALSE(disk.is_durable("/d/b"));
  disk.power_loss(kWorst);
  CHECK(disk.tree() == std::vector<std::string>{"/d/", "/d/a", "/d/b", "/d/c"});
  CHECK(disk.read_file("/d/b") == "b");

  folder = disk.open_directory("/d", false);
  folder->rename("a", *folder, "b");
  folder->remove("c");
  folder->sync();
  disk.power_loss(kWorst);
  CHECK(disk.tree() == std::vector<std::string>{"/d/", "/d/b"});
  CHECK(disk.read_file("/d/b") == "a");
}

TEST_CASE("fake disk: a rename that replaces nothing, and its undoing") {
  FakeFileSystem disk;
  disk.write_file("/d/a", "a");
  disk.write_file("/d/b", "b");
  const auto folder = disk.open_directory("/d", false);
  CHECK_FALSE(folder->rename_new("a", *folder, "b"));
  CHECK(disk.read_file("/d/b") == "b");
  CHECK(folder->rename_new("a", *folder, "c"));
  CHECK(disk.read_file("/d/c") == "a");
  disk.power_loss(kWorst);
  CHECK(disk.tree() == std::vector<std::string>{"/d/", "/d/a", "/d/b"});
}

TEST_CASE("fake disk: the seed decides for each name, and every outcome happens") {
  std::set<std::vector<std::string>> outcomes;
  std::set<std::string> contents;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    FakeFileSystem disk(seed);
    disk.write_file("/d/x", "old");
    disk.write_file("/e/keep", "");
    const auto from = disk.open_directory("/d", false);
    const auto to = disk.open_directory("/e", false);
    from->open_append("x")->write("+new", 4);
    from->rename("x", *to, "x");
    disk.power_loss();
    outcomes.insert(disk.tree());
    if (disk.kind("/e/x") == Kind::kFile) contents.insert(disk.read_file("/e/x"));
  }
  CHECK(outcomes.size() == 4);  // both names, either one, none
  CHECK(contents.count("old") == 1);
  CHECK(contents.count("old+new") == 1);
  CHECK(contents.count("old+") == 1);  // torn
  CHECK(contents.size() > 5);          // and rubbish
}

TEST_CASE("fake disk: what a loss does to data not synced") {
  const std::string old_text(2000, 'o');
  const std::string new_text(3000, 'n');
  std::map<Data, std::set<std::string>> seen;
  for (const Data data : {Data::kDropped, Data::kPrefix, Data::kGarbled, Data::kKept}) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      FakeFileSystem disk(seed);
      disk.write_file("/d/f", old_text);
      disk.open_directory("/d", false)->open_append("f")->write(new_text.data(), new_text.size());
      disk.power_loss({data, Names::kKept});
      const std::string text = disk.read_file("/d/f");
      CHECK(text.substr(0, old_text.size()) == old_text);  // what was synced is never touched
      seen[data].insert(text.substr(old_text.size()));
    }
  }
  CHECK(seen[Data::kDropped] == std::set<std::string>{""});
  CHECK(seen[Data::kKept] == std::set<std::string>{new_text});
  CHECK(seen[Data::kPrefix].size() > 10);
  for (const std::string& text : seen[Data::kPrefix]) {
    CHECK(text == new_text.substr(0, text.size()));
  }
  CHECK(seen[Data::kGarbled].size() > 30);
  const auto mixed = [](const std::string& text) {
    return text.find_first_not_of('n') != std::string::npos;
  };
  CHECK(std::count_if(seen[Data::kGarbled].begin(), seen[Data::kGarbled].end(), mixed) > 20);
}

TEST_CASE("fake disk: after a failed sync a later one succeeds without the data") {
  FakeFileSystem disk;
  auto folder = disk.open_directory("/d", true);
  const auto file = folder->create("f");
  folder->sync();
  file->write("lost", 4);
  disk.fail(Op::kSync, ENOSPC);
  CHECK(error_of([&] { file->sync(); }) == ENOSPC);
  file->sync();
  CHECK(disk.read_file("/d/f") == "lost");
  CHECK_FALSE(disk.is_durable("/d/f"));
  disk.power_loss({Data::kKept, Names::kKept});
  CHECK(disk.read_file("/d/f").empty());
}

TEST_CASE("fake disk: operations are counted, fail on demand and stand in the journal") {
  FakeFileSystem disk;
  auto folder = disk.open_directory("/d", true);
  const std::uint64_t before = disk.operations();
  disk.clear_journal();
  disk.fail_operation(1, ENOSPC);
  disk.fail(Op::kRename, EACCES, "/d/z");
  const auto file = folder->create("x");
  CHECK(error_of([&] { file->write("1234", 4); }) == ENOSPC);
  CHECK(disk.read_file("/d/x") == "12");
  file->write("34", 2);
  CHECK(error_of([&] { folder->rename("x", *folder, "z"); }) == EACCES);
  folder->rename("x", *folder, "z");
  folder->sync();
  CHECK(disk.operations() == before + 6);
  const std::vector<std::string> expected = {"create /d/x",         "write /d/x failed",
                                             "write /d/x",          "rename /d/x -> /d/z failed",
                                             "rename /d/x -> /d/z", "sync folder /d"};
  CHECK(disk.lines() == expected);
}

TEST_CASE("fake disk: with the power off everything fails, and old handles stay dead") {
  FakeFileSystem disk;
  disk.write_file("/d/f", "text");
  auto folder = disk.open_directory("/d", false);
  auto file = folder->open_append("f");
  auto held = folder->lock("lock");
  disk.cut_power_at(1);
  file->write("+", 1);
  CHECK(error_of([&] { file->sync(); }) == EIO);
  CHECK(disk.power_is_off());
  CHECK(error_of([&] { folder->remove("f"); }) == EIO);
  CHECK(error_of([&] { disk.open_directory("/d", false); }) == EIO);
  disk.power_loss(kWorst);
  CHECK_FALSE(disk.power_is_off());
  CHECK(disk.read_file("/d/f") == "text");
  CHECK(error_of([&] { folder->remove("f"); }) == EIO);
  CHECK(error_of([&] { file->write("+", 1); }) == EIO);
  auto again = disk.open_directory("/d", false);
  const auto next = again->lock("lock");
  REQUIRE(next != nullptr);
  held.reset();  // of the dead process: must not free the lock of the living one
  CHECK(again->lock("lock") == nullptr);
}

TEST_CASE("fake disk: a killed process loses its handles and locks, the disk loses nothing") {
  FakeFileSystem disk;
  auto folder = disk.open_directory("/d", true);
  put(*folder, "f", "text");
  const auto held = folder->lock("lock");
  disk.kill();
  CHECK(error_of([&] { folder->sync(); }) == EIO);
  CHECK(disk.read_file("/d/f") == "text");
  CHECK_FALSE(disk.is_durable("/d/f"));  // still only in the cache
  CHECK(disk.open_directory("/d", false)->lock("lock") != nullptr);
  disk.power_loss(kWorst);
  CHECK(disk.kind("/d/f") == Kind::kNone);
}

TEST_CASE("fake disk: locks exclude, also within the process, until the handle goes") {
  FakeFileSystem disk;
  auto folder = disk.open_directory("/d", true);
  auto held = folder->lock("lock");
  REQUIRE(held != nullptr);
  CHECK(folder->lock("lock") == nullptr);
  CHECK(disk.open_directory("/d", false)->lock("lock") == nullptr);
  held.reset();
  held = folder->lock("lock");
  REQUIRE(held != nullptr);
  held->close();
  CHECK(folder->lock("lock") != nullptr);
  CHECK(disk.lines().back() == "unlock /d/lock");
}

TEST_CASE("fake disk: links, FIFOs, refusals, mounts, missing parents") {
  FakeFileSystem disk;
  disk.write_file("/real/d/f", "text");
  disk.make_link("/link", "real/d");
  disk.make_link("/real/loop", "loop");
  disk.make_link("/real/up", "../real/d");
  disk.make_fifo("/real/fifo");
  CHECK(disk.real_path("/link/f") == "/real/d/f");
  CHECK(disk.real_path("/real/up") == "/real/d");
  CHECK(error_of([&] { disk.real_path("/real/loop"); }) == ELOOP);
  CHECK(error_of([&] { disk.real_path("/absent"); }) == ENOENT);
  CHECK(disk.absolute("x/../y") == "/home/y");
  auto folder = disk.open_directory("/real", false);
  CHECK(folder->status("loop").kind == Kind::kLink);
  CHECK(error_of([&] { folder->open("loop"); }) == ELOOP);
  CHECK(error_of([&] { folder->open_directory("up", true); }) == ELOOP);
  CHECK(error_of([&] { folder->open_append("fifo"); }) == EINVAL);
  CHECK(error_of([&] { folder->lock("fifo"); }) == EINVAL);
  CHECK(error_of([&] { folder->open("d"); }) == EISDIR);
  CHECK(error_of([&] { folder->create("fifo"); }) == EEXIST);
  CHECK(error_of([&] { folder->create("a/b"); }) == EINVAL);
  CHECK(error_of([&] { folder->remove("d"); }) == EISDIR);
  CHECK(error_of([&] { folder->remove_directory("d"); }) == ENOTEMPTY);
  CHECK(error_of([&] { disk.open_directory("/link/f", true); }) == ENOTDIR);
  disk.open_directory("/link/new/er", true);
  CHECK(disk.is_durable("/real/d/new/er"));

  disk.deny("/real/d");
  CHECK(error_of([&] { folder->open_directory("d", false); }) == EACCES);
  CHECK(error_of([&] { disk.open_directory("/link", false); }) == EACCES);
  disk.allow("/real/d");
  disk.deny("/real/d/f");
  const auto below = folder->open_directory("d", false);
  CHECK(error_of([&] { below->open("f"); }) == EACCES);
  CHECK(below->status("f").size == 4);

  disk.mount("/other");
  const auto other = disk.open_directory("/other", false);
  CHECK_FALSE(other->same_file_system(*folder));
  CHECK(below->same_file_system(*folder));
  CHECK(error_of([&] { below->rename("f", *other, "f"); }) == EXDEV);
}

TEST_CASE("fake disk: room runs out in the middle of a write") {
  FakeFileSystem disk;
  auto folder = disk.open_directory("/d", true);
  disk.set_room(5);
  const auto file = folder->create("f");
  file->write("123", 3);
  CHECK(error_of([&] { file->write("456", 3); }) == ENOSPC);
  CHECK(disk.read_file("/d/f") == "12345");
  folder->remove("f");
  put(*folder, "g", "12345");
  CHECK(disk.read_file("/d/g") == "12345");
}

}  // namespace
