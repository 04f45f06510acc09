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
#include <vector>

#include "net/mbedtls/configuration.h"

namespace coffer::net::internal {

// A session for ReuseSSLSession, and the certificates that came when it began: a resumed handshake
// shows none.
struct SavedSession {
  crypto::Owned<mbedtls_ssl_session, mbedtls_ssl_session_init, mbedtls_ssl_session_free> session;
  std::vector<std::string> chain;
};

class TlsStream {
 public:
  enum class Step { kDone, kWantsRead, kWantsWrite, kEnded, kFailed };
  // DER, the leaf first. False breaks the handshake off.
  using Judge = std::function<bool(const std::vector<std::string>& chain)>;

  // `host` is asked for by name (SNI) unless it is an address. `socket` stays the caller's.
  TlsStream(const Config& config, int socket, const std::string& host, Judge judge);
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  // To be called first, if at all.
  void resume(const SavedSession& session);
  bool certificate_asked() const noexcept;        // the server wants a client certificate
  std::shared_ptr<SavedSession> session() const;  // null when there is none

  Step handshake();
  Step read(char* data, std::size_t size, std::size_t& got);  // kEnded: close_notify came
  Step write(const char* data, std::size_t size, std::size_t& put);
  void close_notify();  // as far as it goes without waiting

  std::string version() const;   // "TLSv1.2"
  std::string suite() const;     // IANA's name
  std::string protocol() const;  // of ALPN, "" when none was agreed upon

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

  const Config& config_;
  const int socket_;
  Judge judge_;
  std::vector<std::string> chain_;
  std::vector<std::string> resumed_chain_;
  bool refused_ = false;
  int error_ = 0;
  int errno_ = 0;
  std::array<unsigned char, std::size_t{64} << 10> ahead_{};  // read from the socket at once
  std::size_t ahead_at_ = 0;
  std::size_t ahead_end_ = 0;
  Context context_;
};

}  // namespace coffer::net::internal
