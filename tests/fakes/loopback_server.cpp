#include "loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace coffer::test {

namespace {

int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                unsigned int in_size, void*) {
  static const unsigned char kH2[] = {2, 'h', '2'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kH2, sizeof kH2, in, in_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

thread_local LoopbackServer* serving = nullptr;

}  // namespace

Peer::~Peer() {
  if (tls_ != nullptr) SSL_free(tls_);
  if (socket_ >= 0) close(socket_);
}

long Peer::receive(char* data, std::size_t size) {
  if (socket_ < 0) return 0;
  const long got =
      tls_ != nullptr ? SSL_read(tls_, data, static_cast<int>(size)) : recv(socket_, data, size, 0);
  return got;
}

std::string Peer::read_some() {
  if (!buffer_.empty()) return std::exchange(buffer_, {});
  std::array<char, 16384> piece;
  const long got = receive(piece.data(), piece.size());
  std::string octets(piece.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  if (serving != nullptr) serving->note(octets);
  return octets;
}

bool Peer::wait_with(int other) {
  if (!buffer_.empty() || (tls_ != nullptr && SSL_pending(tls_) > 0)) return true;
  std::array<pollfd, 2> both{{{socket_, POLLIN, 0}, {other, POLLIN, 0}}};
  while (poll(both.data(), both.size(), -1) < 0) {
  }
  return both[0].revents != 0;
}

std::string Peer::request() {
  std::string text;
  std::size_t end = std::string::npos;
  std::size_t whole = 0;
  while (end == std::string::npos || text.size() < whole) {
    const std::string more = read_some();
    if (more.empty()) return {};
    text += more;
    if (end == std::string::npos && (end = text.find("\r\n\r\n")) != std::string::npos) {
      const std::size_t at = text.find("Content-Length: ");
      whole = end + 4 + (at < end ? std::stoul(text.substr(at + 16)) : 0);
    }
  }
  buffer_ = text.substr(whole);
  text.resize(whole);
  return text;
}

bool Peer::send(const std::string& octets) {
  std::size_t at = 0;
  while (at < octets.size()) {
    const std::size_t left = octets.size() - at;
    const long put = tls_ != nullptr ? SSL_write(tls_, octets.data() + at, static_cast<int>(left))
                                     : ::send(socket_, octets.data() + at, left, MSG_NOSIGNAL);
    if (put <= 0) return false;
    at += static_cast<std::size_t>(put);
  }
  return true;
}

void Peer::reply(const std::string& body, const std::string& status, const std::string& headers) {
  send("HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
       headers + "\r\n" + body);
}

void Peer::end() {
  if (tls_ != nullptr) SSL_shutdown(tls_);
  cut();
}

void Peer::cut() {
  shutdown(socket_, SHUT_WR);
}

void Peer::reset() {
  const struct linger now = {1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  if (tls_ != nullptr) SSL_set_quiet_shutdown(tls_, 1);
  close(std::exchange(socket_, -1));
}

void Peer::wait_for_client_to_go() {
  while (!read_some().empty()) {
  }
}

bool Peer::resumed() const {
  return tls_ != nullptr && SSL_session_reused(tls_) == 1;
}

std::string Peer::version() const {
  return tls_ == nullptr ? std::string() : SSL_get_version(tls_);
}

bool Peer::starts_tls(ssl_ctx_st* context) {
  tls_ = SSL_new(context);
  SSL_set_fd(tls_, socket_);
  return SSL_accept(tls_) == 1;
}

LoopbackServer::LoopbackServer(Script script) : script_(std::move(script)) {
  listen_here();
}

LoopbackServer::LoopbackServer(Script script, const TestCertificate& certificate, bool http2)
    : script_(std::move(script)), http2_(http2) {
  present(certificate);
  listen_here();
}

void LoopbackServer::present(const TestCertificate& certificate) {
  std::shared_ptr<ssl_ctx_st> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_use_certificate(context.get(), certificate.certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), certificate.key.get());
  if (certificate.issuer) SSL_CTX_add1_chain_cert(context.get(), certificate.issuer.get());
  if (http2_) SSL_CTX_set_alpn_select_cb(context.get(), choose_alpn, nullptr);
  const std::lock_guard<std::mutex> lock(mutex_);
  context_ = std::move(context);
}

void LoopbackServer::tls_versions(int lowest, int highest) {
  const std::lock_guard<std::mutex> lock(mutex_);
  SSL_CTX_set_min_proto_version(context_.get(), lowest);
  SSL_CTX_set_max_proto_version(context_.get(), highest);
  if (lowest < TLS1_2_VERSION) SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
}

void LoopbackServer::ask_for_certificate(const TestCertificate& authority) {
  const std::lock_guard<std::mutex> lock(mutex_);
  SSL_CTX* context = context_.get();
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.certificate.get());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, on_client_certificate, this);
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>("coffer"), 6);
}

int LoopbackServer::on_client_certificate(x509_store_ctx_st* verification, void* self) {
  auto* server = static_cast<LoopbackServer*>(self);
  std::vector<std::string> shown;
  const STACK_OF(X509)* chain = X509_STORE_CTX_get0_untrusted(verification);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    unsigned char* data = nullptr;
    const int size = i2d_X509(sk_X509_value(chain, i), &data);
    if (size > 0) shown.emplace_back(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
    OPENSSL_free(data);
  }
  {
    const std::lock_guard<std::mutex> lock(server->mutex_);
    server->shown_ = std::move(shown);
  }
  return X509_verify_cert(verification);
}

void LoopbackServer::listen_here() {
  std::signal(SIGPIPE, SIG_IGN);
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || bind(listener_, generic, size) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, generic, &size) != 0 || pipe(stop_) != 0) {
    throw std::runtime_error("no loopback server");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
  close(stop_[1]);
  acceptor_.join();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const int socket : open_)
      shutdown(socket, SHUT_RDWR);
  }
  for (std::thread& server : servers_)
    server.join();
  close(listener_);
  close(stop_[0]);
}

void LoopbackServer::accept_all() {
  while (true) {
    std::array<pollfd, 2> wanted = {{{listener_, POLLIN, 0}, {stop_[0], POLLIN | POLLHUP, 0}}};
    poll(wanted.data(), wanted.size(), -1);
    if (wanted[1].revents != 0) return;
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    const std::lock_guard<std::mutex> lock(mutex_);
    ++connections_;
    open_.push_back(socket);
    servers_.emplace_back([this, socket] { serve(socket); });
  }
}

void LoopbackServer::serve(int socket) {
  serving = this;
  std::shared_ptr<ssl_ctx_st> context;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    context = context_;
  }
  const int watched = dup(socket);  // stays valid for the destructor's shutdown
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::replace(open_.begin(), open_.end(), socket, watched);
  }
  {
    Peer peer(socket, nullptr);
    const bool ready = !context || peer.starts_tls(context.get());
    if (ready && context) {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++handshakes_;
      resumed_ += peer.resumed() ? 1 : 0;
      version_ = peer.version();
    }
    if (ready && script_) script_(peer);
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  open_.erase(std::remove(open_.begin(), open_.end(), watched), open_.end());
  close(watched);
}

void LoopbackServer::note(const std::string& octets) {
  const std::lock_guard<std::mutex> lock(mutex_);
  received_ += octets;
}

LoopbackServer::Script LoopbackServer::always(const std::string& body) {
  return [body](Peer& peer) {
    while (!peer.request().empty())
      peer.reply(body);
  };
}

std::string LoopbackServer::url(const std::string& path, const std::string& host) const {
  return (context_ ? "https://" : "http://") + host + ":" + std::to_string(port_) + path;
}

int LoopbackServer::connections() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return connections_;
}

int LoopbackServer::handshakes() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return handshakes_;
}

int LoopbackServer::resumed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return resumed_;
}

std::string LoopbackServer::version() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return version_;
}

std::vector<std::string> LoopbackServer::take_client_certificates() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(shown_, {});
}

std::string LoopbackServer::received() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return received_;
}

std::vector<std::string> LoopbackServer::requests() const {
  const std::string all = received();
  std::vector<std::string> result;
  std::size_t at = 0;
  while (at < all.size()) {
    const std::size_t end = all.find("\r\n\r\n", at);
    if (end == std::string::npos) break;
    const std::size_t length = all.find("Content-Length: ", at);
    const std::size_t whole = end + 4 + (length < end ? std::stoul(all.substr(length + 16)) : 0);
    result.push_back(all.substr(at, whole - at));
    at = whole;
  }
  return result;
}

}  // namespace coffer::test
