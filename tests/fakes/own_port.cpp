#include "own_port.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace coffer::test {
namespace {

constexpr int kFirst = 10'000;

// Whether no other process of the tests has it: its name is an abstract socket (unix(7)), which
// goes with this process.
bool claimed(int port) {
  const int name = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = "coffer-tests-port-" + std::to_string(port);
  std::memcpy(address.sun_path + 1, text.data(), text.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  if (bind(name, reinterpret_cast<const sockaddr*>(&address), size) == 0) return true;
  close(name);
  return false;
}

template <typename Address>
bool taken(int family, const Address& address) {
  const int probe = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;  // this machine lacks the family
  const bool refused =
      bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno == EADDRINUSE;
  close(probe);
  return refused;
}

bool free_now(int port) {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(static_cast<std::uint16_t>(port));
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = four.sin_port;
  six.sin6_addr = in6addr_loopback;
  return !taken(AF_INET, four) && !taken(AF_INET6, six);
}

}  // namespace

int own_port() {
  int beyond = 0;  // what the system itself gives begins here (ip(7))
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> beyond;
  if (beyond <= kFirst + 1000) beyond = 32'768;
  std::vector<int> ports(static_cast<std::size_t>(beyond - kFirst));
  std::iota(ports.begin(), ports.end(), kFirst);
  std::shuffle(ports.begin(), ports.end(), std::mt19937(std::random_device()()));
  for (const int port : ports) {
    if (claimed(port) && free_now(port)) return port;
  }
  throw std::runtime_error("no port is free");
}

}  // namespace coffer::test
