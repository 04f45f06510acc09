// One request on its way: its libcurl handle, what came back, and the judgement whether that is
// whole. A redirect or a question about a certificate makes it begin again.
//
// Threads: everything belongs to the transport's thread.
#pragma once

#include <curl/curl.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/body_decoder.h"
#include "net/easy_setup.h"
#include "net/failure.h"
#include "net/mbedtls/links.h"
#include "net/openssl/tls_context.h"
#include "net/pace.h"
#include "net/proxy_choice.h"
#include "net/tls_gate.h"
#include "net/transport.h"
#include "net/upload.h"
#include "net/wire_log.h"

namespace coffer::net {

// What all transfers of a transport use.
struct Shared {
  explicit Shared(TransportOptions given);
  TransportOptions options;
  Pace pace;
  ProxyChooser proxies;
  UrlReader urls;
  std::unique_ptr<TlsContext> tls;   // with TlsProvider::kPlatform
  internal::Links* links = nullptr;  // with TlsProvider::kInternal; the transport owns them
  std::shared_ptr<TlsGate> gate;     // null when nobody is asked
  std::atomic<std::uint64_t> sent{0};
  int refusals_being_read = 0;  // 429 and 503 of the service, between their header and their end
};

class Flight {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Next {
    kDone,    // outcome() is final
    kAgain,   // begin once more: a redirect
    kParked,  // question() has to be answered first
  };

  // Throws 713 for what must never reach a wire.
  Flight(Shared& shared, std::uint64_t id, Request request, std::shared_ptr<BodySink> sink,
         Done done);
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;
  ~Flight();

  std::uint64_t id() const noexcept { return id_; }
  const Url& url() const noexcept { return url_; }
  CURL* easy() const noexcept { return easy_; }
  bool is_tls() const noexcept { return url_.scheme == "https"; }

  // With TlsProvider::kInternal a TLS connection is there before libcurl begins.
  bool needs_link() const noexcept { return shared_.links != nullptr && is_tls(); }
  internal::Lease find_link();  // an open one; empty when there is none
  internal::Target target() const;
  internal::Target dialling();  // an attempt begins with a connection that is still to be made
  void carry_over(internal::Lease link);
  Next dial_failed(Failure failure, std::shared_ptr<Handshake> handshake);

  // Makes a handle, fresh from curl_easy_reset, ready for one attempt. May throw core::Error.
  void begin(CURL* easy);
  // The attempt is over, the handle out of the multi handle.
  Next finish(CURLcode result);
  void detach() noexcept {
    easy_ = nullptr;
    link_.give_back();
    proxy_link_.reset();
  }
  // Ends it with that outcome, whatever came so far.
  void fail(std::int32_t code, std::string text, bool transient);
  void abandon() noexcept { abandoned_ = true; }  // callbacks refuse from now on
  bool abandoned() const noexcept { return abandoned_; }
  // Waits for Shared::pace with octets that have come.
  bool paused() const noexcept { return paused_; }
  void resume();

  // When the attempt runs out of time unless something comes.
  std::optional<Time> deadline() const;
  void expire();

  const ServerCertificate& question() const { return handshake_->certificate; }
  // Logs the result and hands it over.
  void deliver();

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count,
                               void* self) noexcept;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static int on_progress(void* self, curl_off_t, curl_off_t down, curl_off_t,
                         curl_off_t up) noexcept;
  static int on_request(void* self, char*, char*, int, int) noexcept;
  static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* address) noexcept;
  static CURLcode on_tls(CURL* easy, void* context, void* self) noexcept;
  static int on_traffic(CURL*, curl_infotype kind, char* data, std::size_t size,
                        void* self) noexcept;

  bool is_for_status() const noexcept { return request_.peer == Peer::kStatus; }
  std::optional<Time> usual_deadline() const;
  void start_attempt();
  void set_link();
  void set_proxy_link();
  void add_link_headers(std::vector<std::string>& lines) const;
  bool fail_by_link();
  bool begins_again();
  bool link_may_carry();
  bool platform_may_carry();
  bool tls_may_carry(const std::vector<std::uint8_t>& leaf, bool http2);
  void set_request();
  HeaderList make_headers() const;
  void header_line(std::string_view line);
  bool headers_end();
  bool take_body(std::string_view data);
  bool keep(const char* data, std::size_t size);
  bool request_may_go();
  bool sees_client_certificate() const;
  void refusal_begins();
  void refusal_ends() noexcept;
  void report_connection(ssl_st* connection);
  bool refuse(std::int32_t code, std::string text, bool transient);
  bool fail_by_handshake(CURLcode result);
  Next judge_reply();
  bool follow_redirect();
  bool body_complete() const;
  bool framing_known() const;
  std::string version_of_reply() const;
  void take_local_end();
  std::chrono::milliseconds age() const;
  FailureFacts facts() const;
  void touch() noexcept { last_progress_ = std::chrono::steady_clock::now(); }

  Shared& shared_;
  const std::uint64_t id_;
  Request request_;
  std::shared_ptr<BodySink> sink_;
  Done done_;
  Url url_;
  ProxyChoice proxy_;
  WireLog log_;

  CURL* easy_ = nullptr;
  Upload upload_;
  HeaderList headers_;
  HeaderList proxy_headers_;
  std::array<char, CURL_ERROR_SIZE> words_{};
  std::shared_ptr<Handshake> handshake_;
  internal::Lease link_;
  std::shared_ptr<internal::Link> proxy_link_;  // for http through a proxy that speaks TLS
  std::unique_ptr<BodyDecoder> decoder_;
  Outcome outcome_;
  std::exception_ptr thrown_;
  std::size_t header_octets_ = 0;
  std::size_t body_octets_ = 0;  // decoded
  curl_off_t moved_ = 0;
  int redirects_ = 0;
  bool failed_ = false;  // outcome_ says why
  bool headers_done_ = false;
  bool to_sink_ = false;
  bool new_tls_ = false;
  bool request_sent_ = false;
  bool abandoned_ = false;
  bool paused_ = false;
  bool reads_refusal_ = false;
  bool logs_traffic_ = false;
  bool dialled_ = false;         // the attempt has begun with the connection
  bool link_was_spent_ = false;  // libcurl wanted another connection than the link
  int spent_links_ = 0;
  Time started_;
  std::optional<Time> limit_;  // of all attempts together
  Time last_progress_;
};

}  // namespace coffer::net
