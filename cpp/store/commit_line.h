// From a complete temporary file to a durable, recorded message: the group commit with what must
// hold around it. Before the rename: what is replaced is ours (a message that is new replaces
// nothing); VerifyWrites. After a group: the journal of moved files, the index rows, the marks, and
// the removal of a message's former file.
//
// Threads: submit, run_completions and drain are the engine's; the hooks run on the commit thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/log.h"
#include "fs/group_commit.h"
#include "store/backup_store.h"
#include "store/moved_journal.h"
#include "store/pending_file.h"
#include "store/places.h"
#include "store/run_marks.h"
#include "store/state_index.h"

namespace coffer::store {

class CommitLine {
 public:
  struct Parts {
    Places& places;
    MovedJournal& journal;
    StateIndex& index;
    RunMarks& marks;
    core::Log* log = nullptr;
    std::function<void()> wake;
    bool verify = false;
  };
  explicit CommitLine(Parts parts);

  void begin_run(std::int64_t run) noexcept { run_ = run; }
  // What fails before it is queued is reported like the rest: through its `done`.
  void submit(std::unique_ptr<PendingFile> file, Committed done);
  std::size_t pending() const;
  std::size_t run_completions();
  void drain();

 private:
  struct Entry {
    IndexRow row;
    Target target;
    std::string former_place;  // "" none, or where the message's old file is
    bool journalled = false;
    CommitOutcome late;  // what failed after the file was durable
    Committed done;
  };

  void refuse(Committed done, const core::Error& error);
  void after_group(const std::vector<std::uint64_t>& tags);
  void journal(const std::vector<Entry*>& entries);
  void remove_former(const Entry& entry);
  void finish(fs::CommitResult&& result);
  std::size_t run_refused();

  Parts parts_;
  std::int64_t run_ = 0;
  std::uint64_t next_tag_ = 1;
  bool marks_failed_ = false;  // the commit thread's
  std::mutex mutex_;           // entries_ only; an entry itself is one thread's at a time
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::vector<std::pair<Committed, CommitOutcome>> refused_;
  std::unique_ptr<fs::GroupCommit> commit_;
};

}  // namespace coffer::store
