// One open file of SQLite on the disk of the tests, with its locks and its shared memory.
//
// Threads: one connection belongs to one thread at a time; several may stand on one file.
#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "fakes/fake_disk.h"

namespace coffer::test {

// What the connections to one file share. Lives with the file's node until a power loss or the end
// of the process takes it; a connection from before keeps its old one.
struct SqliteShared {
  int readers = 0;                 // connections at SHARED or above
  const void* reserved = nullptr;  // the one at RESERVED or above
  const void* pending = nullptr;
  const void* exclusive = nullptr;
  std::array<int, SQLITE_SHM_NLOCK> shm_readers = {};
  std::array<const void*, SQLITE_SHM_NLOCK> shm_writer = {};
  std::vector<std::unique_ptr<std::vector<char>>> regions;
  int mapped = 0;
};

class SqliteFile {
 public:
  SqliteFile(std::shared_ptr<Disk> disk, NodePtr node, NodePtr folder, std::string path,
             std::uint64_t generation)
      : disk_(std::move(disk)),
        node_(std::move(node)),
        folder_(std::move(folder)),
        path_(std::move(path)),
        generation_(generation) {}

  Disk& disk() { return *disk_; }

  int close() {
    unlock(SQLITE_LOCK_NONE);
    if (shared_) shm_unmap(false);
    return SQLITE_OK;
  }

  int read(char* out, std::size_t size, std::uint64_t offset) {
    return guarded(SQLITE_IOERR_READ, [&] {
      const std::size_t got = run(Op::kRead, [&] { return Disk::read(*node_, offset, out, size); });
      std::fill(out + got, out + size, '\0');
      return got == size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    });
  }

  int write(const char* data, std::size_t size, std::uint64_t offset) {
    return guarded(SQLITE_IOERR_WRITE, [&] {
      run(
          Op::kWrite, [&] { disk_->write(*node_, offset, data, size, path_); },
          [&] { disk_->write(*node_, offset, data, size / 2, path_); });
      return SQLITE_OK;
    });
  }

  int truncate(std::uint64_t size) {
    return guarded(SQLITE_IOERR_TRUNCATE, [&] {
      run(Op::kTruncate, [&] { disk_->truncate(*node_, size); });
      return SQLITE_OK;
    });
  }

  int sync() {
    return guarded(SQLITE_IOERR_FSYNC, [&] {
      run(
          Op::kSync, [&] { Disk::sync_file(*node_); }, [&] { Disk::forget_pending(*node_); });
      // As SQLite's own VFS: the first sync of a new journal makes its name durable too.
      if (folder_) {
        disk_->run({Op::kSyncFolder, path_.substr(0, path_.rfind('/')), {}, 0}, generation_,
                   [&] { Disk::sync_folder(*folder_); });
        folder_.reset();
      }
      return SQLITE_OK;
    });
  }

  int size(sqlite3_int64* out) {
    return guarded(SQLITE_IOERR_FSTAT, [&] {
      *out = run(Op::kSize, [&] { return static_cast<sqlite3_int64>(node_->live.size()); });
      return SQLITE_OK;
    });
  }

  // sqlite3.h, "File Locking Levels"; only within this process, as the disk is.
  int lock(int wanted) {
    return quietly(SQLITE_IOERR_LOCK, [&] {
      if (level_ >= wanted) return SQLITE_OK;
      SqliteShared& all = shared();
      const auto others = [this](const void* holder) {
        return holder != nullptr && holder != this;
      };
      if (wanted == SQLITE_LOCK_SHARED) {
        if (others(all.exclusive) || others(all.pending)) return SQLITE_BUSY;
        ++all.readers;
        level_ = wanted;
        return SQLITE_OK;
      }
      if (others(all.reserved)) return SQLITE_BUSY;
      all.reserved = this;
      if (wanted == SQLITE_LOCK_EXCLUSIVE) {
        all.pending = this;
        level_ = SQLITE_LOCK_PENDING;
        if (all.readers > 1) return SQLITE_BUSY;
        all.exclusive = this;
      }
      level_ = wanted;
      return SQLITE_OK;
    });
  }

  int unlock(int wanted) {
    return quietly(SQLITE_OK, [&] {
      if (level_ <= wanted) return SQLITE_OK;
      SqliteShared& all = shared();
      if (all.exclusive == this) all.exclusive = nullptr;
      if (all.pending == this) all.pending = nullptr;
      if (all.reserved == this) all.reserved = nullptr;
      if (wanted == SQLITE_LOCK_NONE) --all.readers;
      level_ = wanted;
      return SQLITE_OK;
    });
  }

  int check_reserved(int* out) {
    return quietly(SQLITE_IOERR_CHECKRESERVEDLOCK, [&] {
      *out = shared().reserved != nullptr ? 1 : 0;
      return SQLITE_OK;
    });
  }

  int shm_map(std::size_t region, std::size_t size, bool extend, void volatile** out) {
    *out = nullptr;
    return quietly(SQLITE_IOERR_SHMMAP, [&] {
      SqliteShared& all = shared();
      if (!mapped_) {
        mapped_ = true;
        ++all.mapped;
      }
      if (all.regions.size() <= region && !extend) return SQLITE_OK;
      while (all.regions.size() <= region) {
        all.regions.push_back(std::make_unique<std::vector<char>>(size, '\0'));
      }
      *out = all.regions[region]->data();
      return SQLITE_OK;
    });
  }

  int shm_lock(std::size_t first, std::size_t count, int flags) {
    return quietly(SQLITE_IOERR_SHMLOCK, [&] {
      SqliteShared& all = shared();
      const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
      for (std::size_t i = first; i < first + count; ++i) {
        if ((flags & SQLITE_SHM_UNLOCK) != 0) {
          if (exclusive && all.shm_writer[i] == this) all.shm_writer[i] = nullptr;
          if (!exclusive && all.shm_readers[i] > 0) --all.shm_readers[i];
          continue;
        }
        const bool taken = all.shm_writer[i] != nullptr && all.shm_writer[i] != this;
        if (taken || (exclusive && all.shm_readers[i] > 0)) {
          for (std::size_t undo = first; exclusive && undo < i; ++undo) {
            all.shm_writer[undo] = nullptr;
          }
          return SQLITE_BUSY;
        }
        if (exclusive) {
          all.shm_writer[i] = this;
        } else {
          ++all.shm_readers[i];
        }
      }
      return SQLITE_OK;
    });
  }

  int shm_unmap(bool erase) {
    return quietly(SQLITE_OK, [&] {
      if (!mapped_) return SQLITE_OK;
      mapped_ = false;
      SqliteShared& all = shared();
      if (--all.mapped == 0 && erase) all.regions.clear();
      return SQLITE_OK;
    });
  }

 private:
  template <typename Body>
  auto run(Op op, const Body& body, const std::function<void()>& partly = nullptr)
      -> decltype(body()) {
    return disk_->run({op, path_, {}, 0}, generation_, body, partly);
  }

  template <typename Body>
  static int guarded(int failure, const Body& body) noexcept {
    try {
      return body();
    } catch (const fs::IoError& error) {
      return error.error() == ENOSPC && failure == SQLITE_IOERR_WRITE ? SQLITE_FULL : failure;
    } catch (const std::bad_alloc&) {
      return SQLITE_IOERR_NOMEM;
    } catch (...) {
      return failure;
    }
  }

  template <typename Body>
  int quietly(int dead, const Body& body) noexcept {
    return guarded(dead, [&] {
      int result = dead;
      disk_->quietly(generation_, [&] { result = body(); });
      return result;
    });
  }

  // Under the disk's lock.
  SqliteShared& shared() {
    if (!shared_) {
      if (!node_->sqlite) node_->sqlite = std::make_shared<SqliteShared>();
      shared_ = std::static_pointer_cast<SqliteShared>(node_->sqlite);
    }
    return *shared_;
  }

  const std::shared_ptr<Disk> disk_;
  const NodePtr node_;
  NodePtr folder_;  // to be synced with the file: it is new
  const std::string path_;
  const std::uint64_t generation_;
  std::shared_ptr<SqliteShared> shared_;
  int level_ = SQLITE_LOCK_NONE;
  bool mapped_ = false;
};

}  // namespace coffer::test
