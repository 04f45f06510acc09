// The durable writer: order, groups, bounds.
#include "fs/group_commit.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>

#include "core/error.h"
#include "unit/fs/commit_rig.h"

namespace {

using coffer::fs::CommitItem;
using coffer::fs::CommitResult;
using coffer::fs::Kind;
using coffer::test::CommitRig;
using coffer::test::FakeFileSystem;
using coffer::test::Gate;
using coffer::test::Op;
using coffer::test::Operation;

std::size_t count_of(const FakeFileSystem& disk, Op op) {
  const auto journal = disk.journal();
  return static_cast<std::size_t>(
      std::count_if(journal.begin(), journal.end(),
                    [op](const Operation& operation) { return operation.op == op; }));
}

TEST_CASE("group commit: synced, closed, checked, renamed, folder synced, index, done") {
  FakeFileSystem disk;
  CommitRig rig(disk);
  auto item = rig.item(1, "2024-05", [&] { rig.temporary->status("check"); });
  rig.after_group = [&](const std::vector<std::uint64_t>&) { rig.root->status("index"); };
  disk.clear_journal();
  rig.commit->submit(std::move(item));
  rig.commit->drain([&](CommitResult&&) { rig.root->status("done"); });
  const std::vector<std::string> expected = {
      "sync /data/tmp/1.tmp",      "close /data/tmp/1.tmp",
      "status /data/tmp/check",    "rename /data/tmp/1.tmp -> /data/2024-05/1.eml",
      "sync folder /data/2024-05", "status /data/index",
      "status /data/done",
  };
  CHECK(disk.lines() == expected);
}

TEST_CASE("group commit: for a name taken to be free nothing is asked, unless it is taken") {
  FakeFileSystem disk;
  CommitRig rig(disk);
  int asked = 0;
  const auto ask = [&] { ++asked; };
  const auto refuse = [] { throw coffer::core::Error(711, "somebody else's"); };
  disk.write_file("/data/m/2.eml", "old");
  disk.write_file("/data/m/3.eml", "old");
  CommitItem free = rig.item(1, "m", ask);
  CommitItem taken = rig.item(2, "m", ask);
  CommitItem refused = rig.item(3, "m", refuse);
  for (CommitItem* const item : {&free, &taken, &refused}) {
    item->fresh = true;
    rig.commit->submit(std::move(*item));
  }
  const auto results = rig.drain();
  CHECK(results.at(1).code == 0);
  CHECK(results.at(2).code == 0);
  CHECK(results.at(3).code == 711);
  CHECK(asked == 1);
  CHECK(disk.read_file("/data/m/1.eml") == CommitRig::text_of(1));
  CHECK(disk.read_file("/data/m/2.eml") == CommitRig::text_of(2));
  CHECK(disk.read_file("/data/m/3.eml") == "old");
  CHECK(rig.temporary->status("3.tmp").kind == Kind::kNone);
}

TEST_CASE("group commit: a file is durable under its name before the index and the caller know") {
  FakeFileSystem disk;
  CommitRig rig(disk);
  int in_index = 0;
  rig.after_group = [&](const std::vector<std::uint64_t>& tags) {
    for (const std::uint64_t tag : tags) {
      in_index += disk.is_durable("/data/m/" + std::to_string(tag) + ".eml") ? 1 : 0;
    }
  };
  for (std::uint64_t tag = 0; tag < 40; ++tag)
    rig.submit(tag, "m");
  int done = 0;
  rig.commit->drain([&](CommitResult&& result) {
    CHECK(result.code == 0);
    CHECK(result.text.empty());
    const std::string path = "/data/m/" + std::to_string(result.tag) + ".eml";
    CHECK(disk.is_durable(path));
    CHECK(disk.read_file(path) == CommitRig::text_of(result.tag));
    ++done;
  });
  CHECK(done == 40);
  CHECK(in_index == 40);
  rig.commit.reset();  // the last call of the waker may come after the results were taken
  CHECK(rig.wakes > 0);
}

TEST_CASE("group commit: a group costs one sync per file and one per folder") {
  FakeFileSystem disk;
  CommitRig rig(disk);
  Gate gate;
  rig.submit(0, "first", [&] { gate.pass(); });
  gate.wait_until_reached();
  for (std::uint64_t tag = 1; tag <= 60; ++tag) {
    rig.submit(tag, tag % 3 == 0 ? "a" : tag % 3 == 1 ? "b" : "c");
  }
  disk.clear_journal();
  gate.open();
  CHECK(rig.drain().size() == 61);
  REQUIRE(rig.groups.size() == 2);
  CHECK(rig.groups[1].size() == 60);
  CHECK(count_of(disk, Op::kSync) == 60);
  CHECK(count_of(disk, Op::kStartSync) == 60);
  CHECK(count_of(disk, Op::kRename) == 61);
  CHECK(count_of(disk, Op::kSyncFolder) == 1 + 3);
  // All of the group is on its way before the first wait; all is synced before the first rename.
  const auto lines = disk.lines();
  const auto first = [&](const std::string& start, std::size_t from) {
    while (from < lines.size() && lines[from].rfind(start, 0) != 0)
      ++from;
    return from;
  };
  const auto last = [&](const std::string& start) {
    std::size_t at = lines.size();
    while (at > 0 && lines[at - 1].rfind(start, 0) != 0)
      --at;
    return at - 1;
  };
  CHECK(last("start sync ") < first("sync /data/tmp/", 0));
  CHECK(last("sync /data/tmp/") < first("rename ", first("start sync ", 0)));
  CHECK(last("rename ") < first("sync folder /data/a", 0));
}

TEST_CASE("group commit: a group takes what is queued, in order, and at most max_group") {
  FakeFileSystem disk;
  CommitRig rig(disk, 4);
  Gate gate;
  rig.submit(0, "m", [&] { gate.pass(); });
  gate.wait_until_reached();
  for (std::uint64_t tag = 1; tag <= 6; ++tag)
    rig.submit(tag, "m");
  gate.open();
  rig.drain();
  const std::vector<std::vector<std::uint64_t>> expected = {{0}, {1, 2, 3, 4}, {5, 6}};
  CHECK(rig.groups == expected);
}

TEST_CASE("group commit: submit waits when twice max_group are unfinished") {
  FakeFileSystem disk;
  CommitRig rig(disk, 2);
  std::atomic<int> submitted{0};
  std::atomic<int> most{0};
  int renamed = 0;
  constexpr int kItems = 3000;
  for (int i = 0; i < kItems; ++i) {
    rig.submit(static_cast<std::uint64_t>(i), "m", [&] {
      // What was given away and is not renamed yet; submit counts only after it has returned.
      most = std::max(most.load(), submitted - renamed);
      ++renamed;
    });
    ++submitted;
  }
  CHECK(rig.drain().size() == kItems);
  CHECK(most <= 4);
}

TEST_CASE("group commit: results that nobody takes never block submit") {
  FakeFileSystem disk;
  CommitRig rig(disk, 1);
  for (std::uint64_t tag = 0; tag < 50; ++tag)
    rig.submit(tag, "m");
  CHECK(rig.commit->pending() == 50);
  CHECK(rig.drain().size() == 50);
  CHECK(rig.commit->pending() == 0);
  CHECK(rig.commit->run_completions([](CommitResult&&) {}) == 0);
}

TEST_CASE("group commit: pending counts until a result is handed out") {
  FakeFileSystem disk;
  CommitRig rig(disk);
  Gate gate;
  rig.submit(0, "m", [&] { gate.pass(); });
  gate.wait_until_reached();
  rig.submit(1, "m");
  CHECK(rig.commit->pending() == 2);
  CHECK(rig.commit->run_completions([](CommitResult&&) {}) == 0);
  gate.open();
  std::size_t at_first = 99;
  rig.commit->drain([&](CommitResult&& result) {
    if (result.tag == 0) at_first = rig.commit->pending();
  });
  CHECK(at_first == 1);
  CHECK(rig.commit->pending() == 0);
}

TEST_CASE("group commit: a completion may submit more, and one that throws loses no result") {
  FakeFileSystem disk;
  CommitRig rig(disk);
  for (std::uint64_t tag = 0; tag < 5; ++tag)
    rig.submit(tag, "m");
  std::vector<std::uint64_t> seen;
  bool thrown = false;
  const auto done = [&](CommitResult&& result) {
    seen.push_back(result.tag);
    if (result.tag == 1) rig.submit(100, "m");
    if (result.tag == 2) throw std::runtime_error("a handler's");
  };
  for (int round = 0; round < 2; ++round) {
    try {
      rig.commit->drain(done);
    } catch (const std::runtime_error&) {
      thrown = true;
    }
  }
  CHECK(thrown);
  std::sort(seen.begin(), seen.end());
  CHECK(seen == std::vector<std::uint64_t>{0, 1, 2, 3, 4, 100});
}

TEST_CASE("group commit: its end finishes what was submitted") {
  FakeFileSystem disk;
  {
    CommitRig rig(disk, 8);
    for (std::uint64_t tag = 0; tag < 100; ++tag)
      rig.submit(tag, "m");
  }
  for (int tag = 0; tag < 100; ++tag) {
    CHECK(disk.is_durable("/data/m/" + std::to_string(tag) + ".eml"));
  }
  CHECK(count_of(disk, Op::kClose) == 100);
}

TEST_CASE("group commit: what a hook holds is gone before its result is handed out") {
  FakeFileSystem disk;
  CommitRig rig(disk);
  auto held = std::make_shared<int>(1);
  rig.submit(1, "m", [held] {});
  rig.commit->drain([&](CommitResult&&) { CHECK(held.use_count() == 1); });
}

TEST_CASE("group commit: an index that fails, or a waker that does, fails no file") {
  FakeFileSystem disk;
  CommitRig rig(disk);
  rig.after_group = [](const std::vector<std::uint64_t>&) { throw std::runtime_error("index"); };
  rig.submit(1, "m");
  CHECK(rig.drain().at(1).code == 0);

  coffer::fs::GroupCommit::Options options;
  options.wake = [] { throw 1; };
  coffer::fs::GroupCommit other(options);
  other.submit(rig.item(2, "m"));
  int code = -1;
  other.drain([&](CommitResult&& result) { code = result.code; });
  CHECK(code == 0);
}

TEST_CASE("group commit: a sole thread does it all") {
  FakeFileSystem disk;
  CommitRig rig(disk, 16, 0);
  for (std::uint64_t tag = 0; tag < 50; ++tag)
    rig.submit(tag, tag % 2 == 0 ? "a" : "b");
  for (const auto& [tag, result] : rig.drain())
    CHECK(result.code == 0);
}

}  // namespace
