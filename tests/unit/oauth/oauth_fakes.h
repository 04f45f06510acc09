// A clock that tests move, random octets that they know, and a browser of a few lines.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <string>

#include "core/clock.h"
#include "core/error.h"
#include "crypto/random.h"
#include "loopback/listener.h"

namespace coffer::test {

class ManualClock final : public core::Clock {
 public:
  Time now() const override { return now_; }
  std::chrono::system_clock::time_point wall() const override {
    return std::chrono::system_clock::time_point(std::chrono::seconds(1700000000));
  }
  template <typename Duration>
  void pass(Duration time) {
    now_ += time;
  }

 private:
  Time now_ = Time(std::chrono::hours(1));
};

// Every octet is one more than the last.
class CountingRandom final : public crypto::Random {
 public:
  void fill(std::uint8_t* data, std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i)
      data[i] = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};

template <typename Call>
std::int32_t code_of(const Call& call, std::string* text = nullptr) {
  try {
    call();
  } catch (const core::Error& error) {
    if (text != nullptr) *text = error.what();
    return error.code();
  }
  return 0;
}

// A connection to the loopback interface.
class RawClient {
 public:
  explicit RawClient(int port, bool v6 = false)
      : socket_(::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(static_cast<std::uint16_t>(port));
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = four.sin_port;
    six.sin6_addr = in6addr_loopback;
    connected_ =
        (v6 ? ::connect(socket_.fd(), reinterpret_cast<const sockaddr*>(&six), sizeof six)
            : ::connect(socket_.fd(), reinterpret_cast<const sockaddr*>(&four), sizeof four)) == 0;
  }
  bool connected() const { return connected_; }
  void send(const std::string& octets) const {
    std::size_t done = 0;
    while (done < octets.size()) {
      const ssize_t sent =
          ::send(socket_.fd(), octets.data() + done, octets.size() - done, MSG_NOSIGNAL);
      if (sent <= 0) return;
      done += static_cast<std::size_t>(sent);
    }
  }
  // Until the other side closes.
  std::string receive() const {
    std::string all;
    char piece[4096];
    while (true) {
      const ssize_t got = ::recv(socket_.fd(), piece, sizeof piece, 0);
      if (got <= 0) return all;
      all.append(piece, static_cast<std::size_t>(got));
    }
  }

 private:
  loopback::Socket socket_;
  bool connected_ = false;
};

inline std::string http(int port, const std::string& head, const std::string& body = {},
                        bool v6 = false) {
  const RawClient client(port, v6);
  if (!client.connected()) return {};
  std::string request = head + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  if (!body.empty()) {
    request += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\n";
  }
  client.send(request + "\r\n" + body);
  return client.receive();
}

inline std::string get(int port, const std::string& target, bool v6 = false) {
  return http(port, "GET " + target, {}, v6);
}

// The value of a parameter of an address, not decoded.
inline std::string query_of(const std::string& url, const std::string& name) {
  std::size_t found = url.find("?" + name + "=");
  if (found == std::string::npos) found = url.find("&" + name + "=");
  if (found == std::string::npos) return {};
  const std::size_t from = found + name.size() + 2;
  return url.substr(from, url.find('&', from) - from);
}

}  // namespace coffer::test
