#include "store/index_db.h"

#include <sqlite3.h>

#include <algorithm>
#include <limits>

#include "store/eml_file.h"

namespace coffer::store {
namespace {

constexpr std::int64_t kVersion = 1;

// `key` is the beginning of the id's SHA-1: an index over it has a tenth of the size of one over
// the ids, and a file's name alone finds its row. Two ids may share a key, so id is compared too.
constexpr const char* kTables =
    "CREATE TABLE messages(row INTEGER PRIMARY KEY, key INTEGER NOT NULL, id BLOB NOT NULL,"
    " modified TEXT NOT NULL, place TEXT NOT NULL, size INTEGER NOT NULL, run INTEGER NOT NULL);"
    "CREATE INDEX messages_key ON messages(key);"
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;";

// As sqlite_schema gives it, in the order of the names.
constexpr const char* kSchema =
    "CREATE TABLE messages(row INTEGER PRIMARY KEY, key INTEGER NOT NULL, id BLOB NOT NULL,"
    " modified TEXT NOT NULL, place TEXT NOT NULL, size INTEGER NOT NULL, run INTEGER NOT NULL)\n"
    "CREATE INDEX messages_key ON messages(key)\n"
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID\n";

constexpr std::size_t kKeyDigits = 16;

IndexRow row_of(const Statement& found) {
  IndexRow row;
  row.row = found.integer(0);
  row.id = found.octets(1);
  row.modified = found.octets(2);
  row.place = found.octets(3);
  row.size = static_cast<std::uint64_t>(std::max<std::int64_t>(found.integer(4), 0));
  row.run = found.integer(5);
  return row;
}

}  // namespace

std::int64_t key_of_name(std::string_view name) noexcept {
  std::uint64_t key = 0;
  for (const char c : name.substr(0, kKeyDigits)) {
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    key = (key << 4U) | static_cast<std::uint64_t>(digit & 0x0F);
  }
  return static_cast<std::int64_t>(key);
}

std::int64_t key_of(const IndexRow& row) {
  return key_of_name(row.name.empty() ? eml_name(row.id) : row.name);
}

IndexDb::IndexDb(const std::string& path, const std::string& vfs, Kind kind)
    : database_(path, vfs), lasting_(kind == Kind::kLasting) {
  prepare();
}

IndexDb::IndexDb() {
  prepare();
}

// EXCLUSIVE: the folder has one holder, so a read needs no system call for locks and the WAL needs
// no shared memory (it works on any VFS and on network disks).
// WAL with NORMAL: a group's rows are one append without a flush of their own; a power loss may
// drop the last rows, in order, and never damages the file (sqlite.org/pragma.html, synchronous).
// Their files then are found by their names.
// 8 MB of pages: a listing comes in about the order of the rows, and a first run does not search
// (KeyFilter), so that more would grow with the mailbox and save little.
void IndexDb::prepare() {
  database_.exec("PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8192;");
  if (lasting_) {
    database_.exec(
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;"
        "PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=16777216;");
  } else {
    database_.exec(
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY;"
        "PRAGMA synchronous=OFF;");
  }
  Statement tables(database_.get(), "SELECT count(*) FROM sqlite_schema");
  const bool fresh = tables.step() && tables.integer(0) == 0;
  tables.reset();
  if (fresh) {
    make_tables();
  } else {
    check();
  }

  sqlite3* const db = database_.get();
  constexpr const char* kByKey =
      "SELECT row, id, modified, place, size, run FROM messages WHERE key = ?1";
  find_ = Statement(db, kByKey);
  find_key_ = Statement(db, kByKey);
  update_ = Statement(
      db, "UPDATE messages SET modified = ?2, place = ?3, size = ?4, run = ?5 WHERE row = ?1");
  insert_ = Statement(db, "INSERT INTO messages VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  erase_ = Statement(db, "DELETE FROM messages WHERE row = ?1");
  after_ = Statement(db,
                     "SELECT row, id, modified, place, size, run FROM messages WHERE row > ?1"
                     " ORDER BY row LIMIT ?2");
  meta_ = Statement(db, "SELECT value FROM meta WHERE name = ?1");
  set_meta_ = Statement(db, "INSERT OR REPLACE INTO meta VALUES(?1, ?2)");
  begin_ = Statement(db, "BEGIN IMMEDIATE");
  commit_ = Statement(db, "COMMIT");
  roll_back_ = Statement(db, "ROLLBACK");

  Statement last(db, "SELECT max(row) FROM messages");
  if (last.step()) last_row_ = std::max<std::int64_t>(last.integer(0), 0);
}

void IndexDb::make_tables() {
  database_.exec("BEGIN");
  database_.exec(kTables);
  Statement version(database_.get(), "INSERT INTO meta VALUES('version', ?1)");
  version.bind(1, kVersion).run();
  database_.exec("COMMIT");
}

// Reads the whole file once: cheap beside a listing of as many messages, and what it finds damaged
// is rebuilt before a run relies on it.
void IndexDb::check() {
  std::string schema;
  Statement tables(database_.get(),
                   "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
  while (tables.step())
    schema.append(tables.octets(0)).append("\n");
  if (schema != kSchema) throw DbError(SQLITE_SCHEMA, "its tables are not ours");

  Statement version(database_.get(), "SELECT value FROM meta WHERE name = 'version'");
  if (!version.step() || version.integer(0) != kVersion) {
    throw DbError(SQLITE_SCHEMA, "it has another version");
  }
  version.reset();
  Statement quick(database_.get(), "PRAGMA quick_check(1)");
  if (!quick.step() || quick.octets(0) != "ok") {
    throw DbError(SQLITE_CORRUPT, "its check failed");
  }
  // Row numbers are dense enough for a bitmap; a damaged one would make that bitmap huge.
  constexpr std::int64_t kSlack = 10'000'000;
  constexpr std::int64_t kGaps = 16;
  Statement rows(database_.get(), "SELECT count(*), max(row), min(row) FROM messages");
  if (rows.step() && (rows.integer(1) > rows.integer(0) * kGaps + kSlack || rows.integer(2) < 0)) {
    throw DbError(SQLITE_CORRUPT, "its row numbers are out of range");
  }
}

std::optional<IndexRow> IndexDb::find(std::string_view id, std::int64_t key) {
  const ResetLater reset(find_);
  find_.bind(1, key);
  while (find_.step()) {
    if (find_.octets(1) == id) return row_of(find_);
  }
  return std::nullopt;
}

std::optional<IndexRow> IndexDb::find_name(std::string_view name) {
  const ResetLater reset(find_key_);
  find_key_.bind(1, key_of_name(name));
  while (find_key_.step()) {
    if (eml_name(find_key_.octets(1)) == name) return row_of(find_key_);
  }
  return std::nullopt;
}

void IndexDb::put(const IndexRow& row) {
  const std::optional<IndexRow> old = find(row.id, key_of(row));
  if (!old) {
    insert(row);
    return;
  }
  update_.bind(1, old->row).bind_text(2, row.modified).bind_text(3, row.place);
  update_.bind(4, static_cast<std::int64_t>(row.size)).bind(5, row.run).run();
}

void IndexDb::insert(const IndexRow& row) {
  insert_.bind(1, last_row_ + 1).bind(2, key_of(row)).bind_blob(3, row.id);
  insert_.bind_text(4, row.modified).bind_text(5, row.place);
  insert_.bind(6, static_cast<std::int64_t>(row.size)).bind(7, row.run).run();
  ++last_row_;
}

void IndexDb::erase(std::int64_t row) {
  erase_.bind(1, row).run();
}

std::vector<IndexRow> IndexDb::after(std::int64_t row, std::size_t limit) {
  std::vector<IndexRow> rows;
  const ResetLater reset(after_);
  constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<int>::max());
  after_.bind(1, row).bind(2, static_cast<std::int64_t>(std::min(limit, kMost)));
  while (after_.step())
    rows.push_back(row_of(after_));
  return rows;
}

void IndexDb::skip_rows(std::int64_t last) noexcept {
  last_row_ = std::max(last_row_, last);
}

std::int64_t IndexDb::last_run() {
  Statement last(database_.get(), "SELECT max(run) FROM messages");
  return last.step() ? std::max<std::int64_t>(last.integer(0), 0) : 0;
}

void IndexDb::roll_back() noexcept {
  try {
    roll_back_.run();
  } catch (const DbError&) {
    // SQLite had rolled back by itself (full disk, I/O error).
  }
}

std::int64_t IndexDb::meta(std::string_view name, std::int64_t otherwise) {
  const ResetLater reset(meta_);
  meta_.bind_text(1, name);
  return meta_.step() ? meta_.integer(0) : otherwise;
}

void IndexDb::set_meta(std::string_view name, std::int64_t value) {
  set_meta_.bind_text(1, name).bind(2, value).run();
}

void IndexDb::flush() {
  if (lasting_) database_.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace coffer::store
