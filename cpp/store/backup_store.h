// The backup on disk: month folders of .eml files, .meta/ beside them.
//
// Invariants (contract section 4): a file under its final name is complete and durable; the index
// (.meta/index.db) is a cache that names only durable files and is rebuilt from the X-NS-Backup
// headers; what is being written lives in .meta/tmp/; one holder at a time (flock on .meta/lock).
//
// Failures throw core::Error: 701 the folder, 702 locked, 711 a file, 712 nothing to resume,
// 716 another mailbox. Threads: belongs to the engine's thread, except open/bind, which run before
// it starts; commits are made durable by a thread inside.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/log.h"
#include "core/value.h"
#include "fs/file_system.h"

namespace coffer::store {

// What a DataFolder belongs to (.meta/backup.json).
struct Identity {
  std::string service;  // origin of GraphURL
  std::string id_kind;  // "immutable" or "mutable"
  std::string mailbox;
};

struct StoredMessage {
  std::int64_t row = 0;  // of the index; small dense numbers, good for a bitmap
  std::string id;
  std::string modified;  // lastModifiedDateTime as the service sent it
  std::string path;      // absolute
  std::int64_t run = 0;  // number of the run that saved it, 0 unknown
};

// A message being written to .meta/tmp/ (or beside a target on another file system).
class NewMessage {
 public:
  virtual ~NewMessage() = default;
  virtual void expect(std::uint64_t /*octets*/) {}             // of the message as sent; a hint
  virtual void write(const char* data, std::size_t size) = 0;  // the message as sent
  virtual std::uint64_t octets() const = 0;                    // of the message as sent
  virtual core::Bytes read_all() = 0;                          // the message as sent
  virtual std::size_t read(std::uint64_t offset, char* data, std::size_t size) = 0;
};

struct CommitOutcome {
  std::int32_t code = 0;  // 0 durable; else 711 or 701
  std::string text;
};
using Committed = std::function<void(const CommitOutcome&)>;

enum class RunEnd { kComplete, kAborted, kFailed };

struct StoreOptions {
  std::string data_folder;
  std::string working_folder;  // "" : .meta
  bool use_index = true;
  bool verify_writes = false;
  std::function<void()> wake;  // any thread: completions are ready
  core::Log* log = nullptr;
};

class BackupStore {
 public:
  // Makes the folder and .meta/, takes the lock, removes what a dead run left, opens or rebuilds
  // the index.
  static std::unique_ptr<BackupStore> open(fs::FileSystem& file_system, StoreOptions options);
  virtual ~BackupStore() = default;  // waits for commits under way, releases the lock last

  virtual std::string folder() const = 0;  // absolute, as the events print it
  // The recorded identity, if any; bind records it at the first run, later compares (716 before
  // anything is written or deleted).
  virtual std::optional<Identity> identity() const = 0;
  virtual void bind(const Identity& identity) = 0;

  // The record of runs (.meta/run.json, not a cache).
  virtual bool has_unfinished_run() const = 0;
  // Numbers the run; resume continues the unfinished one (712 when there is none).
  virtual std::int64_t begin_run(bool resume) = 0;
  virtual void end_run(RunEnd end) = 0;
  // Messages the unfinished run had finished with, without saving (skipped by a handler, offered
  // and unchanged): not offered again by a resume unless modified differs.
  virtual void mark_done(std::string_view id, std::string_view modified) = 0;
  // The marks made so far survive the end of the process from here on.
  virtual void keep_marks() = 0;
  virtual bool is_done(std::string_view id, std::string_view modified) = 0;

  // What the backup holds for an id. Looks whether the file is still there with the size recorded
  // (a file that a user removed is fetched again) but never reads it.
  virtual std::optional<StoredMessage> find(std::string_view id) = 0;
  // DataFolder/yyyy-MM/<sha1>.eml; created_month is "2023-07" or "undated".
  virtual std::string default_path(std::string_view id, std::string_view created_month) const = 0;

  // 711 (or 701 when the folder itself is gone or full).
  virtual std::unique_ptr<NewMessage> create(std::string_view id, std::string_view modified,
                                             const std::string& path) = 0;
  // Makes it durable under `path` and calls `done` from run_completions. A path other than the
  // default one is journalled. Replaces only a file that is ours and of this id.
  virtual void commit(std::unique_ptr<NewMessage> message, Committed done) = 0;
  virtual std::size_t commits_pending() const = 0;
  virtual std::size_t run_completions() = 0;
  virtual void drain() = 0;  // waits for all commits; their `done` run here

  // Sync phase: stored messages in row order after `after_row`, at most `limit`.
  virtual std::vector<StoredMessage> stored_after(std::int64_t after_row, std::size_t limit) = 0;
  virtual std::int64_t last_row() = 0;
  // The Message-ID field of the stored file; "" when it has none or cannot be read.
  virtual std::string message_id_of(const StoredMessage& message) = 0;
  // Deletes the file, only if it is a regular file whose first field is X-NS-Backup with this id;
  // else 711 and it stays. Row first, then file.
  virtual void remove(const StoredMessage& message) = 0;

  // The temporary folder, for the listing's spool.
  virtual std::string temporary_path(const std::string& name) const = 0;
};

}  // namespace coffer::store
