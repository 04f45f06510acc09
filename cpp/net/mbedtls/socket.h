// Owned descriptors, and a way to connect one with a library that wants to connect by itself.
//
// Threads: an object belongs to one thread.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace coffer::net::internal {

class Socket {
 public:
  explicit Socket(int descriptor = -1) noexcept : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { reset(); }

  int get() const noexcept { return descriptor_; }
  explicit operator bool() const noexcept { return descriptor_ >= 0; }
  int release() noexcept { return std::exchange(descriptor_, -1); }
  void reset(int descriptor = -1) noexcept {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = descriptor;
  }

 private:
  int descriptor_;
};

// The address and port that a socket has here; "" and 0 when it has none.
std::pair<std::string, int> local_end_of(int socket);

// A local connection that somebody else completes: whoever gets `client` connects it to where this
// one listens, and accept then gives the other end, to that client and nobody else.
class LocalConnection {
 public:
  LocalConnection() = default;
  LocalConnection(const LocalConnection&) = delete;
  LocalConnection& operator=(const LocalConnection&) = delete;
  ~LocalConnection() { close(); }

  // Either of them, once. A path in a folder of our own, which goes as soon as the client is there;
  // or a name that the kernel chooses and that is no file (unix(7), autobind). Throw 30005.
  std::string open_path();
  void open_name(sockaddr_un& address, socklen_t& size);
  Socket client();  // throws 30005
  bool taken() const noexcept { return !client_name_.empty(); }
  int waiting() const noexcept { return listener_.get(); }  // -1 when nobody is waited for
  Socket accept();                                          // empty as long as nobody came
  void close() noexcept;

 private:
  Socket listener_;
  std::string folder_;
  std::string client_name_;
};

}  // namespace coffer::net::internal
