// The disk as an interface. Everything below a folder is reached through its open descriptor, one
// path segment at a time and without following links, so that nobody can slip a link under a run.
//
// Failures throw IoError (what failed, on which path, why). Threads: a FileSystem and a Directory
// may be used from several threads at once; a File belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace coffer::fs {

// errno and a sentence that names the path. The caller chooses the documented code (701, 711).
class IoError : public std::runtime_error {
 public:
  IoError(int error, const std::string& text) : std::runtime_error(text), error_(error) {}
  int error() const noexcept { return error_; }

 private:
  int error_;
};

enum class Kind { kNone, kFile, kDirectory, kLink, kOther };

struct Status {
  Kind kind = Kind::kNone;
  std::uint64_t size = 0;
};

class File {
 public:
  virtual ~File() = default;
  virtual void write(const char* data, std::size_t size) = 0;  // appends; all or IoError
  virtual std::size_t read(std::uint64_t offset, char* data, std::size_t size) = 0;  // 0 at the end
  virtual std::uint64_t size() = 0;
  virtual void truncate(std::uint64_t size) = 0;
  virtual void start_sync() = 0;  // begins writing back, does not wait (a hint)
  virtual void sync() = 0;        // data and size are on the disk when it returns
  // Ends the file and reports what could not be written; the destructor closes in silence.
  virtual void close() = 0;
};

class Directory {
 public:
  virtual ~Directory() = default;
  virtual const std::string& path() const = 0;  // for messages only
  // Absent and create: made 0700, and on the disk when it returns (this folder is synced then). A
  // link or anything else in the way is an IoError naming it.
  virtual std::unique_ptr<Directory> open_directory(const std::string& name, bool create) = 0;
  virtual std::unique_ptr<File> create(const std::string& name) = 0;  // 0600, must not exist
  virtual std::unique_ptr<File> open(const std::string& name) = 0;    // regular files, read only
  virtual std::unique_ptr<File> open_append(const std::string& name) = 0;  // created 0600 if absent
  virtual Status status(const std::string& name) = 0;  // of the entry itself; kNone when absent
  // Replaces an existing target in one step, as rename(2).
  virtual void rename(const std::string& name, Directory& to, const std::string& to_name) = 0;
  // Replaces nothing, as RENAME_NOREPLACE of renameat2(2). False when it did nothing: that name is
  // taken, or this file system cannot do it so.
  virtual bool rename_new(const std::string& name, Directory& to, const std::string& to_name) = 0;
  virtual void remove(const std::string& name) = 0;  // a file; IoError(ENOENT) when absent
  virtual void remove_directory(const std::string& name) = 0;
  virtual void list(const std::function<void(const std::string& name, Kind kind)>& entry) = 0;
  virtual void sync() = 0;  // entries made, renamed and removed so far are on the disk
  virtual bool same_file_system(Directory& other) = 0;
  // An exclusive flock on the entry (created 0600 if absent); nullptr when another holder has it,
  // also one in this very process. Released when the handle goes.
  virtual std::unique_ptr<File> lock(const std::string& name) = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // A path the user gave: links in it are followed. With create, missing folders are made 0700 and
  // are on the disk when it returns.
  virtual std::unique_ptr<Directory> open_directory(const std::string& path, bool create) = 0;
  virtual std::string absolute(
      const std::string& path) = 0;  // against the current folder, normalised
  virtual std::string real_path(const std::string& path) = 0;  // links resolved; must exist
  // The SQLite VFS (its registered name) whose files live in this file system; "" is the default.
  virtual std::string sqlite_vfs() = 0;
};

// The machine's own. One object serves all; it has no state.
FileSystem& posix_file_system();

}  // namespace coffer::fs
