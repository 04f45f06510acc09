// Listening sockets that only this machine can reach.
//
// Threads: values, one thread at a time.
#pragma once

#include <utility>
#include <vector>

namespace coffer::loopback {

// A descriptor that is closed when it goes.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();
  int fd() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

enum class Family { kIPv4, kIPv6, kBoth };

struct Listening {
  std::vector<Socket> sockets;
  int port = 0;
};

// 127.0.0.1, ::1, or both on one port: a browser may take "localhost" for either. Port 0 lets the
// system choose. kBoth is content with one where the machine lacks the other family. Throws 10048
// when the port is taken, else the code of the system's refusal.
Listening listen_on_loopback(Family family, int port);

}  // namespace coffer::loopback
