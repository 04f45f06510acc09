// The file system of the tests: in memory, with faults on demand, a journal of operations and a
// power switch (fake_disk.h says what a power loss does).
//
//   FakeFileSystem disk(seed);
//   disk.cut_power_at(n);              // operation n and all after it fail
//   try { scenario(disk); } catch …    // and destroy what it made
//   disk.power_loss();                 // what a disk could hold; reopen and look
//
// Threads: any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fakes/fake_disk.h"
#include "fs/file_system.h"

namespace coffer::test {

class SqliteVfs;

class FakeFileSystem final : public fs::FileSystem {
 public:
  explicit FakeFileSystem(std::uint64_t seed = 1);
  FakeFileSystem(const FakeFileSystem&) = delete;
  FakeFileSystem& operator=(const FakeFileSystem&) = delete;
  ~FakeFileSystem() override;

  // The current folder is "/home"; it need not exist.
  std::unique_ptr<fs::Directory> open_directory(const std::string& path, bool create) override;
  std::string absolute(const std::string& path) override;
  std::string real_path(const std::string& path) override;
  // The name of an SQLite VFS whose files live here, with the same faults and the same power.
  std::string sqlite_vfs() override;

  // Faults. A number counts from the next operation, which is 0. A write that fails leaves half of
  // its octets behind; after a failed sync what was not on the disk never gets there.
  void fail_operation(std::uint64_t nth, int error) { disk_->fail_operation(nth, error); }
  // The next `times` operations of this kind whose path contains `path_part`.
  void fail(Op op, int error, const std::string& path_part = {}, unsigned times = 1) {
    disk_->fail(op, error, path_part, times);
  }
  // How many octets can still be written; ENOSPC comes after them.
  void set_room(std::uint64_t octets) { disk_->set_room(octets); }
  // EACCES for whatever opens it or changes something in it.
  void deny(const std::string& path) { set_denied(path, true); }
  void allow(const std::string& path) { set_denied(path, false); }

  // Power. Handles from before are dead afterwards: all they do fails, nothing they do has effect.
  void cut_power_at(std::uint64_t nth) { disk_->cut_power_at(nth); }
  bool power_is_off() const { return disk_->power_is_off(); }
  void power_loss(const Loss& loss = {}) { disk_->power_loss(loss); }
  // The process dies, the machine goes on: nothing is lost, locks are free, handles are dead.
  void kill() { disk_->kill(); }

  std::uint64_t operations() const { return disk_->operations(); }
  std::vector<Operation> journal() const { return disk_->journal(); }
  std::vector<std::string> lines() const;  // journal, as text: "rename /a/x -> /b/y"
  void clear_journal() { disk_->clear_journal(); }

  // The tree behind the code's back: no operations, on the disk at once. Folders above are made.
  void make_folder(const std::string& path);
  void mount(const std::string& path);  // a folder on a file system of its own
  void make_link(const std::string& path, const std::string& target);
  void make_fifo(const std::string& path);
  void write_file(const std::string& path, const std::string& data);
  void erase(const std::string& path);                   // with all below; absent is fine
  fs::Kind kind(const std::string& path) const;          // of the entry itself; kNone when absent
  std::string read_file(const std::string& path) const;  // throws IoError when it is no file
  std::vector<std::string> tree() const;                 // all paths; folders end with "/"
  // Whether a power loss now would leave this entry and its data as they are.
  bool is_durable(const std::string& path) const;

 private:
  void place(const std::string& path, const NodePtr& node);
  void set_denied(const std::string& path, bool denied);

  // Shared with the handles, which may outlive this object.
  std::shared_ptr<Disk> disk_;
  std::unique_ptr<SqliteVfs> vfs_;
};

}  // namespace coffer::test
