#include "net/easy_setup.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "net/pace.h"

namespace coffer::net {

namespace {

// What a TLS record and a frame of HTTP/2 hold at most. Larger ones are allocated and given back
// for each transfer all the same.
constexpr long kBuffer = 16L << 10;
constexpr long kForever = std::numeric_limits<int>::max();  // ms; libcurl's 0 means 300 s

// The kernel counts in seconds, up to 32767.
int whole_seconds(int milliseconds) {
  return std::clamp(milliseconds / 1000 + (milliseconds % 1000 > 0 ? 1 : 0), 1, 32767);
}

int on_socket(void* self, curl_socket_t socket, curlsocktype) {
  const auto* options = static_cast<const TransportOptions*>(self);
  const auto put = [socket](int level, int name, auto value) {
    // A size that the system does not like leaves its own (manual, InBufferSize).
    static_cast<void>(setsockopt(socket, level, name, &value, sizeof value));
  };
  if (options->in_buffer > 0) put(SOL_SOCKET, SO_RCVBUF, options->in_buffer);
  if (options->out_buffer > 0) put(SOL_SOCKET, SO_SNDBUF, options->out_buffer);
  // Manual, Linger: True and LingerTime 0 is the system's own way; False ends at once.
  if (!options->linger || options->linger_seconds > 0) {
    put(SOL_SOCKET, SO_LINGER, linger{1, options->linger ? options->linger_seconds : 0});
  }
  // Not libcurl's options for this, which replace the system's times by their own.
  if (options->tcp_keep_alive) put(SOL_SOCKET, SO_KEEPALIVE, 1);
  if (options->tcp_keep_alive && options->tcp_keep_alive_time_ms > 0) {
    put(IPPROTO_TCP, TCP_KEEPIDLE, whole_seconds(options->tcp_keep_alive_time_ms));
  }
  if (options->tcp_keep_alive && options->tcp_keep_alive_interval_ms > 0) {
    put(IPPROTO_TCP, TCP_KEEPINTVL, whole_seconds(options->tcp_keep_alive_interval_ms));
  }
  // The port is ours again as soon as its last connection is closed, not minutes later.
  if (options->local_port > 0) put(SOL_SOCKET, SO_REUSEADDR, 1);
  return CURL_SOCKOPT_OK;
}

void set_connection(CURL* easy, const TransportOptions& options, const Url& url,
                    const ProxyChoice& proxy) {
  set(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  // A cancelled transfer does not wait for its resolver thread, which ends by itself.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(easy, CURLOPT_PATH_AS_IS, 1L);
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  // Refused while the handle still holds the buffer of its last transfer (an HTTP/2 connection that
  // other streams go on using): that buffer has this size already.
  static_cast<void>(
      curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, Pace(options.max_transfer_rate).piece(kBuffer)));
  set(easy, CURLOPT_UPLOAD_BUFFERSIZE, kBuffer);
  // Decoding is BodyDecoder's.
  set(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);

  const int limit = options.connect_timeout_seconds > 0 ? options.connect_timeout_seconds
                                                        : options.timeout_seconds;
  const long limit_ms = limit > 0 ? std::min(kForever, static_cast<long>(limit) * 1000) : kForever;
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, limit_ms);

  // 0 and 1 allow one family alone; an address written in the URL, or as the
  // proxy's, says its own.
  const std::string& first = proxy.url.empty() ? url.host : proxy.host;
  const bool literal = first.find(':') != std::string::npos;
  long families = CURL_IPRESOLVE_WHATEVER;
  if (options.use_ipv6 == 0 && !literal) families = CURL_IPRESOLVE_V4;
  if (options.use_ipv6 == 1) families = CURL_IPRESOLVE_V6;
  set(easy, CURLOPT_IPRESOLVE, families);

  if (!options.local_host.empty()) set(easy, CURLOPT_INTERFACE, options.local_host.c_str());
  if (options.local_port > 0) set(easy, CURLOPT_LOCALPORT, static_cast<long>(options.local_port));
  set(easy, CURLOPT_TCP_NODELAY, options.tcp_no_delay ? 1L : 0L);
  set(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
  set(easy, CURLOPT_SOCKOPTDATA, &options);
}

void set_http(CURL* easy, const TransportOptions& options) {
  long version = CURL_HTTP_VERSION_1_1;
  if (options.http_version == HttpVersion::k10) version = CURL_HTTP_VERSION_1_0;
  if (options.http_version == HttpVersion::k20) version = CURL_HTTP_VERSION_2TLS;
  set(easy, CURLOPT_HTTP_VERSION, version);
  if (options.http_version == HttpVersion::k20) set(easy, CURLOPT_PIPEWAIT, 1L);
  if (!options.keep_alive) set(easy, CURLOPT_FORBID_REUSE, 1L);
}

void set_tls(CURL* easy, const TransportOptions& options, bool overridden) {
  // Two locks on one door: libcurl's own check (names and chain) and TlsContext's judge. Only where
  // a certificate was accepted against libcurl's verdict does the first one step aside.
  set(easy, CURLOPT_SSL_VERIFYPEER, overridden ? 0L : 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, overridden ? 0L : 2L);
  set(easy, CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
  // TlsContext brings the trust store; libcurl need not read the bundle for each connection.
  set(easy, CURLOPT_CAINFO, static_cast<char*>(nullptr));
  set(easy, CURLOPT_CAPATH, static_cast<char*>(nullptr));
  set(easy, CURLOPT_PROXY_CAINFO, static_cast<char*>(nullptr));
  set(easy, CURLOPT_PROXY_CAPATH, static_cast<char*>(nullptr));
  set(easy, CURLOPT_SSL_SESSIONID_CACHE, options.reuse_session ? 1L : 0L);
}

void set_proxy(CURL* easy, const ProxyChoice& proxy) {
  // Empty strings, unlike none, keep libcurl from asking the environment; who goes straight was
  // decided by ProxyChooser.
  set(easy, CURLOPT_PROXY, proxy.url.c_str());
  set(easy, CURLOPT_NOPROXY, "");
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  if (proxy.url.empty()) return;
  set(easy, CURLOPT_HTTPPROXYTUNNEL, proxy.tunnel ? 1L : 0L);
  set(easy, CURLOPT_SOCKS5_AUTH, static_cast<long>(CURLAUTH_BASIC));
  if (!proxy.pre_proxy.empty()) set(easy, CURLOPT_PRE_PROXY, proxy.pre_proxy.c_str());
  // Always said: libcurl's own is Basic, with whatever credentials stand in any of the addresses.
  set(easy, CURLOPT_PROXYAUTH, proxy.auth);
  if (!proxy.user.empty()) {
    set(easy, CURLOPT_PROXYUSERNAME, proxy.user.c_str());
    set(easy, CURLOPT_PROXYPASSWORD, proxy.password.reveal().c_str());
  }
}

}  // namespace

void refuse_option(CURLoption option, CURLcode why) {
  if (why == CURLE_OUT_OF_MEMORY) throw core::Error(30002, "Out of memory.");
  throw core::Error(30005, "libcurl refuses its option " + std::to_string(option) + ": " +
                               curl_easy_strerror(why) + ".");
}

void append(HeaderList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw core::Error(30002, "Out of memory.");
  static_cast<void>(list.release());
  list.reset(longer);
}

void apply_settings(CURL* easy, const TransportOptions& options, const Url& url,
                    const ProxyChoice& proxy, bool overridden) {
  set_connection(easy, options, url, proxy);
  set_http(easy, options);
  set_tls(easy, options, overridden);
  set_proxy(easy, proxy);
}

}  // namespace coffer::net
