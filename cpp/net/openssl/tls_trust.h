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

// Where the system's certificates are, in PEM form; null: not there.
struct SystemTrust {
  const char* folder = nullptr;  // with names made of hashes (openssl rehash)
  const char* bundle = nullptr;
};
SystemTrust system_trust();  // where libcurl itself looks

class TrustStore {
 public:
  // Throws 713 for what cannot be read.
  explicit TrustStore(const TransportOptions& options, SystemTrust system = system_trust());

  // The files of SSLCACertFilePaths are read at the first call, the system's bundle when a server
  // needs it: that takes a while. Throws 713 when a file of SSLCACertFilePaths exists and cannot be
  // used.
  X509_STORE* get();

 private:
  struct FreeStore {
    void operator()(X509_STORE* store) const noexcept;
  };
  std::unique_ptr<X509_STORE, FreeStore> store_;
  std::string paths_;
  SystemTrust system_;
  bool system_pending_;
};

}  // namespace coffer::net
