// One backup at a time in a DataFolder. What excludes is the flock on .meta/lock, which dies with
// its process; the JSON file beside it (or in WorkingFolder) only tells people who holds it, and
// one that a crashed run left blocks nobody (contract section 4).
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <string>

#include "core/log.h"
#include "fs/file_system.h"

namespace coffer::store {

class FolderLock {
 public:
  // `folder` absolute. Error 702 when somebody else holds it, 713 when WorkingFolder cannot be
  // used, IoError.
  FolderLock(fs::FileSystem& file_system, std::shared_ptr<fs::Directory> meta,
             const std::string& folder, const std::string& working_folder, core::Log* log);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();  // the description first, then the lock

 private:
  void describe(const std::string& folder);

  std::shared_ptr<fs::Directory> meta_;
  std::shared_ptr<fs::Directory> described_in_;
  std::string description_;  // its name there
  bool described_ = false;
  std::unique_ptr<fs::File> lock_;
};

}  // namespace coffer::store
