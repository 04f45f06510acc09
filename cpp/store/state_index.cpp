#include "store/state_index.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "store/header_scan.h"

namespace coffer::store {
namespace {

constexpr const char* kName = "index.db";
constexpr const char* kTemporaryName = "state.db";
constexpr const char* kClean = "clean";
constexpr const char* kSeen = "seen";
constexpr std::int32_t kFileFailed = 711;

}  // namespace

StateIndex::StateIndex(Parts parts, std::int64_t session, bool whole) : parts_(std::move(parts)) {
  // Real paths: SQLite opens them by name and refuses links in them.
  const std::string meta = parts_.file_system.real_path(parts_.places.folder()) + "/.meta/";
  lasting_path_ = meta + kName;
  temporary_path_ = meta + "tmp/" + kTemporaryName;
  if (parts_.lasting) {
    check_way();
    open(session, whole);
  } else {
    make_temporary();
    scan();
  }
  if (db_->last_row() > 0) return;
  filter_ = std::make_unique<KeyFilter>();
  filtering_ = true;
}

StateIndex::~StateIndex() {
  const bool temporary = db_ != nullptr && !lasting_;
  db_.reset();
  if (!temporary) return;
  try {
    parts_.tmp->remove(kTemporaryName);
  } catch (const fs::IoError&) {
    // It was in memory.
  }
}

void StateIndex::check_way() {
  for (const char* const suffix : {"", "-wal", "-shm", "-journal"}) {
    const fs::Kind kind = parts_.meta->status(std::string(kName) + suffix).kind;
    if (kind == fs::Kind::kNone || kind == fs::Kind::kFile) continue;
    throw core::Error(kFileFailed, parts_.meta->path() + "/" + kName + suffix +
                                       " is no regular file; remove what stands there");
  }
}

void StateIndex::open(std::int64_t session, bool whole) {
  Trust trusted = Trust::kNothing;
  try {
    if (parts_.meta->status(kName).kind == fs::Kind::kNone) {
      make_lasting();
    } else {
      db_ = std::make_unique<IndexDb>(lasting_path_, parts_.file_system.sqlite_vfs(),
                                      IndexDb::Kind::kLasting);
      lasting_ = true;
      trusted = whole ? Trust::kNothing : trust(session);
      if (trusted == Trust::kNothing && db_->last_row() > 0) make_lasting();
    }
    if (trusted != Trust::kClean) {
      scan();
      db_->set_meta(kSeen, session);
      db_->set_meta(kClean, session);
    }
  } catch (const DbError& error) {
    replace(error);
    writing([session](IndexDb& db) {
      db.set_meta(kSeen, session);
      db.set_meta(kClean, session);
    });
  }
}

StateIndex::Trust StateIndex::trust(std::int64_t session) {
  if (db_->meta(kClean, -1) == session) return Trust::kClean;
  return db_->meta(kSeen, -1) == session ? Trust::kUnknownFiles : Trust::kNothing;
}

// Also what SQLite keeps beside it: an old log must not be played into a new file.
void StateIndex::remove_lasting() {
  db_.reset();
  for (const char* const suffix : {"", "-wal", "-shm", "-journal"}) {
    const std::string name = std::string(kName) + suffix;
    if (parts_.meta->status(name).kind == fs::Kind::kFile) parts_.meta->remove(name);
  }
}

void StateIndex::make_lasting() {
  const std::int64_t last = db_ ? db_->last_row() : 0;
  try {
    remove_lasting();
    parts_.meta->create(kName).reset();  // with our mode; SQLite takes an empty file
  } catch (const fs::IoError& error) {
    throw DbError(SQLITE_CANTOPEN, error.what());
  }
  db_ = std::make_unique<IndexDb>(lasting_path_, parts_.file_system.sqlite_vfs(),
                                  IndexDb::Kind::kLasting);
  db_->skip_rows(last);
  lasting_ = true;
}

// Without UseIndex, or when index.db cannot be used: a file that dies with the run, or memory when
// the disk has no room for that either.
void StateIndex::make_temporary() {
  lasting_ = false;
  try {
    if (parts_.tmp->status(kTemporaryName).kind == fs::Kind::kFile) {
      parts_.tmp->remove(kTemporaryName);
    }
    parts_.tmp->create(kTemporaryName).reset();
    db_ = std::make_unique<IndexDb>(temporary_path_, parts_.file_system.sqlite_vfs(),
                                    IndexDb::Kind::kTemporary);
    return;
  } catch (const DbError&) {
  } catch (const fs::IoError&) {
  }
  db_ = std::make_unique<IndexDb>();
}

void StateIndex::scan() {
  HeaderScan scan(parts_.places, parts_.journal, *db_, parts_.log);
  scan.run();
  for (const BackupHeader& owner : scan.owners())
    owners_.push_back(owner);
  if (parts_.log != nullptr && scan.files_read() > 0) {
    parts_.log->info("The index was brought up to date from the headers of " +
                     std::to_string(scan.files_read()) + " files");
  }
}

// Row numbers go on behind the old ones: a caller's set of rows never takes one for another's.
void StateIndex::replace(const DbError& error) {
  filtering_ = false;
  if (parts_.log != nullptr) {
    parts_.log->info(std::string("The index ") + lasting_path_ + " cannot be used (" +
                     error.what() + "); it is rebuilt from the files");
  }
  const std::int64_t last = db_ ? db_->last_row() : 0;
  bool again = lasting_ || db_ == nullptr;
  again = again && error.damaged() && parts_.lasting;
  if (again) {
    try {
      make_lasting();
      db_->skip_rows(last);
      scan();
      return;
    } catch (const DbError&) {
    } catch (const fs::IoError&) {
    }
  }
  complete_ = complete_ && !parts_.lasting;
  db_.reset();
  make_temporary();
  db_->skip_rows(last);
  try {
    scan();
  } catch (const DbError&) {
    db_ = std::make_unique<IndexDb>();
    db_->skip_rows(last);
    scan();
  }
}

void StateIndex::write_failed(const DbError& error) {
  if (complete_ && parts_.log != nullptr) {
    parts_.log->info(std::string("The index cannot be written (") + error.what() +
                     "); the next start brings it up to date from the files");
  }
  complete_ = false;
}

template <typename Read>
auto StateIndex::reading(const Read& read) {
  const std::lock_guard<std::mutex> lock(mutex_);
  try {
    return read(*db_);
  } catch (const DbError& error) {
    replace(error);
  }
  return read(*db_);
}

template <typename Write>
void StateIndex::writing(const Write& write) {
  const std::lock_guard<std::mutex> lock(mutex_);
  try {
    try {
      write(*db_);
    } catch (const DbError& error) {
      if (!error.damaged()) throw;
      replace(error);
      write(*db_);
    }
  } catch (const DbError& error) {
    write_failed(error);
  }
}

bool StateIndex::surely_absent(std::int64_t key) const noexcept {
  return filtering_ && !filter_->may_hold(key);
}

std::optional<IndexRow> StateIndex::find(std::string_view id, std::string_view name) {
  const std::int64_t key = key_of_name(name);
  if (surely_absent(key)) return std::nullopt;  // without waiting for the commit thread's rows
  return reading([&](IndexDb& db) { return db.find(id, key); });
}

std::vector<IndexRow> StateIndex::after(std::int64_t row, std::size_t limit) {
  return reading([&](IndexDb& db) { return db.after(row, limit); });
}

std::int64_t StateIndex::last_row() {
  return reading([](IndexDb& db) { return db.last_row(); });
}

std::int64_t StateIndex::last_run() {
  return reading([](IndexDb& db) { return db.last_run(); });
}

void StateIndex::put(const std::vector<const IndexRow*>& rows) {
  if (rows.empty()) return;
  writing([this, &rows](IndexDb& db) {
    IndexTransaction transaction(db);
    for (const IndexRow* const row : rows) {
      const std::int64_t key = key_of(*row);
      if (!surely_absent(key)) {
        db.put(*row);
        continue;
      }
      filter_->add(key);
      db.insert(*row);
    }
    transaction.commit();
  });
}

void StateIndex::erase(std::int64_t row) {
  writing([row](IndexDb& db) { db.erase(row); });
}

void StateIndex::begin_session(std::int64_t session) {
  writing([session](IndexDb& db) {
    {
      IndexTransaction transaction(db);
      db.set_meta(kClean, -1);
      db.set_meta(kSeen, session);
      transaction.commit();
    }
    db.flush();
  });
}

void StateIndex::end_session(std::int64_t session) {
  if (!complete_ || !lasting_) return;
  writing([session](IndexDb& db) { db.set_meta(kClean, session); });
}

}  // namespace coffer::store
