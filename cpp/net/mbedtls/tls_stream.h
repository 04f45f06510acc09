// One TLS connection over a connected socket, without blocking. The server's certificate is judged
// in the middle of the handshake: a server that is refused gets an alert, neither our Finished nor
// a client certificate.
//
// Threads: belongs to the transport's thread.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/mbedtls/configuration.h"
#include "net/mbedtls/records.h"

namespace coffer::net::internal {

// A session for ReuseSSLSession, and the certificates that came when it began: a resumed handshake
// shows none.
struct SavedSession {
  crypto::Owned<mbedtls_ssl_session, mbedtls_ssl_session_init, mbedtls_ssl_session_free> session;
  std::vector<std::string> chain;
};

inline constexpr std::string_view kTls13 = "TLSv1.3";

class TlsStream {
 public:
  enum class Step { kDone, kWantsRead, kWantsWrite, kEnded, kFailed };
  // DER, the leaf first. False breaks the handshake off.
  using Judge = std::function<bool(const std::vector<std::string>& chain)>;

  using Report = std::function<void(bool sent, const std::string& line)>;

  // `host` is asked for by name (SNI) unless it is an address. `socket` stays the caller's.
  // `report`, which may be empty, is told of each record and of each message in the clear.
  TlsStream(const Config& config, int socket, const std::string& host, Judge judge,
            const Report& report);
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  // To be called first, if at all.
  void resume(const SavedSession& session);
  bool certificate_asked() const;                 // the server wants a client certificate
  std::shared_ptr<SavedSession> session() const;  // null when there is none
  // With TLS 1.3 there is one as often as the server sends a ticket, which `read` comes upon.
  bool take_new_ticket() noexcept { return std::exchange(new_ticket_, false); }

  Step handshake();
  Step read(char* data, std::size_t size, std::size_t& got);  // kEnded: close_notify came
  Step write(const char* data, std::size_t size, std::size_t& put);
  void close_notify();  // as far as it goes without waiting

  std::string version() const;   // "TLSv1.2"
  std::string suite() const;     // IANA's name
  std::string protocol() const;  // of ALPN, "" when none was agreed upon
  int key_exchange_bits() const;
  bool finite_field() const noexcept { return received_.finite_field(); }

  // After kFailed:
  bool certificate_unreadable() const noexcept;  // it broke off before anybody could judge
  bool cut() const noexcept;                     // the socket ended without a close_notify
  int os_errno() const noexcept { return errno_; }
  int alert() const noexcept;  // the fatal one that came (RFC 8446 6.2), else -1
  std::string words() const;

 private:
  using Context = crypto::Owned<mbedtls_ssl_context, mbedtls_ssl_init, mbedtls_ssl_free>;

  static int on_certificate(void* self, mbedtls_x509_crt* certificate, int depth,
                            std::uint32_t* flags) noexcept;
  static int on_send(void* self, const unsigned char* data, std::size_t size) noexcept;
  static int on_receive(void* self, unsigned char* data, std::size_t size) noexcept;
  Step step_of(int result);
  void read_last_words() noexcept;

  const Config& config_;
  const int socket_;
  Judge judge_;
  std::vector<std::string> chain_;
  std::vector<std::string> resumed_chain_;
  Records sent_;
  Records received_;
  int flight_ = 0;  // encrypted records of TLS 1.3 that ended our part of the handshake
  bool refused_ = false;
  bool starved_ = false;  // mbedTLS wanted more than has come
  bool new_ticket_ = false;
  bool established_ = false;
  int error_ = 0;
  int errno_ = 0;
  std::array<unsigned char, std::size_t{64} << 10> ahead_{};  // read from the socket at once
  std::size_t ahead_at_ = 0;
  std::size_t ahead_end_ = 0;
  Context context_;
};

}  // namespace coffer::net::internal
