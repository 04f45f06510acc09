#include "loopback/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "core/error.h"

namespace coffer::loopback {

namespace {

// How often a port that the system chose for one family may turn out to be taken for the other.
constexpr int kTries = 32;
constexpr int kBacklog = 16;

struct Attempt {
  Socket socket;
  int error = 0;  // errno
};

int port_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  // The socket API takes every kind of address through one pointer type.
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return ntohs(v4.sin_port);
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  return ntohs(v6.sin6_port);
}

Attempt listen_on(bool v6, int port) {
  Attempt attempt;
  attempt.socket = Socket(::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!attempt.socket) {
    attempt.error = errno;
    return attempt;
  }
  const int fd = attempt.socket.fd();
  const int on = 1;
  // Connections of a former sign-in in TIME_WAIT must not keep a fixed port busy.
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in6 six{};
  sockaddr_in four{};
  const auto number = htons(static_cast<std::uint16_t>(port));
  int bound = 0;
  if (v6) {
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    six.sin6_family = AF_INET6;
    six.sin6_port = number;
    six.sin6_addr = in6addr_loopback;
    bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&six), sizeof six);
  } else {
    four.sin_family = AF_INET;
    four.sin_port = number;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&four), sizeof four);
  }
  if (bound != 0 || ::listen(fd, kBacklog) != 0) attempt.error = errno;
  return attempt;
}

bool lacks_family(int error) {
  return error == EAFNOSUPPORT || error == EADDRNOTAVAIL || error == EPROTONOSUPPORT;
}

[[noreturn]] void refuse(int error, int port) {
  const std::string where = "port " + std::to_string(port) + " of this machine";
  switch (error) {
    case EADDRINUSE:
      throw core::Error(10048, "The web server cannot listen on " + where +
                                   ": it is in use. Set OAuthWebServerPort to another, or to 0.");
    case EACCES:
      throw core::Error(10013, "The web server may not listen on " + where +
                                   ": set OAuthWebServerPort to one above 1023, or to 0.");
    case EMFILE:
    case ENFILE:
      throw core::Error(10024, "The web server cannot listen: too many files are open.");
    default:
      throw core::Error(
          10050, "The web server cannot listen on " + where + ": " + std::to_string(error) + ".");
  }
}

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

Listening listen_on_loopback(Family family, int port) {
  for (int tries = 0;; ++tries) {
    Listening result;
    result.port = port;
    int error = 0;
    for (const bool v6 : {false, true}) {
      if (family == (v6 ? Family::kIPv4 : Family::kIPv6)) continue;
      Attempt attempt = listen_on(v6, result.port);
      if (attempt.error == 0) {
        result.port = port_of(attempt.socket.fd());
        result.sockets.push_back(std::move(attempt.socket));
      } else if (error == 0 || !lacks_family(attempt.error)) {
        error = attempt.error;
      }
    }
    const bool partly = family == Family::kBoth && lacks_family(error);
    if (!result.sockets.empty() && (error == 0 || partly)) return result;
    if (error == EADDRINUSE && port == 0 && tries < kTries) continue;
    refuse(error, result.port);
  }
}

}  // namespace coffer::loopback
