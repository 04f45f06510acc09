// Files being written: in .meta/tmp/, or beside their target when that is on another file system
// (contract section 4). What a dead run left is removed by the next start; the folders where it
// wrote beside targets are noted in .meta/tmp/ for that.
//
// Threads: the engine's.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "core/log.h"
#include "fs/file_system.h"
#include "store/places.h"

namespace coffer::store {

// Where a file is written; nothing of that name is there yet.
struct TemporaryName {
  std::shared_ptr<fs::Directory> folder;
  std::string name;
};

class Temporaries {
 public:
  Temporaries(fs::FileSystem& file_system, std::shared_ptr<fs::Directory> tmp);

  // For a new start, under the lock.
  void clean(core::Log* log);
  TemporaryName name_for(const Target& target);
  fs::Directory& folder() const noexcept { return *tmp_; }

 private:
  bool same_file_system(const std::shared_ptr<fs::Directory>& folder);
  void note(const std::string& folder);
  void clean_beside();

  fs::FileSystem& file_system_;
  const std::shared_ptr<fs::Directory> tmp_;
  const std::string prefix_;  // unlike any other run's, also after the pid is used again
  std::uint64_t next_ = 1;
  std::set<std::string> noted_;
  std::shared_ptr<fs::Directory> beside_us_;  // the folder asked for last that is on tmp_'s disk
  std::unique_ptr<fs::File> notes_;
};

}  // namespace coffer::store
