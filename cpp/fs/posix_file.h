// An open file of the machine's file system, and the descriptor it stands on.
//
// Threads: a PosixFile belongs to one thread at a time, as File says.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "fs/file_system.h"

namespace coffer::fs {

// Owns a descriptor. close(2) is not repeated after EINTR: on Linux the descriptor is gone.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// Repeats a call as long as a signal interrupts it.
template <typename Call>
auto uninterrupted(const Call& call) -> decltype(call()) {
  for (;;) {
    const auto result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

class PosixFile final : public File {
 public:
  PosixFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  void write(const char* data, std::size_t size) override;
  std::size_t read(std::uint64_t offset, char* data, std::size_t size) override;
  std::uint64_t size() override;
  void truncate(std::uint64_t size) override;
  void start_sync() override;
  void sync() override;
  void close() override;

 private:
  Descriptor descriptor_;
  std::string path_;
};

}  // namespace coffer::fs
