// One database of what the backup holds: .meta/index.db, or a temporary one built from the headers
// when UseIndex is False. A row never holds a default file's path: month and id give it, so that a
// damaged row cannot name somebody else's file.
//
// Threads: one at a time (StateIndex has the mutex).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite_db.h"

namespace coffer::store {

struct IndexRow {
  std::int64_t row = 0;
  std::string id;
  std::string modified;
  std::string place;  // "2023-07" for DataFolder/2023-07/<sha1>.eml, else an absolute path
  std::uint64_t size = 0;
  std::int64_t run = 0;
  std::string name = {};  // eml_name(id) where it is known already: put need not compute it
};

// The index's key of a message, from its eml_name.
std::int64_t key_of_name(std::string_view name) noexcept;
std::int64_t key_of(const IndexRow& row);

class IndexDb {
 public:
  enum class Kind { kLasting, kTemporary };
  // An empty file gets its tables; one that is not a sound index of this version is a DbError
  // whose damaged() is true.
  IndexDb(const std::string& path, const std::string& vfs, Kind kind);
  IndexDb();  // in memory

  // `key` is the id's own.
  std::optional<IndexRow> find(std::string_view id, std::int64_t key);
  // By "<sha1 of the id>.eml", as a folder's listing gives it.
  std::optional<IndexRow> find_name(std::string_view name);
  // Keeps the row number of an id that is known; `row` of a new one comes from next_row.
  void put(const IndexRow& row);
  // For an id that is surely not there: the search is saved.
  void insert(const IndexRow& row);
  void erase(std::int64_t row);
  std::vector<IndexRow> after(std::int64_t row, std::size_t limit);

  std::int64_t last_row() const noexcept { return last_row_; }
  // Rows that the next new messages get lie behind this one.
  void skip_rows(std::int64_t last) noexcept;
  std::int64_t last_run();

  void begin() { begin_.run(); }
  void commit() { commit_.run(); }
  void roll_back() noexcept;
  std::int64_t meta(std::string_view name, std::int64_t otherwise);
  void set_meta(std::string_view name, std::int64_t value);
  // What was committed is on the disk when it returns.
  void flush();

 private:
  void prepare();
  void make_tables();
  void check();

  Database database_;
  bool lasting_ = false;
  Statement find_, find_key_, update_, insert_, erase_, after_, meta_, set_meta_;
  Statement begin_, commit_, roll_back_;
  std::int64_t last_row_ = 0;
};

// A transaction that is undone unless committed.
class IndexTransaction {
 public:
  explicit IndexTransaction(IndexDb& index) : index_(index) { index_.begin(); }
  IndexTransaction(const IndexTransaction&) = delete;
  IndexTransaction& operator=(const IndexTransaction&) = delete;
  ~IndexTransaction() {
    if (!done_) index_.roll_back();
  }
  void commit() {
    index_.commit();
    done_ = true;
  }

 private:
  IndexDb& index_;
  bool done_ = false;
};

}  // namespace coffer::store
