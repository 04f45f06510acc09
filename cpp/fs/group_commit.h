// Makes many small files durable at the price of few disk flushes: files that are complete (or
// complete themselves on a thread of ours) are queued, threads of its own sync them in groups,
// rename them to their final names, sync the folders, run the step that must follow (the index
// rows) and report each one.
//
// Order for each group (restic's, graph-mail 9.3): file data written, synced, renamed, folder
// synced, `after_group`, done. A file is under its final name only when its data are on the disk.
//
// Threads: submit, run_completions and drain belong to one thread (the engine's).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fs/file_system.h"

namespace coffer::fs {

struct CommitItem {
  std::unique_ptr<File> file;  // complete; closed by the commit
  // Where `file` is not given: makes it, with all its octets. Runs on a thread of the commit.
  std::function<std::unique_ptr<File>()> complete;
  Directory* from = nullptr;  // folder of the temporary name
  std::string temporary;
  std::shared_ptr<Directory> to;
  std::string name;
  // Runs on the commit thread right before the rename; may throw IoError or core::Error to refuse
  // (the existing file is not ours). The temporary file is removed then.
  std::function<void()> before_rename;
  // The name is taken to be free: where it is, nothing is asked before the rename.
  bool fresh = false;
  std::uint64_t tag = 0;  // the caller's
};

struct CommitResult {
  std::uint64_t tag = 0;
  int code = 0;      // 0, or the documented code
  int error = 0;     // errno when the disk refused, else 0
  std::string text;  // why
};

class GroupCommit {
 public:
  struct Options {
    // Twice as many may be submitted and not yet finished, then submit waits: each of them holds a
    // descriptor (the usual limit is 1024).
    std::size_t max_group = 256;
    std::size_t sync_threads = 8;  // how many flushes wait for the disk at the same time
    // Called on the commit thread after completions have become ready; they may be taken before.
    std::function<void()> wake;
    // Runs on the commit thread between the syncs and the renames of a group; may throw to refuse
    // all of them (the folder they belong to is gone).
    std::function<void()> before_renames;
    // Runs on the commit thread with the tags of the files of a group that are durable under their
    // final names. A failure here is not a failure of the files (the index is a cache).
    std::function<void(const std::vector<std::uint64_t>&)> after_group;
  };
  explicit GroupCommit(Options options);
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;
  ~GroupCommit();  // finishes what was submitted

  void submit(CommitItem item);
  std::size_t pending() const;  // submitted, not yet handed out by run_completions
  // Hands out finished items; returns how many.
  std::size_t run_completions(const std::function<void(CommitResult&&)>& done);
  void drain(const std::function<void(CommitResult&&)>& done);  // waits for all

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::fs
