// .meta/moved.jsonl: files that a handler put elsewhere (contract section 4). Append-only, one JSON
// object on a line: {"id":…,"path":…,"modified":…}; the last line of an id wins; one that names the
// default path says that the message is back there. Not a cache: without it a rebuild of the index
// would not know where to look.
//
// Threads: one at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fs/file_system.h"

namespace coffer::store {

struct MovedEntry {
  std::string id;
  std::string path;  // absolute
  std::string modified;
};

class MovedJournal {
 public:
  explicit MovedJournal(fs::Directory& meta) : meta_(meta) {}

  // On the disk when it returns.
  void append(const std::vector<MovedEntry>& entries);
  // In the order of the lines. Lines that cannot be understood (torn by a power loss, damaged) are
  // skipped; returns how many.
  std::size_t read(const std::function<void(MovedEntry&&)>& entry);

 private:
  fs::Directory& meta_;
  std::unique_ptr<fs::File> file_;
};

}  // namespace coffer::store
