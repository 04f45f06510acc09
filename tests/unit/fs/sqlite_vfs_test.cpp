// SQLite on the disk of the tests: transactions survive power losses exactly if it syncs.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <cerrno>
#include <memory>
#include <string>

#include "fakes/fake_file_system.h"

namespace {

using coffer::test::Data;
using coffer::test::FakeFileSystem;
using coffer::test::Names;
using coffer::test::Op;

struct Close {
  void operator()(sqlite3* connection) const noexcept { sqlite3_close(connection); }
};
using Connection = std::unique_ptr<sqlite3, Close>;

Connection open(FakeFileSystem& disk) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2("/d/x.db", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                                   disk.sqlite_vfs().c_str());
  Connection connection(raw);
  return code == SQLITE_OK ? std::move(connection) : nullptr;
}

int run(const Connection& connection, const std::string& sql) {
  return sqlite3_exec(connection.get(), sql.c_str(), nullptr, nullptr, nullptr);
}

// The first column of the first row; "error N" when it fails.
std::string value(const Connection& connection, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(connection.get(), sql.c_str(), -1, &raw, nullptr);
  std::string out;
  if (code == SQLITE_OK) {
    code = sqlite3_step(raw);
    if (code == SQLITE_ROW) {
      const auto* text = sqlite3_column_text(raw, 0);
      out = text == nullptr ? "" : reinterpret_cast<const char*>(text);
    }
  }
  sqlite3_finalize(raw);
  return code == SQLITE_ROW ? out : "error " + std::to_string(code);
}

const char* const kModes[] = {"DELETE", "TRUNCATE", "WAL", "PERSIST"};

TEST_CASE("sqlite vfs: a database works in every journal mode and lives on the fake disk") {
  for (const std::string mode : kModes) {
    CAPTURE(mode);
    FakeFileSystem disk;
    disk.make_folder("/d");
    {
      const Connection one = open(disk);
      REQUIRE(one);
      CHECK(value(one, "PRAGMA journal_mode=" + mode) == (mode == "WAL"        ? "wal"
                                                          : mode == "DELETE"   ? "delete"
                                                          : mode == "TRUNCATE" ? "truncate"
                                                                               : "persist"));
      CHECK(run(one, "CREATE TABLE t(a); INSERT INTO t VALUES(1),(2)") == SQLITE_OK);
      const Connection two = open(disk);
      CHECK(value(two, "SELECT sum(a) FROM t") == "3");
      CHECK(run(two, "BEGIN IMMEDIATE; INSERT INTO t VALUES(3)") == SQLITE_OK);
      CHECK(run(one, "INSERT INTO t VALUES(4)") == SQLITE_BUSY);
      CHECK(value(one, "SELECT sum(a) FROM t") == "3");
      CHECK(run(two, "COMMIT") == SQLITE_OK);
      CHECK(value(one, "SELECT sum(a) FROM t") == "6");
      CHECK(run(one, "INSERT INTO t VALUES(4)") == SQLITE_OK);
      CHECK(value(two, "PRAGMA integrity_check") == "ok");
    }
    CHECK(disk.read_file("/d/x.db").substr(0, 15) == "SQLite format 3");
    CHECK(value(open(disk), "SELECT sum(a) FROM t") == "10");
  }
}

TEST_CASE("sqlite vfs: a WAL database in exclusive mode needs no shared memory") {
  FakeFileSystem disk;
  disk.make_folder("/d");
  const Connection one = open(disk);
  CHECK(value(one, "PRAGMA locking_mode=EXCLUSIVE") == "exclusive");
  CHECK(value(one, "PRAGMA journal_mode=WAL") == "wal");
  CHECK(run(one, "CREATE TABLE t(a); INSERT INTO t VALUES(1)") == SQLITE_OK);
  CHECK(value(open(disk), "SELECT a FROM t") == "error 5");
}

struct Sweep {
  int losses = 0;
  int damaged = 0;
  int missing = 0;
};

// Commits eight transactions with the power cut at every operation in turn.
Sweep sweep(const std::string& mode, const std::string& synchronous) {
  Sweep out;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    bool finished = false;
    for (std::uint64_t n = 0; !finished; ++n) {
      FakeFileSystem disk(seed * 7919 + n);
      disk.make_folder("/d");
      disk.cut_power_at(n);
      int committed = 0;
      if (const Connection one = open(disk)) {
        value(one, "PRAGMA journal_mode=" + mode);
        run(one, "PRAGMA synchronous=" + synchronous);
        run(one, "PRAGMA wal_autocheckpoint=3");
        if (run(one, "CREATE TABLE t(a INTEGER PRIMARY KEY, b)") == SQLITE_OK) {
          while (committed < 8 &&
                 run(one, "INSERT INTO t(b) VALUES(hex(zeroblob(1500)))") == SQLITE_OK) {
            ++committed;
          }
        }
      }
      finished = !disk.power_is_off();
      disk.power_loss();
      ++out.losses;
      const Connection again = open(disk);
      REQUIRE(again);
      const std::string verdict = value(again, "PRAGMA integrity_check");
      if (verdict != "ok") {
        ++out.damaged;
      } else if (committed > 0) {
        const std::string rows = value(again, "SELECT count(*) FROM t");
        if (rows.rfind("error", 0) == 0 || std::stoi(rows) < committed) ++out.missing;
      }
    }
  }
  return out;
}

TEST_CASE("sqlite vfs: with synchronous=FULL every commit survives a power loss at any point") {
  for (const std::string mode : kModes) {
    CAPTURE(mode);
    const Sweep result = sweep(mode, mode == "DELETE" ? "EXTRA" : "FULL");
    CHECK(result.losses > 200);
    CHECK(result.damaged == 0);
    CHECK(result.missing == 0);
  }
}

TEST_CASE("sqlite vfs: WAL with synchronous=NORMAL may lose commits but is never damaged") {
  const Sweep result = sweep("WAL", "NORMAL");
  CHECK(result.damaged == 0);
  CHECK(result.missing > 0);
}

TEST_CASE("sqlite vfs: without syncs databases are damaged, so the disk is harsh enough to tell") {
  const Sweep result = sweep("DELETE", "OFF");
  CHECK(result.damaged + result.missing > 10);
}

TEST_CASE("sqlite vfs: faults of the disk are SQLite's errors") {
  FakeFileSystem disk;
  disk.make_folder("/d");
  const Connection one = open(disk);
  CHECK(run(one, "CREATE TABLE t(a)") == SQLITE_OK);
  disk.fail(Op::kSync, EIO, "x.db");
  CHECK(run(one, "INSERT INTO t VALUES(1)") == SQLITE_IOERR);
  disk.set_room(100);
  CHECK(run(one, "INSERT INTO t VALUES(hex(zeroblob(5000)))") == SQLITE_FULL);
  disk.set_room(1000000);
  CHECK(run(one, "INSERT INTO t VALUES(3)") == SQLITE_OK);
  CHECK(value(one, "PRAGMA integrity_check") == "ok");
  disk.deny("/d/x.db");
  CHECK(open(disk) == nullptr);
}

}  // namespace
