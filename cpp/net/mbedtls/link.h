// A TLS connection as libcurl sees it: one end of a pair of sockets, over which it speaks HTTP as
// if there were no TLS. The other end is here; what comes goes through mbedTLS and over a
// connection that a Dial has made. No thread: advance moves on as far as it goes without waiting.
//
// Threads: belongs to the transport's thread.
#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/handshake.h"
#include "net/mbedtls/configuration.h"
#include "net/mbedtls/dial.h"
#include "net/mbedtls/tls_stream.h"
#include "net/mbedtls/trust.h"

namespace coffer::net::internal {

// What all links of a transport use.
struct Provider {
  Provider(CURLM* handle, const TransportOptions& given, std::shared_ptr<const TlsGate> asked);
  CURLM* const multi;
  const TransportOptions& options;
  const std::shared_ptr<const TlsGate> gate;
  const Config& for_service();  // with the client certificate; throws 281
  const Config server;
  const Config proxy;
  Trust trust;
  std::map<std::string, std::shared_ptr<SavedSession>> sessions;

 private:
  std::unique_ptr<const Config> service_;
};

struct Target {
  std::string host;
  int port = 0;
  ProxyChoice route;
  bool for_proxy = false;    // `host` is a proxy that speaks TLS
  bool for_service = false;  // may see the client certificate
  std::string label;         // for texts
  std::string key() const;
};

class Link {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Link(Provider& provider, Target target);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  static Target proxy_of(const ProxyChoice& route);
  const Target& target() const noexcept { return target_; }
  const std::shared_ptr<Handshake>& handshake() const noexcept { return handshake_; }
  bool ready() const noexcept { return state_ == State::kOpen; }
  bool usable() const noexcept { return ready() && !down_over_ && !up_over_ && !retired; }
  bool ended() const noexcept { return state_ == State::kEnded; }
  // What broke it, also when it was open already; code 0 while nothing did.
  const Failure& failure() const noexcept { return failure_; }
  bool http2() const { return protocol_ == "h2"; }
  std::string words() const { return version_ + ", " + suite_; }
  NegotiatedSession negotiated() const;
  std::pair<std::string, int> local_end() const;  // of the connection outside

  // Where libcurl connects its end to: a path that names the link as long as it lives, and exists
  // until libcurl has used it. Throws 30005.
  const std::string& path();
  // libcurl's end, once; CURL_SOCKET_BAD afterwards. Throws 30005.
  curl_socket_t take_end();
  // The same for a link to a proxy, whose address libcurl has resolved in vain: `address` becomes
  // ours. It is taken before the link is ready; what libcurl writes waits until the handshake was
  // verified.
  curl_socket_t take_end_at(curl_sockaddr& address);
  bool taken() const noexcept { return local_.taken(); }

  bool landed(CURL* easy, CURLcode result);  // false: not a handle of this link
  void advance();
  bool busy() const noexcept { return busy_; }  // advance would do more at once
  void watch(std::vector<curl_waitfd>& set) const;
  std::optional<Time> deadline() const;
  void expire(Time now);
  void close() noexcept { end(); }

  // For whoever hands requests to links:
  int users = 0;
  bool retired = false;   // takes no more requests
  bool begun = false;     // one of its users has told libcurl to begin HTTP/2 on it
  bool reported = false;  // its handshake was told to the application

 private:
  enum class State { kNew, kDialing, kHandshake, kOpen, kEnded };

  void dial();
  curl_socket_t open_inner(curl_sockaddr& address);
  void begin_tls();
  void shake_hands();
  Failure handshake_failure() const;
  std::optional<Failure> certificate_failure(bool hung_up) const;
  bool judge(const std::vector<std::string>& chain);
  void opened();
  void keep_session();
  void move();
  bool move_down();
  bool move_up();
  void broken();
  void fail(Failure failure);
  void end() noexcept;

  Provider& provider_;
  const Target target_;
  State state_ = State::kNew;
  Time started_;
  Failure failure_;
  std::shared_ptr<Handshake> handshake_;
  std::string protocol_;
  std::string version_;
  std::string suite_;
  int key_exchange_bits_ = 0;
  bool finite_field_ = false;
  bool answered_ = false;
  std::pair<std::string, int> local_end_;
  std::unique_ptr<Link> inner_;  // to the route's proxy, when that speaks TLS
  std::unique_ptr<Dial> dial_;
  LocalConnection local_;
  std::string path_;
  Socket ours_;  // once libcurl has connected its end
  Socket wire_;
  std::unique_ptr<TlsStream> stream_;
  std::shared_ptr<SavedSession> offered_;

  static constexpr std::size_t kRecord = std::size_t{16} << 10;
  static constexpr std::size_t kRoom = 4 * kRecord;
  std::vector<char> down_;  // from the server, not yet taken by libcurl
  std::size_t down_at_ = 0;
  std::size_t down_end_ = 0;
  std::vector<char> up_;
  std::size_t up_at_ = 0;
  std::size_t up_end_ = 0;
  bool down_over_ = false;  // the server sends no more
  bool down_shut_ = false;  // and libcurl was told
  bool up_over_ = false;    // libcurl sends no more, or nobody takes it
  bool writes_blocked_ = false;
  bool reads_blocked_ = false;  // libcurl does not take what is there
  bool busy_ = false;
};

}  // namespace coffer::net::internal
