// The durable writer when the disk refuses: each file for itself, and power losses at every point.
#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "core/error.h"
#include "fs/group_commit.h"
#include "unit/fs/commit_rig.h"

namespace {

using coffer::core::Error;
using coffer::fs::CommitResult;
using coffer::fs::IoError;
using coffer::fs::Kind;
using coffer::test::CommitRig;
using coffer::test::FakeFileSystem;
using coffer::test::Gate;
using coffer::test::Op;

// Submits 1, 2, 3 as one group (2 is the one that something happens to) and returns the results.
std::map<std::uint64_t, CommitResult> commit_three(CommitRig& rig,
                                                   std::function<void()> before_second = nullptr) {
  Gate gate;
  rig.submit(0, "warm-up", [&] { gate.pass(); });
  gate.wait_until_reached();
  rig.submit(1, "a");
  rig.submit(2, "b", std::move(before_second));
  rig.submit(3, "c");
  gate.open();
  auto results = rig.drain();
  REQUIRE(results.size() == 4);
  REQUIRE(rig.groups.size() == 2);
  return results;
}

void check_others_are_durable(CommitRig& rig, std::map<std::uint64_t, CommitResult>& results) {
  CHECK(results.at(1).code == 0);
  CHECK(results.at(3).code == 0);
  CHECK(rig.disk.is_durable("/data/a/1.eml"));
  CHECK(rig.disk.is_durable("/data/c/3.eml"));
  CHECK(rig.groups[1] == std::vector<std::uint64_t>{1, 3});
}

TEST_CASE("group commit: a sync or a close that fails is 711 for that file alone") {
  for (const Op op : {Op::kSync, Op::kClose}) {
    for (const int error : {ENOSPC, EDQUOT, EIO}) {
      CAPTURE(coffer::test::op_name(op));
      CAPTURE(error);
      FakeFileSystem disk;
      CommitRig rig(disk);
      disk.fail(op, error, "/data/tmp/2.tmp");
      auto results = commit_three(rig);
      check_others_are_durable(rig, results);
      const CommitResult& failed = results.at(2);
      CHECK(failed.code == 711);
      CHECK(failed.error == error);
      CHECK(failed.text.find("/data/tmp/2.tmp: ") != std::string::npos);
      CHECK(disk.kind("/data/b/2.eml") == Kind::kNone);
      CHECK(disk.kind("/data/tmp/2.tmp") == Kind::kNone);
      // The kernel reports a lost page once: asking again would be told that all is well.
      const auto lines = disk.lines();
      CHECK(std::count(lines.begin(), lines.end(), "sync /data/tmp/2.tmp") +
                std::count(lines.begin(), lines.end(), "sync /data/tmp/2.tmp failed") ==
            1);
    }
  }
}

TEST_CASE("group commit: a check that refuses fails its file with its code, the temporary goes") {
  FakeFileSystem disk;
  {
    CommitRig rig(disk);
    auto results = commit_three(rig, [] { throw Error(713, "not ours"); });
    check_others_are_durable(rig, results);
    CHECK(results.at(2).code == 713);
    CHECK(results.at(2).error == 0);
    CHECK(results.at(2).text == "not ours");
  }
  CHECK(disk.kind("/data/b/2.eml") == Kind::kNone);
  CHECK(disk.kind("/data/tmp/2.tmp") == Kind::kNone);
  FakeFileSystem second;
  CommitRig rig(second);
  auto results = commit_three(rig, [] { throw IoError(EACCES, "cannot look"); });
  check_others_are_durable(rig, results);
  CHECK(results.at(2).code == 711);
  CHECK(results.at(2).error == EACCES);
  CHECK(results.at(2).text == "cannot look");
  CHECK(second.kind("/data/tmp/2.tmp") == Kind::kNone);
}

TEST_CASE("group commit: a rename that fails is 711, a temporary that stays does not matter") {
  FakeFileSystem disk;
  CommitRig rig(disk);
  disk.fail(Op::kRename, EACCES, "2.eml");
  disk.fail(Op::kRemove, EIO, "2.tmp");
  auto results = commit_three(rig);
  check_others_are_durable(rig, results);
  CHECK(results.at(2).code == 711);
  CHECK(results.at(2).error == EACCES);
  CHECK(results.at(2).text.find("/data/b/2.eml") != std::string::npos);
}

TEST_CASE("group commit: a folder that cannot be synced fails the files renamed into it") {
  FakeFileSystem disk;
  CommitRig rig(disk);
  Gate gate;
  rig.submit(0, "a", [&] { gate.pass(); });
  gate.wait_until_reached();
  rig.submit(1, "a");
  rig.submit(2, "b");
  rig.submit(3, "b");
  rig.submit(4, "b", [] { throw Error(705, "first reason"); });
  disk.fail(Op::kSyncFolder, EIO, "/data/b");
  gate.open();
  const auto results = rig.drain();
  CHECK(results.at(1).code == 0);
  for (const std::uint64_t tag : {std::uint64_t{2}, std::uint64_t{3}}) {
    CHECK(results.at(tag).code == 711);
    CHECK(results.at(tag).error == EIO);
    CHECK(results.at(tag).text.find("/data/b") != std::string::npos);
  }
  CHECK(results.at(4).code == 705);
  CHECK(results.at(4).text == "first reason");
  CHECK(rig.groups.back() == std::vector<std::uint64_t>{1});
}

TEST_CASE("group commit: when all of a group fail the index is not asked") {
  FakeFileSystem disk;
  CommitRig rig(disk);
  rig.submit(1, "a", [] { throw Error(711, "no"); });
  CHECK(rig.drain().at(1).code == 711);
  CHECK(rig.groups.empty());
}

TEST_CASE("group commit: a full disk refuses the write, and room that comes back is used") {
  FakeFileSystem disk;
  CommitRig rig(disk);
  disk.set_room(2000);
  rig.submit(1, "a");
  CHECK_THROWS_AS(rig.item(2, "a"), IoError);
  CHECK(rig.drain().at(1).code == 0);
  rig.temporary->remove("2.tmp");
  disk.set_room(100000);
  rig.submit(2, "a");
  CHECK(rig.drain().at(2).code == 0);
  CHECK(disk.is_durable("/data/a/2.eml"));
}

// The sweep: power goes at operation n, for every n there is, and the disk keeps what it likes.
TEST_CASE("group commit: after a power loss at any point no name has half a file") {
  int losses = 0;
  int kept = 0;
  int gone = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    bool finished = false;
    for (std::uint64_t n = 0; !finished; ++n) {
      FakeFileSystem disk(seed * 1000 + n);
      std::set<std::uint64_t> reported;
      std::set<std::uint64_t> indexed;
      disk.make_folder("/data");
      disk.cut_power_at(n);
      try {
        CommitRig rig(disk, 4, 2);
        rig.after_group = [&](const std::vector<std::uint64_t>& tags) {
          indexed.insert(tags.begin(), tags.end());
        };
        for (std::uint64_t tag = 0; tag < 8; ++tag)
          rig.submit(tag, tag % 3 == 0 ? "a" : "b");
        for (const auto& [tag, result] : rig.drain()) {
          if (result.code == 0) reported.insert(tag);
        }
      } catch (const IoError&) {
        CHECK(disk.power_is_off());
      }
      finished = !disk.power_is_off();
      disk.power_loss();
      ++losses;
      for (std::uint64_t tag = 0; tag < 8; ++tag) {
        const std::string path =
            (tag % 3 == 0 ? "/data/a/" : "/data/b/") + std::to_string(tag) + ".eml";
        const bool there = disk.kind(path) == Kind::kFile;
        ++(there ? kept : gone);
        CAPTURE(seed);
        CAPTURE(n);
        CAPTURE(path);
        if (there) CHECK(disk.read_file(path) == CommitRig::text_of(tag));
        if (reported.count(tag) != 0 || indexed.count(tag) != 0) CHECK(there);
      }
    }
  }
  // The sweep saw what it is for.
  CHECK(losses > 300);
  CHECK(kept > 0);
  CHECK(gone > 0);
}

TEST_CASE("group commit: whatever single operation fails, what is reported done is durable") {
  int failures = 0;
  for (std::uint64_t n = 0;; ++n) {
    FakeFileSystem disk(n);
    disk.make_folder("/data");
    disk.fail_operation(n, EIO);
    std::map<std::uint64_t, CommitResult> results;
    try {
      CommitRig rig(disk, 4, 2);
      for (std::uint64_t tag = 0; tag < 8; ++tag)
        rig.submit(tag, tag % 3 == 0 ? "a" : "b");
      results = rig.drain();
      CHECK(results.size() == 8);
    } catch (const IoError& error) {
      CHECK(error.error() == EIO);
    }
    const auto journal = disk.journal();
    const bool hit = std::any_of(journal.begin(), journal.end(),
                                 [](const auto& operation) { return operation.error == EIO; });
    if (!hit) break;
    ++failures;
    disk.power_loss({coffer::test::Data::kDropped, coffer::test::Names::kUndone});
    for (const auto& [tag, result] : results) {
      const std::string path =
          (tag % 3 == 0 ? "/data/a/" : "/data/b/") + std::to_string(tag) + ".eml";
      CAPTURE(n);
      if (result.code == 0) {
        REQUIRE(disk.kind(path) == Kind::kFile);
        CHECK(disk.read_file(path) == CommitRig::text_of(tag));
      } else {
        CHECK(result.code == 711);
      }
    }
  }
  CHECK(failures > 40);
}

}  // namespace
