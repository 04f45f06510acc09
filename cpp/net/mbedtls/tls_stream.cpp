#include "net/mbedtls/tls_stream.h"

#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "certs/host_name.h"
#include "core/error.h"
#include "core/text.h"

namespace coffer::net::internal {

namespace {

#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
constexpr int kNewTicket = MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
constexpr int kNewTicket = -0x7B00;  // nobody's: TLS 1.3 is mbedTLS 3's
#endif

const unsigned char* octets(const char* data) {
  return static_cast<const unsigned char*>(static_cast<const void*>(data));
}

// A module's part of mbedTLS's error codes: the higher one says what was being done.
int high_part(int error) {
  constexpr int kLow = 0x7F;
  return -(-error & ~kLow);
}

// Whether an error is about certificates and keys, not about the protocol.
bool is_about_certificates(int error) {
  constexpr int kX509First = -0x2080;  // MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE
  constexpr int kX509Last = -0x3000;   // MBEDTLS_ERR_X509_FATAL_ERROR
  constexpr int kPkFirst = -0x3880;    // MBEDTLS_ERR_PK_BUFFER_TOO_SMALL
  constexpr int kPkLast = -0x3F80;     // MBEDTLS_ERR_PK_ALLOC_FAILED
  constexpr int kAsn1First = -0x60;    // MBEDTLS_ERR_ASN1_OUT_OF_DATA
  constexpr int kAsn1Last = -0x6C;     // MBEDTLS_ERR_ASN1_BUF_TOO_SMALL
  const int high = high_part(error);
  if (error <= kAsn1First && error >= kAsn1Last) return true;
  return (high <= kX509First && high >= kX509Last) || (high <= kPkFirst && high >= kPkLast);
}

Records::Report one_way(const TlsStream::Report& report, bool sent) {
  if (!report) return nullptr;
  return [report, sent](const std::string& line) { report(sent, line); };
}

// A log that fails ends no connection, and nothing may fly through mbedTLS.
void show(Records& records, const unsigned char* data, std::size_t size) noexcept {
  try {
    records.take(data, size);
  } catch (...) {
    // The next line may come through.
  }
}

}  // namespace

TlsStream::TlsStream(const Config& config, int socket, const std::string& host, Judge judge,
                     const Report& report)
    : config_(config),
      socket_(socket),
      judge_(std::move(judge)),
      sent_(one_way(report, true)),
      received_(one_way(report, false)) {
  crypto::require(mbedtls_ssl_setup(context_.get(), config.get()), "begin a connection");
  std::string name = host;
  if (!name.empty() && name.back() == '.') name.pop_back();
  // RFC 6066 3: an address is no server name.
  const bool address = certs::is_ip_address(host);
  crypto::require(mbedtls_ssl_set_hostname(context_.get(), address ? nullptr : name.c_str()),
                  "name the server");
  mbedtls_ssl_set_verify(context_.get(), on_certificate, this);
  mbedtls_ssl_set_bio(context_.get(), this, on_send, on_receive, nullptr);
#if MBEDTLS_VERSION_MAJOR >= 3
  if (config.key_log().wanted()) {
    // The log is only written to a file that it does not own exclusively.
    mbedtls_ssl_set_export_keys_cb(context_.get(), on_secret,
                                   const_cast<KeyLog*>(&config.key_log()));  // NOLINT
  }
#endif
}

void TlsStream::resume(const SavedSession& session) {
  if (mbedtls_ssl_set_session(context_.get(), session.session.get()) == 0) {
    resumed_chain_ = session.chain;
  }
}

std::shared_ptr<SavedSession> TlsStream::session() const {
  auto saved = std::make_shared<SavedSession>();
  if (mbedtls_ssl_get_session(context_.get(), saved->session.get()) != 0) return nullptr;
  saved->chain = chain_.empty() ? resumed_chain_ : chain_;
  return saved;
}

int TlsStream::on_certificate(void* self, mbedtls_x509_crt* certificate, int depth,
                              std::uint32_t* flags) noexcept {
  auto* const stream = static_cast<TlsStream*>(self);
  *flags = 0;
  if (depth != 0) return 0;
  if (certificate == nullptr) return MBEDTLS_ERR_X509_FATAL_ERROR;
  try {
    std::vector<std::string> chain;
    for (const mbedtls_x509_crt* one = certificate; one != nullptr; one = one->next) {
      if (one->raw.p == nullptr) continue;  // mbedTLS passes over unknown kinds of signature
      chain.emplace_back(static_cast<const char*>(static_cast<const void*>(one->raw.p)),
                         one->raw.len);
    }
    if (certificate->raw.p == nullptr) return MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG;
    stream->chain_ = std::move(chain);
    const bool allowed = stream->config_.versions().allow(stream->version());
    if (allowed && stream->judge_(stream->chain_)) return 0;
  } catch (...) {
    // Nothing may fly through mbedTLS; without a judgement the certificate is refused.
  }
  stream->refused_ = true;
  return MBEDTLS_ERR_X509_FATAL_ERROR;
}

int TlsStream::on_send(void* self, const unsigned char* data, std::size_t size) noexcept {
  auto* const stream = static_cast<TlsStream*>(self);
  while (true) {
    const ssize_t put = send(stream->socket_, data, size, MSG_NOSIGNAL);
    if (put >= 0) {
      show(stream->sent_, data, static_cast<std::size_t>(put));
      return static_cast<int>(put);
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return MBEDTLS_ERR_SSL_WANT_WRITE;
    stream->errno_ = errno;
    stream->read_last_words();
    return stream->errno_ == EPIPE || stream->errno_ == ECONNRESET ? MBEDTLS_ERR_NET_CONN_RESET
                                                                   : MBEDTLS_ERR_NET_SEND_FAILED;
  }
}

int TlsStream::on_receive(void* self, unsigned char* data, std::size_t size) noexcept {
  auto* const stream = static_cast<TlsStream*>(self);
  while (stream->ahead_at_ == stream->ahead_end_) {
    const ssize_t got = recv(stream->socket_, stream->ahead_.data(), stream->ahead_.size(), 0);
    if (got == 0) return 0;
    if (got > 0) {
      stream->ahead_at_ = 0;
      stream->ahead_end_ = static_cast<std::size_t>(got);
      break;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      stream->starved_ = true;
      return MBEDTLS_ERR_SSL_WANT_READ;
    }
    stream->errno_ = errno;
    return errno == ECONNRESET ? MBEDTLS_ERR_NET_CONN_RESET : MBEDTLS_ERR_NET_RECV_FAILED;
  }
  const std::size_t piece = std::min(size, stream->ahead_end_ - stream->ahead_at_);
  std::memcpy(data, stream->ahead_.data() + stream->ahead_at_, piece);
  stream->ahead_at_ += piece;
  show(stream->received_, data, piece);
  return static_cast<int>(piece);
}

// A server that refuses the handshake may be gone before all of ours is out; its alert has come.
void TlsStream::read_last_words() noexcept {
  if (established_) return;
  show(received_, ahead_.data() + ahead_at_, ahead_end_ - ahead_at_);
  ahead_at_ = ahead_end_ = 0;
  while (true) {
    const ssize_t got = recv(socket_, ahead_.data(), ahead_.size(), 0);
    if (got <= 0) return;
    show(received_, ahead_.data(), static_cast<std::size_t>(got));
  }
}

TlsStream::Step TlsStream::step_of(int result) {
  switch (result) {
    case 0:
      return Step::kDone;
    case MBEDTLS_ERR_SSL_WANT_READ:
      return Step::kWantsRead;
    case MBEDTLS_ERR_SSL_WANT_WRITE:
      return Step::kWantsWrite;
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
      return Step::kEnded;
    default:
      error_ = result;
      return Step::kFailed;
  }
}

TlsStream::Step TlsStream::handshake() {
  const Step step = step_of(mbedtls_ssl_handshake(context_.get()));
  if (step == Step::kEnded) error_ = MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY;
  if (step == Step::kEnded) return Step::kFailed;
  if (step != Step::kDone) return step;
  // Without certificates it must be the session that was offered, of certificates judged before.
  const bool known = !chain_.empty() || !resumed_chain_.empty();
  if (!known || !config_.versions().allow(version())) {
    error_ = MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    return Step::kFailed;
  }
  flight_ = sent_.encrypted();
  established_ = true;
  return step;
}

TlsStream::Step TlsStream::read(char* data, std::size_t size, std::size_t& got) {
  got = 0;
  while (true) {
    starved_ = false;
    const int result = mbedtls_ssl_read(
        context_.get(), static_cast<unsigned char*>(static_cast<void*>(data)), size);
    // It also says so between a message of the handshake and what it does with it.
    if (result == MBEDTLS_ERR_SSL_WANT_READ && !starved_) continue;
    if (result > 0) {
      got = static_cast<std::size_t>(result);
      return Step::kDone;
    }
    if (result == kNewTicket) {
      new_ticket_ = true;
      continue;
    }
    if (result == 0) {
      error_ = MBEDTLS_ERR_SSL_CONN_EOF;
      return Step::kFailed;
    }
    return step_of(result);
  }
}

TlsStream::Step TlsStream::write(const char* data, std::size_t size, std::size_t& put) {
  put = 0;
  int result = 0;
  do {
    result = mbedtls_ssl_write(context_.get(), octets(data), size);
    if (result == kNewTicket) new_ticket_ = true;
  } while (result == kNewTicket);
  if (result >= 0) {
    put = static_cast<std::size_t>(result);
    return Step::kDone;
  }
  return step_of(result);
}

void TlsStream::close_notify() {
  static_cast<void>(mbedtls_ssl_close_notify(context_.get()));
}

std::string TlsStream::version() const {
  return mbedtls_ssl_get_version(context_.get());
}

std::string TlsStream::suite() const {
  const char* name = mbedtls_ssl_get_ciphersuite(context_.get());
  return name == nullptr ? std::string() : official_suite(name);
}

std::string TlsStream::protocol() const {
  const char* name = mbedtls_ssl_get_alpn_protocol(context_.get());
  return name == nullptr ? std::string() : name;
}

bool TlsStream::certificate_unreadable() const noexcept {
  return error_ != 0 && !refused_ && chain_.empty() && is_about_certificates(error_);
}

bool TlsStream::cut() const noexcept {
  return error_ == MBEDTLS_ERR_SSL_CONN_EOF || error_ == MBEDTLS_ERR_NET_CONN_RESET ||
         error_ == MBEDTLS_ERR_NET_RECV_FAILED || error_ == MBEDTLS_ERR_NET_SEND_FAILED;
}

int TlsStream::alert() const noexcept {
  if (error_ != MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) return received_.alert();
  const unsigned char* const message = context_.get()->in_msg;  // level, description
  return message == nullptr ? -1 : message[1];
}

// TLS 1.3 asks encrypted, and mbedTLS 3 does not tell. But the client's last flight shows it: to a
// server that asked go a Certificate and a Finished, else a Finished alone, a record each.
bool TlsStream::certificate_asked() const {
  if (version() != kTls13) return received_.certificate_asked();
  return established_ ? flight_ > 1 : sent_.encrypted() > 0;
}

int TlsStream::key_exchange_bits() const {
  const std::string name = suite();
  if (!core::starts_with(name, "TLS_RSA_WITH_")) {
    return received_.group_bits(core::starts_with(name, "TLS_DHE_"));
  }
  const mbedtls_x509_crt* leaf = mbedtls_ssl_get_peer_cert(context_.get());
  if (chain_.empty() || leaf == nullptr) return 0;  // a resumed session
  return static_cast<int>(mbedtls_pk_get_bitlen(&leaf->pk));
}

std::string TlsStream::words() const {
  if (refused_) return "the protocol version is not allowed";
  std::array<char, 200> text{};
  mbedtls_strerror(error_, text.data(), text.size());
  return text.data();
}

}  // namespace coffer::net::internal
