#include "fs/posix_file.h"

#include <sys/stat.h>

#include <limits>

#include "fs/io_error.h"

namespace coffer::fs {
namespace {

// Offsets are off_t in the system's calls; one that does not fit cannot be in a file.
off_t checked_offset(std::uint64_t offset, const std::string& path) {
  if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) {
    throw io_error("reach that offset of", path, EFBIG);
  }
  return static_cast<off_t>(offset);
}

}  // namespace

void PosixFile::write(const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = uninterrupted([&] { return ::write(descriptor_.get(), data, size); });
    if (written < 0) throw io_error("write", path_, errno);
    // A regular file takes nothing only when there is no room for it.
    if (written == 0) throw io_error("write", path_, ENOSPC);
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

std::size_t PosixFile::read(std::uint64_t offset, char* data, std::size_t size) {
  const off_t from = checked_offset(offset, path_);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = uninterrupted([&] {
      return ::pread(descriptor_.get(), data + done, size - done, from + static_cast<off_t>(done));
    });
    if (got < 0) throw io_error("read", path_, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

std::uint64_t PosixFile::size() {
  struct stat entry = {};
  if (::fstat(descriptor_.get(), &entry) != 0) throw io_error("examine", path_, errno);
  return static_cast<std::uint64_t>(entry.st_size);
}

void PosixFile::truncate(std::uint64_t size) {
  const off_t length = checked_offset(size, path_);
  if (uninterrupted([&] { return ::ftruncate(descriptor_.get(), length); }) != 0) {
    throw io_error("shorten", path_, errno);
  }
}

void PosixFile::start_sync() {
  // Without its WAIT flags the call neither waits nor takes note of a failed write, so a failure
  // still reaches sync(). That it is not supported here does no harm.
  static_cast<void>(::sync_file_range(descriptor_.get(), 0, 0, SYNC_FILE_RANGE_WRITE));
}

void PosixFile::sync() {
  // Never repeated after a failure: the kernel reports a lost page once and then calls it clean
  // (fsync(2), Errors), so that a second call would succeed without the data.
  if (uninterrupted([&] { return ::fdatasync(descriptor_.get()); }) != 0) {
    throw io_error("write to the disk", path_, errno);
  }
}

void PosixFile::close() {
  const int fd = descriptor_.release();
  // EINTR: closed all the same. Network file systems report what they could not write.
  if (fd >= 0 && ::close(fd) != 0 && errno != EINTR) throw io_error("close", path_, errno);
}

}  // namespace coffer::fs
