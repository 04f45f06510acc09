// What libcurl has no options for, said to OpenSSL directly: system CAs plus our own, exact
// protocol versions, suites by their official names, the file for session secrets, and the judge
// of the server's certificate, which sits inside the handshake. A server whose certificate is not
// accepted gets neither our Finished nor a client certificate, let alone a request.
//
// Threads: everything belongs to the transport's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/handshake.h"
#include "net/options.h"

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace coffer::net {

class TlsContext {
 public:
  // Throws 713 for values that OpenSSL cannot use.
  explicit TlsContext(const TransportOptions& options);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

  // Puts the settings into a connection's context, from libcurl's CURLOPT_SSL_CTX_FUNCTION. Throws
  // 713 when the system's CAs cannot be read, 281 for a client certificate that cannot be used.
  void prepare(SSL_CTX* context, const std::shared_ptr<Handshake>& handshake);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The Handshake that belongs to a connection of ours; null for others.
std::shared_ptr<Handshake> handshake_of(const SSL* connection);
Handshake* handshake_in(const SSL* connection);  // the same, in OpenSSL's callbacks
std::vector<std::uint8_t> leaf_of(const SSL* connection);
std::string protocol_and_cipher(const SSL* connection);
NegotiatedSession session_of(SSL* connection);
bool negotiated_http2(const SSL* connection);

}  // namespace coffer::net
