#include "fakes/sqlite_vfs.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "fakes/sqlite_file.h"

namespace coffer::test {
namespace {

constexpr int kSectorSize = 4096;

// SQLite gives the room (szOsFile) and sees the first member.
struct OsFile {
  sqlite3_file base;
  SqliteFile* file;  // owned: taken by xOpen, given back by xClose
};

SqliteFile& of(sqlite3_file* file) {
  return *reinterpret_cast<OsFile*>(file)->file;
}

const sqlite3_io_methods& methods() {
  static const sqlite3_io_methods table = [] {
    sqlite3_io_methods m = {};
    m.iVersion = 2;
    m.xClose = [](sqlite3_file* file) {
      const std::unique_ptr<SqliteFile> mine(
          std::exchange(reinterpret_cast<OsFile*>(file)->file, nullptr));
      return mine->close();
    };
    m.xRead = [](sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
      return of(file).read(static_cast<char*>(out), static_cast<std::size_t>(size),
                           static_cast<std::uint64_t>(offset));
    };
    m.xWrite = [](sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
      return of(file).write(static_cast<const char*>(data), static_cast<std::size_t>(size),
                            static_cast<std::uint64_t>(offset));
    };
    m.xTruncate = [](sqlite3_file* file, sqlite3_int64 size) {
      return of(file).truncate(static_cast<std::uint64_t>(size));
    };
    m.xSync = [](sqlite3_file* file, int) { return of(file).sync(); };
    m.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) { return of(file).size(size); };
    m.xLock = [](sqlite3_file* file, int level) { return of(file).lock(level); };
    m.xUnlock = [](sqlite3_file* file, int level) { return of(file).unlock(level); };
    m.xCheckReservedLock = [](sqlite3_file* file, int* out) {
      return of(file).check_reserved(out);
    };
    m.xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; };
    m.xSectorSize = [](sqlite3_file*) { return kSectorSize; };
    m.xDeviceCharacteristics = [](sqlite3_file*) { return 0; };
    m.xShmMap = [](sqlite3_file* file, int region, int size, int extend, void volatile** out) {
      return of(file).shm_map(static_cast<std::size_t>(region), static_cast<std::size_t>(size),
                              extend != 0, out);
    };
    m.xShmLock = [](sqlite3_file* file, int first, int count, int flags) {
      return of(file).shm_lock(static_cast<std::size_t>(first), static_cast<std::size_t>(count),
                               flags);
    };
    m.xShmBarrier = [](sqlite3_file* file) { of(file).disk().behind([] {}); };
    m.xShmUnmap = [](sqlite3_file* file, int erase) { return of(file).shm_unmap(erase != 0); };
    return m;
  }();
  return table;
}

std::shared_ptr<Disk> disk_of(sqlite3_vfs* vfs) {
  return *static_cast<std::shared_ptr<Disk>*>(vfs->pAppData);
}

struct Place {
  NodePtr folder;
  std::string name;
};

// Under the disk's lock.
Place place_of(Disk& disk, const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return {disk.walk(path.substr(0, slash), false), path.substr(slash + 1)};
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* os_file = reinterpret_cast<OsFile*>(file);
  os_file->base.pMethods = nullptr;
  os_file->file = nullptr;
  try {
    const std::shared_ptr<Disk> disk = disk_of(vfs);
    const std::uint64_t generation = disk->generation();
    const std::string path = name != nullptr ? name : "(temporary)";
    NodePtr node;
    NodePtr new_in;
    disk->run({Op::kOpen, path, {}, 0}, generation, [&] {
      if (name == nullptr) {
        node = std::make_shared<Node>(fs::Kind::kFile);
        return;
      }
      const Place place = place_of(*disk, path);
      Disk::check_access(*place.folder, path);
      node = Disk::entry(*place.folder, place.name);
      if (node && (flags & SQLITE_OPEN_EXCLUSIVE) != 0) throw fs::io_error("open", path, EEXIST);
      if (!node) {
        if ((flags & SQLITE_OPEN_CREATE) == 0) throw fs::io_error("open", path, ENOENT);
        node = std::make_shared<Node>(fs::Kind::kFile);
        node->device = place.folder->device;
        disk->set_entry(*place.folder, place.name, node);
        const int journal = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
        if ((flags & journal) != 0) new_in = place.folder;
        if ((flags & SQLITE_OPEN_DELETEONCLOSE) != 0) {
          disk->set_entry(*place.folder, place.name, nullptr);
        }
      }
      if (node->kind != fs::Kind::kFile) throw fs::io_error("open", path, EINVAL);
      Disk::check_access(*node, path);
    });
    os_file->file = std::make_unique<SqliteFile>(disk, node, new_in, path, generation).release();
    os_file->base.pMethods = &methods();
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  } catch (const fs::IoError& error) {
    return error.error() == EIO ? SQLITE_IOERR : SQLITE_CANTOPEN;
  } catch (...) {
    return SQLITE_NOMEM;
  }
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  try {
    const std::shared_ptr<Disk> disk = disk_of(vfs);
    const std::uint64_t generation = disk->generation();
    const std::string path = name;
    Place place;
    disk->run({Op::kRemove, path, {}, 0}, generation, [&] {
      place = place_of(*disk, path);
      const NodePtr node = Disk::entry(*place.folder, place.name);
      if (!node) throw fs::io_error("remove", path, ENOENT);
      disk->free_room(*node);
      disk->set_entry(*place.folder, place.name, nullptr);
    });
    if (sync_folder != 0) {
      disk->run({Op::kSyncFolder, path.substr(0, path.rfind('/')), {}, 0}, generation,
                [&] { Disk::sync_folder(*place.folder); });
    }
    return SQLITE_OK;
  } catch (const fs::IoError& error) {
    return error.error() == ENOENT ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
  } catch (...) {
    return SQLITE_IOERR_NOMEM;
  }
}

int access_file(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
  *out = 0;
  try {
    const std::shared_ptr<Disk> disk = disk_of(vfs);
    const std::string path = name;
    disk->run({Op::kStatus, path, {}, 0}, disk->generation(), [&] {
      NodePtr node;
      try {
        const Place place = place_of(*disk, path);
        node = Disk::entry(*place.folder, place.name);
      } catch (const fs::IoError&) {
        node = nullptr;  // no such folder: no such file
      }
      // As SQLite's own VFS: an empty file is none when it asks for a journal.
      const bool there = node && (node->kind != fs::Kind::kFile || !node->live.empty());
      *out = (flags == SQLITE_ACCESS_EXISTS ? there : node != nullptr && !node->denied) ? 1 : 0;
    });
    return SQLITE_OK;
  } catch (const fs::IoError&) {
    return SQLITE_IOERR_ACCESS;
  } catch (...) {
    return SQLITE_IOERR_NOMEM;
  }
}

int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  try {
    std::string path = name;
    path = fs::normalised(path.front() == '/' ? path : "/home/" + path);
    if (path.size() + 1 > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
    std::memcpy(out, path.c_str(), path.size() + 1);
    return SQLITE_OK;
  } catch (...) {
    return SQLITE_NOMEM;
  }
}

}  // namespace

SqliteVfs::SqliteVfs(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {
  static std::atomic<int> number{0};
  name_ = "fake-disk-" + std::to_string(++number);
  vfs_.iVersion = 2;
  vfs_.szOsFile = static_cast<int>(sizeof(OsFile));
  vfs_.mxPathname = 1024;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = &disk_;
  vfs_.xOpen = open_file;
  vfs_.xDelete = delete_file;
  vfs_.xAccess = access_file;
  vfs_.xFullPathname = full_path;
  // Time, sleep and chance are the machine's.
  vfs_.xRandomness = [](sqlite3_vfs*, int size, char* out) {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    return system->xRandomness(system, size, out);
  };
  vfs_.xSleep = [](sqlite3_vfs*, int microseconds) {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    return system->xSleep(system, microseconds);
  };
  vfs_.xCurrentTime = [](sqlite3_vfs*, double* out) {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    return system->xCurrentTime(system, out);
  };
  vfs_.xCurrentTimeInt64 = [](sqlite3_vfs*, sqlite3_int64* out) {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    return system->xCurrentTimeInt64(system, out);
  };
  vfs_.xGetLastError = [](sqlite3_vfs*, int, char*) { return 0; };
  sqlite3_vfs_register(&vfs_, 0);
}

SqliteVfs::~SqliteVfs() {
  sqlite3_vfs_unregister(&vfs_);
}

}  // namespace coffer::test
