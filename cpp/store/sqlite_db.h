// SQLite with ownership: a database and its prepared statements.
//
// Threads: a Database and its statements belong to one thread at a time; the connection has no
// mutex of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace coffer::store {

// The primary result code and SQLite's sentence.
class DbError : public std::runtime_error {
 public:
  DbError(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
  int code() const noexcept { return code_; }
  // The file is not a sound database; another try cannot mend that.
  bool damaged() const noexcept;

 private:
  int code_;
};

class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* database, const char* sql);

  Statement& bind(int at, std::int64_t value);
  // The octets must stay until the statement is reset.
  Statement& bind_blob(int at, std::string_view octets);
  Statement& bind_text(int at, std::string_view text);
  bool step();  // true: a row
  void run();   // to its end, then reset
  std::int64_t integer(int column) const;
  std::string_view octets(int column) const;  // until the next step or reset
  void reset() noexcept;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Resets when the scope is left, so that no read stays open after an exception.
class ResetLater {
 public:
  explicit ResetLater(Statement& statement) : statement_(statement) {}
  ResetLater(const ResetLater&) = delete;
  ResetLater& operator=(const ResetLater&) = delete;
  ~ResetLater() { statement_.reset(); }

 private:
  Statement& statement_;
};

class Database {
 public:
  // kRefuse: its creator made it (empty) with the mode it should have. `vfs` "" is the default.
  enum class Missing { kRefuse, kCreate };
  Database(const std::string& path, const std::string& vfs, Missing missing = Missing::kRefuse);
  // In memory.
  Database();
  void exec(const char* sql);
  sqlite3* get() const noexcept { return database_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };
  std::unique_ptr<sqlite3, Close> database_;
};

// Removes a database file through its VFS; absent is fine.
void remove_database(const std::string& path, const std::string& vfs) noexcept;

}  // namespace coffer::store
