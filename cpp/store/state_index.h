// What the backup holds, as the store asks for it: the index, its lock and its policy. A cache: a
// damaged one is rebuilt from the headers, also in the middle of a run; a failure to write it is no
// failure of the files.
//
// When it is trusted: it notes the session (run_record.h) that it took part in (`seen`) and the
// session at whose end it was complete (`clean`). Clean in the last session: nothing to do. Seen
// but not clean (killed): files that it does not know are looked for by name. Neither (a copy of an
// older index, a run without it): rebuilt.
//
// Threads: any; it has a mutex. The engine looks up while the commit thread writes rows.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/log.h"
#include "fs/file_system.h"
#include "store/eml_file.h"
#include "store/index_db.h"
#include "store/key_filter.h"
#include "store/moved_journal.h"
#include "store/places.h"

namespace coffer::store {

class StateIndex {
 public:
  struct Parts {
    fs::FileSystem& file_system;
    Places& places;
    std::shared_ptr<fs::Directory> meta;
    std::shared_ptr<fs::Directory> tmp;
    MovedJournal& journal;
    core::Log* log = nullptr;
    bool lasting = true;  // UseIndex
  };
  // `whole`: rebuild in any case, so that all headers are read.
  StateIndex(Parts parts, std::int64_t session, bool whole);
  StateIndex(const StateIndex&) = delete;
  StateIndex& operator=(const StateIndex&) = delete;
  ~StateIndex();

  std::optional<IndexRow> find(std::string_view id, std::string_view name);
  std::vector<IndexRow> after(std::int64_t row, std::size_t limit);
  std::int64_t last_row();
  std::int64_t last_run();
  // One transaction. A failure is logged once and is nobody else's.
  void put(const std::vector<const IndexRow*>& rows);
  void erase(std::int64_t row);

  void begin_session(std::int64_t session);
  void end_session(std::int64_t session);

  // Whose files the headers read at open were; a few different ones at most.
  const std::vector<BackupHeader>& owners() const noexcept { return owners_; }

 private:
  enum class Trust { kClean, kUnknownFiles, kNothing };

  void open(std::int64_t session, bool whole);
  Trust trust(std::int64_t session);
  void make_lasting();
  void make_temporary();
  void remove_lasting();
  void scan();
  void check_way();
  void write_failed(const DbError& error);
  void replace(const DbError& error);
  bool surely_absent(std::int64_t key) const noexcept;
  template <typename Read>
  auto reading(const Read& read);
  template <typename Write>
  void writing(const Write& write);

  Parts parts_;
  std::string lasting_path_;
  std::string temporary_path_;
  std::mutex mutex_;
  std::unique_ptr<IndexDb> db_;
  bool lasting_ = false;                 // db_ is index.db
  bool complete_ = true;                 // no row of this session was lost
  std::unique_ptr<KeyFilter> filter_;    // where db_ was empty
  std::atomic<bool> filtering_ = false;  // filter_ knows all that db_ holds
  std::vector<BackupHeader> owners_;
};

}  // namespace coffer::store
