// SQLite on the disk of the tests: a VFS whose files are files of a Disk, so that faults and power
// losses reach the database too. WAL mode works, with shared memory on the heap.
//
// Threads: any, as SQLite says of a VFS. Connections must be closed before the object goes.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>

#include "fakes/fake_disk.h"

namespace coffer::test {

class SqliteVfs {
 public:
  explicit SqliteVfs(std::shared_ptr<Disk> disk);
  SqliteVfs(const SqliteVfs&) = delete;
  SqliteVfs& operator=(const SqliteVfs&) = delete;
  ~SqliteVfs();

  const std::string& name() const noexcept { return name_; }

 private:
  std::shared_ptr<Disk> disk_;
  std::string name_;
  sqlite3_vfs vfs_ = {};
};

}  // namespace coffer::test
