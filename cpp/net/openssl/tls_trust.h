// Which CA certificates are trusted: the system's or a file or folder in their place, and
// SSLServerCACerts besides.
//
// Threads: belongs to the transport's thread.
#pragma once

#include <memory>
#include <string>

#include "net/options.h"

using X509_STORE = struct x509_store_st;

namespace coffer::net {

class TrustStore {
 public:
  // Throws 713 for what cannot be read.
  explicit TrustStore(const TransportOptions& options);

  // The system's certificates are read at the first call, since that takes a while. Throws 713 when
  // a file of SSLCACertFilePaths exists and cannot be used.
  X509_STORE* get();

 private:
  struct FreeStore {
    void operator()(X509_STORE* store) const noexcept;
  };
  std::unique_ptr<X509_STORE, FreeStore> store_;
  std::string paths_;
  bool system_pending_;
};

}  // namespace coffer::net
