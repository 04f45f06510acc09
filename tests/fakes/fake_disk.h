// A disk in memory that can lose its power. What was written and not synced may be lost, torn or
// garbled then, and a name that was made, renamed or removed and not synced with its folder may be
// undone, each for itself: harsher than any journalling file system, so that what holds here holds
// on all of them.
//
// The parts that put interfaces on it: fake_file_system.h, sqlite_vfs.h. Threads: all functions of
// Disk that take no lock say so; the others may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "fs/file_system.h"
#include "fs/io_error.h"

namespace coffer::test {

enum class Op {
  kOpenFolder,
  kMakeFolder,
  kCreate,
  kOpen,
  kStatus,
  kList,
  kRename,
  kRemove,
  kRemoveFolder,
  kSyncFolder,
  kLock,
  kUnlock,  // noted in the journal, neither counted nor failing
  kRead,
  kSize,
  kWrite,
  kTruncate,
  kStartSync,
  kSync,
  kClose,  // File::close only: a destructor makes no operation
};
// "write", "sync", "sync folder" …
const char* op_name(Op op);

struct Operation {
  Op op = Op::kStatus;
  std::string path;
  std::string to;  // of a rename
  int error = 0;   // what it failed with
};
// "rename /a/x -> /b/y"; one that failed has " failed" behind it.
std::string line_of(const Operation& operation);

// What the power loss does to data written and not synced.
enum class Data {
  kDropped,
  kPrefix,   // the first part in the order of writing, torn anywhere
  kGarbled,  // each 512-octet piece kept, lost or replaced with rubbish, whatever their order
  kKept,
  kRandom  // one of these for each file
};
// … and to entries of folders that were not synced.
enum class Names { kUndone, kKept, kRandom };

struct Loss {
  Data data = Data::kRandom;
  Names names = Names::kRandom;
};

struct Node;
using NodePtr = std::shared_ptr<Node>;

struct Node {
  struct Change {
    std::uint64_t offset = 0;  // or the new size
    std::string data;
    bool truncate = false;
  };

  explicit Node(fs::Kind given) : kind(given) {}

  fs::Kind kind;
  int device = 0;
  bool denied = false;
  std::string target;  // of a link

  // A file: what programs see, what the disk holds for certain, what is under way between them.
  std::string live;
  std::string durable;
  std::vector<Change> pending;
  bool locked = false;
  std::shared_ptr<void> sqlite;  // sqlite_vfs.cpp's: locks and shared memory

  // A folder: what programs see, and for each name changed since the last sync everything it was,
  // beginning with what the disk holds.
  std::map<std::string, NodePtr> entries;
  std::map<std::string, std::vector<NodePtr>> history;
  bool removed = false;
};

class Disk {
 public:
  explicit Disk(std::uint64_t seed);

  // Every operation of the code under test passes here. It is counted, written to the journal and,
  // when a fault is due, fails after `partly` instead of running `body`. Handles opened before the
  // last power loss have an older generation: for them everything fails.
  template <typename Body>
  auto run(const Operation& operation, std::uint64_t generation, const Body& body,
           const std::function<void()>& partly = nullptr) -> decltype(body()) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const int error = admit(operation, generation);
    try {
      if (error != 0) {
        if (partly) partly();
        throw failure(operation, error);
      }
      return body();
    } catch (const fs::IoError& failure) {
      journal_.back().error = failure.error();
      throw;
    }
  }
  // For what is no operation: under the lock, not counted. False for a dead handle.
  bool quietly(std::uint64_t generation, const std::function<void()>& body);
  void note(const Operation& operation, std::uint64_t generation,
            const std::function<void()>& body);
  std::uint64_t generation() const;

  // The rest of this block takes no lock: for use inside run and quietly.
  NodePtr root() const { return root_; }
  // Follows links, also the last one. With `create` makes missing folders. IoError when absent.
  NodePtr walk(const std::string& path, bool create, std::string* real = nullptr);
  static NodePtr entry(const Node& folder, const std::string& name);  // null when absent
  void set_entry(Node& folder, const std::string& name, const NodePtr& node);
  static void check_access(const Node& node, const std::string& path);
  // Writes what there is room for, then IoError(ENOSPC).
  void write(Node& file, std::uint64_t offset, const char* data, std::size_t size,
             const std::string& path);
  void truncate(Node& file, std::uint64_t size);
  void free_room(const Node& file);  // its last name is going
  static std::size_t read(const Node& file, std::uint64_t offset, char* data, std::size_t size);
  static void sync_file(Node& file);
  // A failed sync: the kernel drops the pages and calls them clean, a later sync does not bring
  // them back (fsync(2), Errors).
  static void forget_pending(Node& file) { file.pending.clear(); }
  static void sync_folder(Node& folder) { folder.history.clear(); }

  // Faults. Numbers count from the next operation, which is 0.
  void fail_operation(std::uint64_t nth, int error);
  void fail(Op op, int error, std::string path_part, unsigned times);
  void set_room(std::uint64_t octets);
  void cut_power_at(std::uint64_t nth);
  bool power_is_off() const;
  void power_loss(const Loss& loss);
  void kill();

  std::uint64_t operations() const;
  std::vector<Operation> journal() const;
  void clear_journal();

  // The lock and the tree, for what a test does behind the code's back.
  void behind(const std::function<void()>& body);

 private:
  struct Fault {
    Op op;
    int error;
    std::string path_part;
    unsigned times;
  };
  static fs::IoError failure(const Operation& operation, int error);
  int admit(const Operation& operation, std::uint64_t generation);
  void lose(const NodePtr& node, const Loss& loss, bool machine, std::set<const Node*>& seen);
  std::string surviving(const Node& file, Data data);
  std::uint64_t random(std::uint64_t below);  // 0 … below - 1

  mutable std::mutex mutex_;
  std::mt19937_64 generator_;
  const NodePtr root_;
  std::uint64_t generation_ = 0;
  bool power_off_ = false;
  std::uint64_t count_ = 0;
  std::map<std::uint64_t, int> faults_at_;
  std::vector<Fault> faults_;
  std::uint64_t cut_at_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t room_ = std::numeric_limits<std::uint64_t>::max();
  std::vector<Operation> journal_;
};

}  // namespace coffer::test
