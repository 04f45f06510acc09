// The listing of a run on disk, so that a million messages do not live in memory. Temporary: it
// dies with the run, a later run lists again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "graph/message.h"

namespace coffer::cloudbackup {

class ListingSpool {
 public:
  // vfs as FileSystem::sqlite_vfs. The file is removed when the spool goes.
  static std::unique_ptr<ListingSpool> create(const std::string& path, const std::string& vfs);
  virtual ~ListingSpool() = default;
  // False when this id was added before in this run (the same id twice counts once).
  virtual bool add(const graph::Message& message) = 0;
  // In the order of the listing; false at the end.
  virtual bool next(graph::Message& out) = 0;
  virtual std::int64_t count() const = 0;
};

}  // namespace coffer::cloudbackup
