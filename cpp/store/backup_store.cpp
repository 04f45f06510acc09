#include "store/backup_store.h"

#include <cerrno>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "fs/write_behind.h"
#include "store/buffer_pool.h"
#include "store/commit_line.h"
#include "store/eml_file.h"
#include "store/folder_lock.h"
#include "store/mailbox_binding.h"
#include "store/moved_journal.h"
#include "store/name_cache.h"
#include "store/our_files.h"
#include "store/pending_file.h"
#include "store/places.h"
#include "store/run_marks.h"
#include "store/run_record.h"
#include "store/state_index.h"
#include "store/temporaries.h"

namespace coffer::store {
namespace {

constexpr std::int32_t kFolder = 701;
constexpr std::int32_t kFileFailed = 711;
constexpr std::int32_t kNothingToResume = 712;
constexpr std::int32_t kInternal = 30005;
constexpr const char* kMeta = ".meta";
constexpr const char* kTmp = "tmp";
// Removals whose folders wait for their sync.
constexpr std::size_t kMostUnsyncedRemovals = 1000;
// Blocks of large messages that wait to be written: 4 MiB.
constexpr std::size_t kMostBlocksBehind = 16;
// Marks in memory; a run without handlers over an unchanged mailbox makes thousands at a time.
constexpr std::size_t kMostNewMarks = 512;

core::Error folder_error(const std::exception& error) {
  return {kFolder, std::string("DataFolder: ") + error.what()};
}

// What goes wrong while the store opens concerns the folder; but a link or FIFO in the way of one
// of its records is named as what it is. fs/io_error.h has the errors of the second kind.
core::Error error_at_open(const fs::IoError& error) {
  const int code = error.error();
  if (code == ELOOP || code == EISDIR || code == ENOTDIR || code == EINVAL) {
    return {kFileFailed, error.what()};
  }
  return folder_error(error);
}

std::shared_ptr<fs::Directory> open_root(fs::FileSystem& file_system, const std::string& folder) {
  try {
    return file_system.open_directory(folder, true);
  } catch (const fs::IoError& error) {
    throw folder_error(error);
  }
}

// A folder of ours below DataFolder. What stands in its way is named (711); what cannot be made is
// the DataFolder's failure (701).
std::shared_ptr<fs::Directory> open_own(fs::Directory& parent, const std::string& name) {
  try {
    const fs::Kind kind = parent.status(name).kind;
    if (kind != fs::Kind::kNone && kind != fs::Kind::kDirectory) {
      throw core::Error(kFileFailed, parent.path() + "/" + name +
                                         " is not a folder; remove what stands there, the backup "
                                         "keeps its records in a folder of that name");
    }
    return parent.open_directory(name, true);
  } catch (const fs::IoError& error) {
    throw folder_error(error);
  }
}

std::string absolute_folder(fs::FileSystem& file_system, const std::string& folder) {
  if (folder.empty()) throw core::Error(kFolder, "DataFolder is not set; name a folder");
  try {
    return file_system.absolute(folder);
  } catch (const fs::IoError& error) {
    throw folder_error(error);
  }
}

class Store final : public BackupStore {
 public:
  Store(fs::FileSystem& file_system, StoreOptions options)
      : options_(std::move(options)),
        folder_(absolute_folder(file_system, options_.data_folder)),
        places_(file_system, folder_, open_root(file_system, folder_)),
        meta_(open_own(places_.root(), kMeta)),
        lock_(file_system, meta_, folder_, options_.working_folder, options_.log),
        tmp_(open_own(*meta_, kTmp)),
        temporaries_(file_system, tmp_),
        journal_(*meta_),
        marks_(*meta_),
        real_tmp_(file_system.real_path(folder_) + "/" + kMeta + "/" + kTmp + "/") {
    temporaries_.clean(options_.log);
    identity_ = read_binding(*meta_);
    std::string problem;
    record_ = read_run_record(*meta_, problem);
    if (!problem.empty() && options_.log != nullptr) {
      options_.log->info(meta_->path() + "/run.json cannot be understood (" + problem +
                         "); there is no run to resume");
    }
    index_ =
        std::make_unique<StateIndex>(StateIndex::Parts{file_system, places_, meta_, tmp_, journal_,
                                                       options_.log, options_.use_index},
                                     record_.session, !identity_.has_value());
    line_ = std::make_unique<CommitLine>(CommitLine::Parts{
        places_, journal_, *index_, marks_, options_.log, options_.wake, options_.verify_writes});
  }

  ~Store() override {
    line_.reset();  // finishes what was submitted, while everything it needs is there
    sync_removals();
  }

  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  std::string folder() const override { return folder_; }
  std::optional<Identity> identity() const override { return identity_; }
  void bind(const Identity& identity) override;

  bool has_unfinished_run() const override { return unfinished(record_); }
  std::int64_t begin_run(bool resume) override;
  void end_run(RunEnd end) override;
  void mark_done(std::string_view id, std::string_view modified) override;
  void keep_marks() override;
  bool is_done(std::string_view id, std::string_view modified) override {
    return marks_.contains(RunMarks::Kind::kDone, id, modified);
  }

  std::optional<StoredMessage> find(std::string_view id) override;
  std::string default_path(std::string_view id, std::string_view created_month) const override {
    return places_.path_of(std::string(is_month_folder(created_month) ? created_month : "undated"),
                           names_.name_of(id));
  }

  std::unique_ptr<NewMessage> create(std::string_view id, std::string_view modified,
                                     const std::string& path) override;
  void commit(std::unique_ptr<NewMessage> message, Committed done) override;
  std::size_t commits_pending() const override { return line_->pending(); }
  std::size_t run_completions() override { return line_->run_completions(); }
  void drain() override { line_->drain(); }

  std::vector<StoredMessage> stored_after(std::int64_t after_row, std::size_t limit) override;
  std::int64_t last_row() override { return index_->last_row(); }
  std::string message_id_of(const StoredMessage& message) override;
  void remove(const StoredMessage& message) override;

  std::string temporary_path(const std::string& name) const override;

 private:
  // Runs a step that touches the disk; what fails there gets the documented code.
  template <typename Step>
  auto documented(const Step& step) const {
    try {
      return step();
    } catch (const fs::IoError& error) {
      throw places_.documented(error);
    } catch (const DbError& error) {
      throw core::Error(kFileFailed, std::string("the index: ") + error.what());
    }
  }
  StoredMessage stored(IndexRow&& row, const std::string& name) const;
  Target located(const std::string& path, const std::string& name) {
    return places_.locate(places_.place_of(path, name), name, false);
  }
  void sync_removals() noexcept;

  mutable NameCache names_;
  const StoreOptions options_;
  const std::string folder_;
  Places places_;
  std::shared_ptr<fs::Directory> meta_;
  FolderLock lock_;  // everything below goes before it
  std::shared_ptr<fs::Directory> tmp_;
  Temporaries temporaries_;
  MovedJournal journal_;
  RunMarks marks_;
  const std::string real_tmp_;
  std::optional<Identity> identity_;
  RunRecord record_;
  std::unique_ptr<StateIndex> index_;
  const std::shared_ptr<BufferPool> buffers_ = std::make_shared<BufferPool>();
  fs::WriteBehind behind_{{kMostBlocksBehind, [pool = buffers_](std::string&& block) {
                             pool->give(std::move(block));
                           }}};
  std::unique_ptr<CommitLine> line_;
  std::unordered_map<fs::Directory*, std::shared_ptr<fs::Directory>> removed_from_;
  std::size_t removals_ = 0;
  std::size_t new_marks_ = 0;
  bool marks_failed_ = false;
};

void Store::bind(const Identity& identity) {
  if (identity_) {
    require_same(*identity_, identity, folder_);
    return;
  }
  // No record, but files: their fields say whose they are.
  for (const BackupHeader& owner : index_->owners()) {
    if (belongs_to(owner, identity)) continue;
    require_same({identity.service, owner.id_kind.value_or(identity.id_kind),
                  owner.mailbox.value_or(identity.mailbox)},
                 identity, folder_);
  }
  documented([&] { write_binding(*meta_, identity); });
  identity_ = identity;
}

std::int64_t Store::begin_run(bool resume) {
  if (resume && !unfinished(record_)) {
    throw core::Error(kNothingToResume, folder_ +
                                            " has no run that was aborted or did not end; call "
                                            "StartBackup");
  }
  return documented([&] {
    RunRecord next = record_;
    if (next.run == 0) next.run = index_->last_run();
    if (!resume) ++next.run;
    ++next.session;
    next.state = RunState::kRunning;
    index_->begin_session(next.session);
    write_run_record(*meta_, next);
    record_ = next;
    marks_.begin(next.run, resume);
    line_->begin_run(next.run);
    return next.run;
  });
}

void Store::end_run(RunEnd end) {
  documented([&] {
    sync_removals();
    keep_marks();
    if (line_->pending() == 0) index_->end_session(record_.session);
    record_.state = end == RunEnd::kComplete  ? RunState::kComplete
                    : end == RunEnd::kAborted ? RunState::kAborted
                                              : RunState::kFailed;
    write_run_record(*meta_, record_);
  });
}

void Store::mark_done(std::string_view id, std::string_view modified) {
  marks_.add(RunMarks::Kind::kDone, id, modified);
  if (++new_marks_ >= kMostNewMarks) keep_marks();
}

void Store::keep_marks() {
  new_marks_ = 0;
  try {
    marks_.flush();
  } catch (const fs::IoError& error) {
    // It costs an offer after a resume, never a message.
    if (!marks_failed_ && options_.log != nullptr) {
      options_.log->info(std::string("A resume may offer messages again: ") + error.what());
    }
    marks_failed_ = true;
  }
}

StoredMessage Store::stored(IndexRow&& row, const std::string& name) const {
  StoredMessage message;
  message.row = row.row;
  message.path = places_.path_of(row.place, name);
  message.run = row.run;
  // After a rebuild of the index the rows do not know their run; the marks do.
  if (row.run != record_.run && marks_.contains(RunMarks::Kind::kSaved, row.id, row.modified)) {
    message.run = record_.run;
  }
  message.id = std::move(row.id);
  message.modified = std::move(row.modified);
  return message;
}

std::optional<StoredMessage> Store::find(std::string_view id) {
  return documented([&]() -> std::optional<StoredMessage> {
    const std::string name = names_.name_of(id);
    std::optional<IndexRow> row = index_->find(id, name);
    if (!row) return std::nullopt;
    const fs::Status status = places_.status(row->place, name);
    if (status.kind != fs::Kind::kFile || status.size != row->size) return std::nullopt;
    return stored(std::move(*row), name);
  });
}

std::unique_ptr<NewMessage> Store::create(std::string_view id, std::string_view modified,
                                          const std::string& path) {
  if (!identity_) throw core::Error(kInternal, "a message was created before the store was bound");
  return documented([&]() -> std::unique_ptr<NewMessage> {
    const std::string name = names_.name_of(id);
    PendingFile::Content content{
        std::string(id), name, std::string(modified), places_.place_of(path, name), {}};
    content.target = places_.locate(content.place, name, true);
    // Before the body is fetched for nothing; again right before the rename.
    if (!places_.made_here(content.place)) {
      require_replaceable(*content.target.folder, content.target.name, id);
    }
    TemporaryName temporary = temporaries_.name_for(content.target);
    return std::make_unique<PendingFile>(
        std::move(content), std::move(temporary),
        compose_header(id, modified, identity_->mailbox, identity_->id_kind),
        options_.verify_writes,
        PendingFile::Means{behind_, buffers_,
                           [this](const fs::IoError& error) { return places_.documented(error); }});
  });
}

void Store::commit(std::unique_ptr<NewMessage> message, Committed done) {
  std::unique_ptr<PendingFile> file(dynamic_cast<PendingFile*>(message.get()));
  if (!file) throw core::Error(kInternal, "a message of another store");
  static_cast<void>(message.release());
  line_->submit(std::move(file), std::move(done));
}

std::vector<StoredMessage> Store::stored_after(std::int64_t after_row, std::size_t limit) {
  return documented([&] {
    std::vector<StoredMessage> messages;
    while (messages.size() < limit) {
      std::vector<IndexRow> rows = index_->after(after_row, limit - messages.size());
      if (rows.empty()) break;
      after_row = rows.back().row;
      for (IndexRow& row : rows) {
        // A file that the user removed is nothing to delete.
        const std::string name = eml_name(row.id);
        if (places_.status(row.place, name).kind != fs::Kind::kFile) continue;
        messages.push_back(stored(std::move(row), name));
      }
    }
    return messages;
  });
}

std::string Store::message_id_of(const StoredMessage& message) {
  try {
    const Target target = located(message.path, eml_name(message.id));
    const std::unique_ptr<fs::File> file = target.folder->open(target.name);
    const std::optional<BackupHeader> header = read_header(*file);
    return header ? message_id_field(*file, header->size) : std::string();
  } catch (const fs::IoError&) {
    return {};
  } catch (const core::Error&) {
    return {};
  }
}

void Store::remove(const StoredMessage& message) {
  documented([&] {
    const std::string name = eml_name(message.id);
    const Target target = located(message.path, name);
    const bool there = require_ours(*target.folder, target.name, message.id);
    const std::optional<IndexRow> row = index_->find(message.id, name);
    if (row) index_->erase(row->row);
    if (!there) return;
    try {
      target.folder->remove(target.name);
    } catch (const fs::IoError&) {
      if (row) index_->put({&*row});  // it stays, and stays known
      throw;
    }
    removed_from_.emplace(target.folder.get(), target.folder);
    if (++removals_ >= kMostUnsyncedRemovals) sync_removals();
  });
}

// A removal that a power loss undoes is found by the next start and checked again.
void Store::sync_removals() noexcept {
  removals_ = 0;
  for (const auto& [raw, folder] : removed_from_) {
    try {
      folder->sync();
    } catch (const fs::IoError&) {
      continue;
    }
  }
  removed_from_.clear();
}

std::string Store::temporary_path(const std::string& name) const {
  documented([&] {
    // Made here, so that whoever opens it finds our mode.
    if (tmp_->status(name).kind == fs::Kind::kNone) tmp_->create(name);
  });
  return real_tmp_ + name;
}

}  // namespace

std::unique_ptr<BackupStore> BackupStore::open(fs::FileSystem& file_system, StoreOptions options) {
  try {
    return std::make_unique<Store>(file_system, std::move(options));
  } catch (const fs::IoError& error) {
    throw error_at_open(error);
  } catch (const DbError& error) {
    throw core::Error(kFolder, std::string("the index: ") + error.what());
  }
}

}  // namespace coffer::store
