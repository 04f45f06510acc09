// A server on 127.0.0.1 that sends exactly the octets a test tells it to, plain or over TLS.
//
// Threads: one thread accepts, one serves each connection; the accessors may be called from any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "test_certificates.h"

struct ssl_st;
struct ssl_ctx_st;
struct x509_store_ctx_st;

namespace coffer::test {

// One accepted connection, as its script sees it.
class Peer {
 public:
  Peer(int socket, ssl_st* tls) : socket_(socket), tls_(tls) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer();

  // One HTTP request with its body (by Content-Length); "" when the client has gone.
  std::string request();
  std::string read_some();  // "" at the end
  // True: read_some has something, or the end. False: `other`, a socket, has.
  bool wait_with(int other);
  bool send(const std::string& octets);
  void reply(const std::string& body, const std::string& status = "200 OK",
             const std::string& headers = {});
  void end();    // close_notify where there is TLS, then FIN
  void cut();    // FIN without close_notify
  void reset();  // RST
  void wait_for_client_to_go();
  bool resumed() const;
  std::string version() const;           // of TLS, as the server has it: "TLSv1.2"
  bool starts_tls(ssl_ctx_st* context);  // a handshake on top of what was read so far
  int socket() const noexcept { return socket_; }

 private:
  long receive(char* data, std::size_t size);

  int socket_;
  ssl_st* tls_;
  std::string buffer_;
};

class LoopbackServer {
 public:
  using Script = std::function<void(Peer&)>;

  explicit LoopbackServer(Script script);
  // TLS with that certificate; http2 offers h2 in ALPN.
  LoopbackServer(Script script, const TestCertificate& certificate, bool http2 = false);
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer();

  // Answers every request of a connection with that body.
  static Script always(const std::string& body);

  int port() const noexcept { return port_; }
  std::string url(const std::string& path = "/", const std::string& host = "127.0.0.1") const;
  void present(const TestCertificate& certificate);  // from the next handshake on
  void tls_versions(int lowest, int highest);
  void ask_for_certificate(const TestCertificate& authority);  // requires one that it issued

  int connections() const;      // accepted
  int handshakes() const;       // completed on the server's side
  int resumed() const;          // of these, with a session of before
  std::string version() const;  // of TLS, of the last of these
  // The certificates that the last client showed, leaf first, DER; none are left then.
  std::vector<std::string> take_client_certificates();
  std::string received() const;  // all application octets of all connections
  std::vector<std::string> requests() const;

 private:
  friend class Peer;
  void listen_here();
  void accept_all();
  void serve(int socket);
  void note(const std::string& octets);
  static int on_client_certificate(x509_store_ctx_st* verification, void* self);

  Script script_;
  std::shared_ptr<ssl_ctx_st> context_;
  bool http2_ = false;
  int listener_ = -1;
  int port_ = 0;
  int stop_[2] = {-1, -1};
  mutable std::mutex mutex_;
  std::string received_;
  int connections_ = 0;
  int handshakes_ = 0;
  int resumed_ = 0;
  std::string version_;
  std::vector<std::string> shown_;
  std::vector<int> open_;
  std::thread acceptor_;
  std::list<std::thread> servers_;
};

}  // namespace coffer::test
