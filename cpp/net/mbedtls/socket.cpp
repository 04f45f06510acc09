#include "net/mbedtls/socket.h"

#include <netdb.h>

#include <array>
#include <cstdlib>

#include "core/error.h"

namespace coffer::net::internal {

namespace {

sockaddr* generic(sockaddr_un& address) {
  return static_cast<sockaddr*>(static_cast<void*>(&address));
}

std::string name_of(const sockaddr_un& address, socklen_t size) {
  return {static_cast<const char*>(static_cast<const void*>(&address)), size};
}

[[noreturn]] void no_socket() {
  throw core::Error(30005, "The system gives no more sockets; close some or raise the limit.");
}

Socket new_socket() {
  Socket result(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!result) no_socket();
  return result;
}

void start_listening(const Socket& listener) {
  constexpr int kBacklog = 8;
  if (listen(listener.get(), kBacklog) != 0) no_socket();
}

// A socket with a name of the kernel's choice.
Socket named_socket(sockaddr_un& address, socklen_t& size) {
  Socket result = new_socket();
  address = {};
  address.sun_family = AF_UNIX;
  size = sizeof address;
  if (bind(result.get(), generic(address), sizeof address.sun_family) != 0 ||
      getsockname(result.get(), generic(address), &size) != 0) {
    no_socket();
  }
  return result;
}

}  // namespace

std::pair<std::string, int> local_end_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  auto* const any = static_cast<sockaddr*>(static_cast<void*>(&address));
  if (getsockname(socket, any, &size) != 0 || address.ss_family == AF_UNIX ||
      getnameinfo(any, size, host.data(), host.size(), port.data(), port.size(),
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return {std::string(), 0};
  }
  return {host.data(), std::stoi(port.data())};
}

std::string LocalConnection::open_path() {
  // Not TMPDIR: the environment chooses nothing (contract section 6).
  for (const char* parent : {"/tmp", "/dev/shm"}) {
    std::string folder = std::string(parent) + "/coffer-XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) continue;
    folder_ = folder;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string path = folder + "/tls";
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    listener_ = new_socket();
    if (bind(listener_.get(), generic(address), sizeof address) == 0) {
      start_listening(listener_);
      return path;
    }
    close();
  }
  throw core::Error(30005,
                    "SSLProvider Internal needs a writable /tmp or /dev/shm for its sockets.");
}

void LocalConnection::open_name(sockaddr_un& address, socklen_t& size) {
  listener_ = named_socket(address, size);
  start_listening(listener_);
}

Socket LocalConnection::client() {
  sockaddr_un own{};
  socklen_t size = 0;
  Socket end = named_socket(own, size);
  client_name_ = name_of(own, size);
  return end;
}

void LocalConnection::close() noexcept {
  listener_.reset();
  if (folder_.empty()) return;
  unlink((folder_ + "/tls").c_str());
  rmdir(folder_.c_str());
  folder_.clear();
}

Socket LocalConnection::accept() {
  while (listener_) {
    sockaddr_un address{};
    socklen_t size = sizeof address;
    Socket end(accept4(listener_.get(), generic(address), &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!end) break;
    // Any process of this machine could connect.
    if (name_of(address, size) != client_name_) continue;
    close();
    return end;
  }
  return Socket();
}

}  // namespace coffer::net::internal
