#include "fs/write_behind.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "commit_rig.h"
#include "fakes/fake_file_system.h"

namespace coffer::fs {
namespace {

using test::FakeFileSystem;
using test::Gate;

struct Folder {
  Folder() : folder(disk.open_directory("/data", true)) {}

  std::unique_ptr<WriteBehind::Stream> begin(WriteBehind& behind, const std::string& name) {
    return behind.begin([this, name] { return folder->create(name); });
  }
  // Whose first block stays under the pen until the gate opens.
  std::unique_ptr<WriteBehind::Stream> begin_held(WriteBehind& behind, const std::string& name,
                                                  Gate& gate) {
    return behind.begin([this, name, &gate] {
      gate.pass();
      return folder->create(name);
    });
  }

  FakeFileSystem disk;
  std::shared_ptr<Directory> folder;
};

TEST_CASE("write behind: what streams are given stands in their files, in its order") {
  Folder at;
  WriteBehind behind({3, nullptr});
  std::string expected;
  const auto first = at.begin(behind, "first");
  const auto second = at.begin(behind, "second");
  for (int i = 0; i < 200; ++i) {
    const std::string block = "block " + std::to_string(i) + ";";
    expected += block;
    first->write(std::string(block));
    second->write(block + "2");
  }
  CHECK(first->settled().size() == expected.size());
  first->write("and on");
  CHECK(first->finish()->size() == expected.size() + 6);
  CHECK(at.disk.read_file("/data/first") == expected + "and on");
  CHECK(second->finish()->size() == expected.size() + 200);
}

TEST_CASE("write behind: who writes does not wait for the disk, but for room") {
  Folder at;
  Gate gate;
  std::atomic<int> through{0};
  std::thread writer;
  {
    WriteBehind behind({2, nullptr});
    const auto stream = at.begin_held(behind, "slow", gate);
    writer = std::thread([&] {
      for (int i = 0; i < 5; ++i) {
        stream->write("12345");
        ++through;
      }
    });
    gate.wait_until_reached();
    while (through < 2)
      std::this_thread::yield();
    for (int i = 0; i < 1000; ++i)
      std::this_thread::yield();
    CHECK(through == 2);  // the third waits for room
    gate.open();
    writer.join();
    CHECK(stream->finish()->size() == 25);
  }
}

TEST_CASE("write behind: a failure is its stream's, and is not forgotten") {
  Folder at;
  Gate gate;
  WriteBehind behind({16, nullptr});
  const auto full = at.begin_held(behind, "full", gate);
  const auto fine = at.begin(behind, "fine");
  at.disk.fail(test::Op::kWrite, ENOSPC, "full", 1);
  full->write("lost");
  full->write("not tried");  // given before the first one fails
  fine->write("kept");
  gate.open();
  CHECK_THROWS_AS(full->settled(), IoError);
  CHECK_THROWS_AS(full->write("never"), IoError);
  CHECK_THROWS_AS(full->finish(), IoError);
  fine->finish();
  CHECK(at.disk.read_file("/data/fine") == "kept");
  CHECK(at.disk.read_file("/data/full") == "lo");  // a write that fails leaves half of it
}

TEST_CASE("write behind: a file that cannot be made is a failure like another") {
  Folder at;
  at.disk.write_file("/data/there", "already");
  WriteBehind behind({16, nullptr});
  const auto stream = at.begin(behind, "there");
  stream->write("x");
  CHECK_THROWS_AS(stream->finish(), IoError);
  CHECK(at.disk.read_file("/data/there") == "already");
}

TEST_CASE("write behind: of a stream that is given up nothing more is written") {
  Folder at;
  Gate gate;
  WriteBehind behind({16, nullptr});
  const auto first = at.begin_held(behind, "first", gate);
  first->write("first");
  gate.wait_until_reached();
  auto given_up = at.begin(behind, "given up");
  given_up->write("x");
  given_up.reset();  // without waiting for its turn
  gate.open();
  CHECK(first->finish()->size() == 5);
  const auto last = at.begin(behind, "last");
  last->write("x");
  last->finish();
  CHECK(at.disk.kind("/data/given up") == Kind::kNone);
}

TEST_CASE("write behind: blocks come back, written or not") {
  Folder at;
  std::atomic<int> back{0};
  WriteBehind behind({16, [&](std::string&& block) { back += static_cast<int>(block.size()); }});
  const auto stream = at.begin(behind, "file");
  at.disk.fail(test::Op::kWrite, EIO, "file", 1);
  stream->write("12345");
  CHECK_THROWS_AS(stream->settled(), IoError);
  CHECK(back == 5);
}

TEST_CASE("write behind: the end writes what waits, and streams go on without a thread") {
  Folder at;
  std::unique_ptr<WriteBehind::Stream> stream;
  {
    WriteBehind behind({16, nullptr});
    stream = at.begin(behind, "file");
    stream->write("one ");
    stream->write("two ");
  }
  CHECK(at.disk.read_file("/data/file") == "one two ");
  stream->write("three");
  CHECK(stream->finish()->size() == 13);
}

}  // namespace
}  // namespace coffer::fs
