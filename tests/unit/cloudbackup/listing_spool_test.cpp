#include <doctest/doctest.h>

#include <cerrno>
#include <memory>
#include <string>

#include "../store/store_fixture.h"
#include "cloudbackup/listing_spool.h"
#include "core/error.h"
#include "fakes/fake_file_system.h"

using namespace coffer;
using namespace coffer::cloudbackup;
using namespace coffer::store::test;
using coffer::test::FakeFileSystem;
using coffer::test::Op;

namespace {

graph::Message message(const std::string& id) {
  graph::Message out;
  out.id = id;
  out.subject = "subject of " + id;
  return out;
}

std::unique_ptr<ListingSpool> spool_on(FakeFileSystem& disk) {
  disk.make_folder("/tmp");
  return ListingSpool::create("/tmp/spool.db", disk.sqlite_vfs());
}

}  // namespace

TEST_CASE("spool: every field, in the order of the listing, and the end") {
  FakeFileSystem disk;
  const auto spool = spool_on(disk);
  graph::Message full = message("id");
  full.subject = std::string("nul\0 and \xFF", 10);
  full.from = "F <f@x>";
  full.sent_to = "T <t@x>, U <u@x>";
  full.cc = "c";
  full.bcc = "b";
  full.received = "r";
  full.sent = "s";
  full.created = "2023-07-03T08:00:00Z";
  full.modified = "m";
  full.internet_message_id = "<1@x>";
  full.has_attachments = true;
  full.problem = "p";
  CHECK(spool->add(full));
  CHECK(spool->add(message("other")));
  CHECK(spool->count() == 2);
  graph::Message out;
  out.bcc = "left over";
  REQUIRE(spool->next(out));
  CHECK(out.id == full.id);
  CHECK(out.subject == full.subject);
  CHECK(out.from == full.from);
  CHECK(out.sent_to == full.sent_to);
  CHECK(out.cc == full.cc);
  CHECK(out.bcc == full.bcc);
  CHECK(out.received == full.received);
  CHECK(out.sent == full.sent);
  CHECK(out.created == full.created);
  CHECK(out.modified == full.modified);
  CHECK(out.internet_message_id == full.internet_message_id);
  CHECK(out.has_attachments);
  CHECK(out.problem == full.problem);
  REQUIRE(spool->next(out));
  CHECK(out.id == "other");
  CHECK(out.bcc.empty());
  CHECK_FALSE(out.has_attachments);
  CHECK_FALSE(spool->next(out));
  CHECK_FALSE(spool->next(out));
}

TEST_CASE("spool: the same id twice counts once; ids are octets") {
  FakeFileSystem disk;
  const auto spool = spool_on(disk);
  CHECK(spool->add(message("id")));
  CHECK_FALSE(spool->add(message("id")));
  CHECK(spool->add(message("ID")));
  CHECK(spool->add(message("")));
  CHECK_FALSE(spool->add(message("")));
  CHECK(spool->add(message(std::string("id\0x", 4))));
  CHECK(spool->count() == 4);
}

TEST_CASE("spool: among many ids each counts once, and none for another") {
  constexpr int kMany = 60'000;
  FakeFileSystem disk;
  const auto spool = spool_on(disk);
  int added = 0;
  for (int i = 0; i < kMany; ++i)
    added += spool->add(message(std::to_string(i))) ? 1 : 0;
  CHECK(added == kMany);
  for (int i = 0; i < kMany; i += 7)
    added += spool->add(message(std::to_string(i))) ? 1 : 0;
  CHECK(added == kMany);
  graph::Message out;
  for (int i = 0; i < kMany; ++i) {
    if (!spool->next(out) || out.id != std::to_string(i)) FAIL("the item ", i, " is not there");
  }
  CHECK_FALSE(spool->next(out));
}

TEST_CASE("spool: items that come while it is read come too, in their order") {
  FakeFileSystem disk;
  const auto spool = spool_on(disk);
  graph::Message out;
  CHECK_FALSE(spool->next(out));
  int written = 0;
  int read = 0;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 5; ++i)
      CHECK(spool->add(message(std::to_string(written++))));
    for (int i = 0; i < 3; ++i) {
      REQUIRE(spool->next(out));
      CHECK(out.id == std::to_string(read++));
    }
  }
  while (spool->next(out))
    CHECK(out.id == std::to_string(read++));
  CHECK(read == written);
}

TEST_CASE("spool: its file goes with it, and a full disk is an error of the documented kind") {
  FakeFileSystem disk;
  auto spool = spool_on(disk);
  CHECK(spool->add(message("x")));
  CHECK(disk.kind("/tmp/spool.db") == fs::Kind::kFile);
  spool.reset();
  CHECK(disk.kind("/tmp/spool.db") == fs::Kind::kNone);

  spool = spool_on(disk);
  disk.set_room(100000);
  const store::CommitOutcome outcome = failure_of([&] {
    graph::Message large = message("");
    large.subject.assign(5000, 's');
    for (int i = 0; i < 10000; ++i) {
      large.id = std::to_string(i);
      spool->add(large);
    }
  });
  CHECK(outcome.code == 711);
  CHECK(contains(outcome.text, "free space"));
  CHECK(failure_of([&] { ListingSpool::create("/no/such/folder/x.db", disk.sqlite_vfs()); }).code ==
        711);
}
