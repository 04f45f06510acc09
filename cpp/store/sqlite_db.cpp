#include "store/sqlite_db.h"

#include <sqlite3.h>

#include <utility>

namespace coffer::store {
namespace {

constexpr int kPrimaryCode = 0xFF;

[[noreturn]] void fail(sqlite3* database, int code) {
  const char* text = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  throw DbError(code & kPrimaryCode, text != nullptr ? text : "unknown SQLite failure");
}

sqlite3* opened(const char* path, int flags, const char* vfs) {
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path, &database, flags | SQLITE_OPEN_NOMUTEX, vfs);
  if (code != SQLITE_OK) {
    DbError error(code & kPrimaryCode, sqlite3_errstr(code));
    sqlite3_close(database);
    throw error;
  }
  return database;
}

}  // namespace

bool DbError::damaged() const noexcept {
  return code_ == SQLITE_CORRUPT || code_ == SQLITE_NOTADB || code_ == SQLITE_ERROR ||
         code_ == SQLITE_SCHEMA || code_ == SQLITE_MISMATCH || code_ == SQLITE_FORMAT;
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Statement::Statement(sqlite3* database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  statement_.reset(statement);
  if (code != SQLITE_OK) fail(database, code);
}

Statement& Statement::bind(int at, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), at, value);
  if (code != SQLITE_OK) fail(sqlite3_db_handle(statement_.get()), code);
  return *this;
}

Statement& Statement::bind_blob(int at, std::string_view octets) {
  const int code = sqlite3_bind_blob64(statement_.get(), at, octets.empty() ? "" : octets.data(),
                                       octets.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) fail(sqlite3_db_handle(statement_.get()), code);
  return *this;
}

Statement& Statement::bind_text(int at, std::string_view text) {
  const int code = sqlite3_bind_text64(statement_.get(), at, text.empty() ? "" : text.data(),
                                       text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) fail(sqlite3_db_handle(statement_.get()), code);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* const database = sqlite3_db_handle(statement_.get());
  DbError error(code & kPrimaryCode, sqlite3_errmsg(database));
  reset();
  throw error;
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::octets(int column) const {
  const void* const data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (data == nullptr || size <= 0) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

void Statement::reset() noexcept {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

void Database::Close::operator()(sqlite3* database) const noexcept {
  sqlite3_close(database);
}

// NOFOLLOW: nobody can put a link in the place of the database between a look and the open.
Database::Database(const std::string& path, const std::string& vfs, Missing missing)
    : database_(opened(path.c_str(),
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
                           (missing == Missing::kCreate ? SQLITE_OPEN_CREATE : 0),
                       vfs.empty() ? nullptr : vfs.c_str())) {}

Database::Database()
    : database_(opened(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr)) {}

void Database::exec(const char* sql) {
  const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(database_.get(), code);
}

void remove_database(const std::string& path, const std::string& vfs) noexcept {
  sqlite3_vfs* const found = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
  if (found != nullptr && found->xDelete != nullptr) found->xDelete(found, path.c_str(), 0);
}

}  // namespace coffer::store
