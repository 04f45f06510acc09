#include "net/mbedtls/dial.h"

#include <fcntl.h>

#include <utility>

#include "core/error.h"
#include "core/text.h"

namespace coffer::net::internal {

namespace {

std::string plain_url(const std::string& host, int port) {
  const bool literal = host.find(':') != std::string::npos;
  return "http://" + (literal ? "[" + host + "]" : host) + ":" + std::to_string(port) + "/";
}

}  // namespace

// CURL_SOCKOPT_ALREADY_CONNECTED with a pair of sockets would be simpler, but libcurl 7.88 connects
// whatever that says.
void use_local_sockets(CURL* easy, curl_opensocket_callback open, void* data) {
  set(easy, CURLOPT_OPENSOCKETFUNCTION, open);
  set(easy, CURLOPT_OPENSOCKETDATA, data);
  set(easy, CURLOPT_SOCKOPTFUNCTION, static_cast<curl_sockopt_callback>(nullptr));
  set(easy, CURLOPT_INTERFACE, static_cast<char*>(nullptr));
  set(easy, CURLOPT_LOCALPORT, 0L);
  set(easy, CURLOPT_TCP_KEEPALIVE, 0L);
}

Dial::Dial(CURLM* multi, const TransportOptions& options, const std::string& host, int port,
           const ProxyChoice& proxy, OpenSocket open_socket)
    : multi_(multi),
      host_(host),
      proxy_(proxy),
      open_socket_(std::move(open_socket)),
      log_(options.log),
      easy_(curl_easy_init()) {
  if (!easy_) throw core::Error(30002, "Out of memory.");
  CURL* const easy = easy_.get();
  const std::string address = plain_url(host, port);
  apply_settings(easy, options, Url::parse(address), proxy, false);
  set(easy, CURLOPT_URL, address.c_str());
  set(easy, CURLOPT_CONNECT_ONLY, 1L);
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_ERRORBUFFER, words_.data());
  // An http proxy shall not speak the request for us but let us through.
  if (core::starts_with(proxy.url, "http")) set(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
  for (const core::Secret& line : proxy.headers)
    append(proxy_headers_, line.reveal());
  set(easy, CURLOPT_PROXYHEADER, proxy_headers_.get());
  if (open_socket_) use_local_sockets(easy, &Dial::on_open, this);
  log_.set_tunnel(proxy.firewall, proxy.headers);
  if (log_.headers()) {
    set(easy, CURLOPT_VERBOSE, 1L);
    set(easy, CURLOPT_DEBUGFUNCTION, &Dial::on_traffic);
    set(easy, CURLOPT_DEBUGDATA, this);
  }
  if (curl_multi_add_handle(multi_, easy) != CURLM_OK) throw core::Error(30002, "Out of memory.");
  added_ = true;
}

Dial::~Dial() {
  if (added_) curl_multi_remove_handle(multi_, easy_.get());
}

Socket Dial::finish(CURLcode result, Failure& failure) {
  if (result == CURLE_OK) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &socket);
    // libcurl closes its own descriptor with the handle.
    Socket own(socket == CURL_SOCKET_BAD ? -1 : fcntl(socket, F_DUPFD_CLOEXEC, 0));
    if (own && fcntl(own.get(), F_SETFL, O_NONBLOCK) == 0) return own;
    failure = {30005, "The system gives no more sockets; close some or raise the limit.", false};
    return Socket();
  }
  FailureFacts facts;
  facts.host = host_;
  facts.proxy = proxy_.name();
  facts.first = proxy_.first_name();
  facts.detail = words_.data();
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &facts.os_errno);
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &facts.proxy_status);
  curl_easy_getinfo(easy_.get(), CURLINFO_PROXYAUTH_AVAIL, &facts.proxy_offers);
  curl_easy_getinfo(easy_.get(), CURLINFO_PROXY_ERROR, &facts.socks_error);
  facts.connecting = true;
  failure = failure_of(result, facts);
  return Socket();
}

curl_socket_t Dial::on_open(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  try {
    return static_cast<Dial*>(self)->open_socket_(*address);
  } catch (...) {
    return CURL_SOCKET_BAD;
  }
}

int Dial::on_traffic(CURL*, curl_infotype kind, char* data, std::size_t size, void* self) noexcept {
  try {
    static_cast<Dial*>(self)->log_.traffic(kind, {data, size});
  } catch (...) {
    // A log that fails ends no connection.
  }
  return 0;
}

}  // namespace coffer::net::internal
