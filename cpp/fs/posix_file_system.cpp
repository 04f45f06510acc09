// The machine's file system: openat(2) and its kin on open folders. O_NOFOLLOW and O_CLOEXEC
// everywhere below a folder, modes 0700 and 0600 (a umask can only take from them).
#include "fs/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "fs/io_error.h"
#include "fs/posix_file.h"

namespace coffer::fs {
namespace {

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
// Removals and re-creations of a lock file that lock() sits through before it gives up.
constexpr int kLockTries = 100;

Kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return Kind::kFile;
  if (S_ISDIR(mode)) return Kind::kDirectory;
  if (S_ISLNK(mode)) return Kind::kLink;
  return Kind::kOther;
}

const char* word_of(mode_t mode) {
  if (S_ISFIFO(mode)) return "FIFO";
  if (S_ISSOCK(mode)) return "socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "device";
  return "";
}

bool no_such_notion(int error) {
  return error == EINVAL || error == EOPNOTSUPP || error == ENOTSUP || error == ENOSYS;
}

class PosixDirectory final : public Directory {
 public:
  PosixDirectory(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  const std::string& path() const override { return path_; }

  std::unique_ptr<Directory> open_directory(const std::string& name, bool create) override {
    check_name(path_, name);
    bool made = false;
    if (create) {
      made = ::mkdirat(fd(), name.c_str(), kFolderMode) == 0;
      if (!made && errno != EEXIST) throw io_error("create the folder", at(name), errno);
    }
    Descriptor child(
        uninterrupted([&] { return ::openat(fd(), name.c_str(), kFolderFlags | O_NOFOLLOW); }));
    if (!child) refuse("open the folder", name, Kind::kDirectory, errno);
    if (made) sync();
    return std::make_unique<PosixDirectory>(std::move(child), at(name));
  }

  std::unique_ptr<File> create(const std::string& name) override {
    check_name(path_, name);
    Descriptor file(uninterrupted([&] {
      return ::openat(fd(), name.c_str(),
                      O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode);
    }));
    if (!file) throw io_error("create", at(name), errno);
    return std::make_unique<PosixFile>(std::move(file), at(name));
  }

  std::unique_ptr<File> open(const std::string& name) override {
    return open_regular(name, O_RDONLY);
  }

  std::unique_ptr<File> open_append(const std::string& name) override {
    return open_regular(name, O_RDWR | O_APPEND | O_CREAT);
  }

  Status status(const std::string& name) override {
    check_name(path_, name);
    struct stat entry = {};
    if (!examine(name, entry)) return {};
    return {kind_of(entry.st_mode), static_cast<std::uint64_t>(entry.st_size)};
  }

  void rename(const std::string& name, Directory& to, const std::string& to_name) override {
    const int error = rename_error(name, to, to_name, 0);
    if (error != 0) throw io_error("rename " + at(name) + " to", joined(to.path(), to_name), error);
  }

  bool rename_new(const std::string& name, Directory& to, const std::string& to_name) override {
    const int error = rename_error(name, to, to_name, RENAME_NOREPLACE);
    if (error == 0) return true;
    // EPERM: also a sandbox that does not know the call. If it is meant, rename will say so too.
    if (error == EEXIST || error == EPERM || no_such_notion(error)) return false;
    throw io_error("rename " + at(name) + " to", joined(to.path(), to_name), error);
  }

  void remove(const std::string& name) override {
    check_name(path_, name);
    if (::unlinkat(fd(), name.c_str(), 0) != 0) throw io_error("remove", at(name), errno);
  }

  void remove_directory(const std::string& name) override {
    check_name(path_, name);
    if (::unlinkat(fd(), name.c_str(), AT_REMOVEDIR) != 0) {
      throw io_error("remove the folder", at(name), errno);
    }
  }

  void list(const std::function<void(const std::string& name, Kind kind)>& entry) override {
    // A description of its own, so that two listings do not share a position.
    Descriptor copy(uninterrupted([&] { return ::openat(fd(), ".", kFolderFlags); }));
    if (!copy) throw io_error("read the folder", path_, errno);
    const std::unique_ptr<DIR, CloseListing> listing(::fdopendir(copy.get()));
    if (!listing) throw io_error("read the folder", path_, errno);
    copy.release();
    for (;;) {
      errno = 0;
      const dirent* found = ::readdir(listing.get());
      if (found == nullptr) {
        if (errno != 0) throw io_error("read the folder", path_, errno);
        return;
      }
      const std::string name = found->d_name;
      if (name == "." || name == "..") continue;
      struct stat inode = {};
      Kind kind = Kind::kOther;
      switch (found->d_type) {
        case DT_REG:
          kind = Kind::kFile;
          break;
        case DT_DIR:
          kind = Kind::kDirectory;
          break;
        case DT_LNK:
          kind = Kind::kLink;
          break;
        case DT_UNKNOWN:                        // file systems that do not keep it in the entry
          if (!examine(name, inode)) continue;  // removed meanwhile
          kind = kind_of(inode.st_mode);
          break;
        default:
          break;
      }
      entry(name, kind);
    }
  }

  void sync() override {
    if (uninterrupted([&] { return ::fsync(fd()); }) == 0) return;
    // Some network file systems write entries through and have no such call for folders.
    if (!no_such_notion(errno)) throw io_error("write to the disk the folder", path_, errno);
  }

  bool same_file_system(Directory& other) override {
    const auto* directory = dynamic_cast<const PosixDirectory*>(&other);
    if (directory == nullptr) return false;
    struct statx mine = {};
    struct statx theirs = {};
    place(mine);
    directory->place(theirs);
    // One device mounted in two places is one file system to stat(2), but not to rename(2).
    const bool both = (mine.stx_mask & theirs.stx_mask & STATX_MNT_ID) != 0;
    return mine.stx_dev_major == theirs.stx_dev_major &&
           mine.stx_dev_minor == theirs.stx_dev_minor &&
           (!both || mine.stx_mnt_id == theirs.stx_mnt_id);
  }

  std::unique_ptr<File> lock(const std::string& name) override {
    for (int tries = 0; tries < kLockTries; ++tries) {
      Descriptor file = open_descriptor(name, O_RDWR | O_APPEND | O_CREAT);
      // Of the open description: excludes other processes and other objects of this one alike.
      if (uninterrupted([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) != 0) {
        if (errno == EWOULDBLOCK) return nullptr;
        throw io_error("lock", at(name), errno);
      }
      // The holder before may have removed the file between our open and our lock; then the next
      // one would lock a new file and both would hold "it".
      struct stat held = {};
      struct stat named = {};
      if (::fstat(file.get(), &held) != 0) throw io_error("examine", at(name), errno);
      if (examine(name, named) && held.st_dev == named.st_dev && held.st_ino == named.st_ino) {
        return std::make_unique<PosixFile>(std::move(file), at(name));
      }
    }
    throw io_error("lock", at(name), EAGAIN);
  }

 private:
  struct CloseListing {
    void operator()(DIR* listing) const noexcept { ::closedir(listing); }
  };

  int fd() const noexcept { return descriptor_.get(); }

  int rename_error(const std::string& name, const Directory& to, const std::string& to_name,
                   unsigned int flags) const {
    check_name(path_, name);
    check_name(to.path(), to_name);
    const auto* target = dynamic_cast<const PosixDirectory*>(&to);
    if (target == nullptr) return EXDEV;
    return ::renameat2(fd(), name.c_str(), target->fd(), to_name.c_str(), flags) == 0 ? 0 : errno;
  }
  std::string at(const std::string& name) const { return joined(path_, name); }

  // False when absent.
  bool examine(const std::string& name, struct stat& entry) const {
    if (::fstatat(fd(), name.c_str(), &entry, AT_SYMLINK_NOFOLLOW) == 0) return true;
    if (errno == ENOENT) return false;
    throw io_error("examine", at(name), errno);
  }

  // What could not be opened: by its kind when that is the reason, else by the error.
  [[noreturn]] void refuse(const std::string& action, const std::string& name, Kind wanted,
                           int error) const {
    struct stat entry = {};
    if (examine(name, entry) && kind_of(entry.st_mode) != wanted) {
      throw wrong_kind(at(name), kind_of(entry.st_mode), word_of(entry.st_mode), wanted);
    }
    throw io_error(action, at(name), error);
  }

  Descriptor open_descriptor(const std::string& name, int flags) const {
    check_name(path_, name);
    // Looked at before, so that no device is opened; again afterwards, because it may have been
    // exchanged. O_NONBLOCK: a FIFO in the way must not make the open wait for its other end.
    struct stat entry = {};
    if (examine(name, entry) && !S_ISREG(entry.st_mode)) {
      throw wrong_kind(at(name), kind_of(entry.st_mode), word_of(entry.st_mode), Kind::kFile);
    }
    Descriptor file(uninterrupted([&] {
      return ::openat(fd(), name.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                      kFileMode);
    }));
    if (!file) refuse("open", name, Kind::kFile, errno);
    if (::fstat(file.get(), &entry) != 0) throw io_error("examine", at(name), errno);
    if (!S_ISREG(entry.st_mode)) {
      throw wrong_kind(at(name), kind_of(entry.st_mode), word_of(entry.st_mode), Kind::kFile);
    }
    return file;
  }

  std::unique_ptr<File> open_regular(const std::string& name, int flags) const {
    return std::make_unique<PosixFile>(open_descriptor(name, flags), at(name));
  }

  void place(struct statx& out) const {
    if (::statx(fd(), "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, &out) != 0) {
      throw io_error("examine", path_, errno);
    }
  }

  const Descriptor descriptor_;
  const std::string path_;
};

void check_path(const std::string& path) {
  if (path.empty()) throw IoError(ENOENT, "no path was given");
  if (path.find('\0') != std::string::npos) throw IoError(EINVAL, "a path contains a NUL octet");
}

std::string without_trailing_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  return path;
}

Descriptor open_path(const std::string& path, bool create) {
  Descriptor folder(uninterrupted([&] { return ::open(path.c_str(), kFolderFlags); }));
  if (folder) return folder;
  if (!create || errno != ENOENT || path == "/") throw io_error("open the folder", path, errno);

  const std::size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  std::string parent = ".";
  if (slash == 0) parent = "/";
  if (slash != std::string::npos && slash > 0) {
    parent = without_trailing_slashes(path.substr(0, slash));
  }
  const Descriptor above = open_path(parent, true);
  const bool made = ::mkdirat(above.get(), name.c_str(), kFolderMode) == 0;
  if (!made && errno != EEXIST) throw io_error("create the folder", path, errno);
  folder =
      Descriptor(uninterrupted([&] { return ::openat(above.get(), name.c_str(), kFolderFlags); }));
  if (!folder) throw io_error("open the folder", path, errno);
  if (made && uninterrupted([&] { return ::fsync(above.get()); }) != 0 && !no_such_notion(errno)) {
    throw io_error("write to the disk the folder", parent, errno);
  }
  return folder;
}

class PosixFileSystem final : public FileSystem {
 public:
  std::unique_ptr<Directory> open_directory(const std::string& path, bool create) override {
    check_path(path);
    const std::string shown = without_trailing_slashes(path);
    return std::make_unique<PosixDirectory>(open_path(shown, create), shown);
  }

  std::string absolute(const std::string& path) override {
    check_path(path);
    if (path.front() == '/') return normalised(path);
    const std::unique_ptr<char, FreeText> folder(::getcwd(nullptr, 0));
    if (!folder) throw io_error("find the current folder for", path, errno);
    return normalised(joined(folder.get(), path));
  }

  std::string real_path(const std::string& path) override {
    check_path(path);
    const std::unique_ptr<char, FreeText> resolved(::realpath(path.c_str(), nullptr));
    if (!resolved) throw io_error("resolve", path, errno);
    return resolved.get();
  }

  std::string sqlite_vfs() override { return {}; }

 private:
  struct FreeText {
    void operator()(char* text) const noexcept { std::free(text); }
  };
};

}  // namespace

FileSystem& posix_file_system() {
  static PosixFileSystem system;
  return system;
}

}  // namespace coffer::fs
