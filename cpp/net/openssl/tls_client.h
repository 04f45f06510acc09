// The client certificate of SSLCert as OpenSSL's objects.
//
// Threads: belongs to the transport's thread.
#pragma once

#include <memory>

#include "net/options.h"

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace coffer::net {

class ClientIdentity {
 public:
  // Throws 281 when certificate and key cannot be used together.
  explicit ClientIdentity(const ClientCertificate& certificate);
  ClientIdentity(const ClientIdentity&) = delete;
  ClientIdentity& operator=(const ClientIdentity&) = delete;
  ~ClientIdentity();

  // Puts it into the connection that was asked for it.
  bool give(SSL* connection) const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::net
