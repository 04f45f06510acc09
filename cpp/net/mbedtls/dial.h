// A connection to a host and port, straight or through a proxy, made by a libcurl handle in the
// transport's multi handle: resolving, addresses of both families, SOCKS and CONNECT with all their
// kinds of authentication stay libcurl's. What comes out is a socket over which nothing was said.
//
// Threads: belongs to the transport's thread.
#pragma once

#include <curl/curl.h>

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "net/easy_setup.h"
#include "net/failure.h"
#include "net/mbedtls/socket.h"
#include "net/options.h"
#include "net/proxy_choice.h"
#include "net/wire_log.h"

namespace coffer::net::internal {

class Dial {
 public:
  // Gives libcurl a socket instead of its own, and where to connect it: the way to a proxy that
  // speaks TLS.
  using OpenSocket = std::function<curl_socket_t(curl_sockaddr&)>;

  // Starts. Throws 30002 and 30005.
  Dial(CURLM* multi, const TransportOptions& options, const std::string& host, int port,
       const ProxyChoice& proxy, OpenSocket open_socket);
  Dial(const Dial&) = delete;
  Dial& operator=(const Dial&) = delete;
  ~Dial();

  CURL* easy() const noexcept { return easy_.get(); }
  // libcurl is through with it. The socket, or the failure.
  Socket finish(CURLcode result, Failure& failure);

 private:
  struct FreeEasy {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  };

  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;
  static int on_traffic(CURL*, curl_infotype kind, char* data, std::size_t size,
                        void* self) noexcept;

  CURLM* const multi_;
  const std::string host_;
  const ProxyChoice proxy_;
  OpenSocket open_socket_;
  WireLog log_;
  std::array<char, CURL_ERROR_SIZE> words_{};
  HeaderList proxy_headers_;
  bool added_ = false;
  std::unique_ptr<CURL, FreeEasy> easy_;
};

// Makes a handle use local sockets of ours: what was for the way outside does not fit them.
void use_local_sockets(CURL* easy, curl_opensocket_callback open, void* data);

}  // namespace coffer::net::internal
