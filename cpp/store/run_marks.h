// .meta/done.list: what the unfinished run had finished with, so that ResumeBackup does not offer
// it again (contract section 4). One line for each message, appended by a single write: it is there
// after a kill of the process; a power loss may take the last ones, which costs an offer, never a
// message. Lives outside the index because it must also work with UseIndex False.
//
// Threads: any; it has a mutex.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "fs/file_system.h"

namespace coffer::store {

class RunMarks {
 public:
  enum class Kind : char { kDone = 'd', kSaved = 's' };

  explicit RunMarks(fs::Directory& meta) : meta_(meta) {}

  // A new run forgets the marks of others; a resume reads those of its run: 20 octets of memory
  // for each.
  void begin(std::int64_t run, bool resume);
  // Gathered and written with one call.
  void add(Kind kind, std::string_view id, std::string_view modified);
  void flush();
  // Of the run that is resumed, not of this session.
  bool contains(Kind kind, std::string_view id, std::string_view modified) const;

 private:
  using Mark = std::array<std::uint8_t, 20>;

  void load(fs::File& file, std::int64_t run);
  const std::vector<Mark>& marks(Kind kind) const { return kind == Kind::kDone ? done_ : saved_; }

  fs::Directory& meta_;
  mutable std::mutex mutex_;
  std::unique_ptr<fs::File> file_;
  std::string gathered_;
  std::vector<Mark> done_, saved_;  // sorted
};

}  // namespace coffer::store
