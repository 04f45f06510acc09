// Which cipher suites are offered: SSLEnabledCipherSuites, OpenSSLCipherList, SSLCipherStrength.
//
// Threads: free function, any thread.
#pragma once

#include <string>

#include "net/options.h"
#include "net/tls_settings.h"

namespace coffer::net {

struct CipherChoice {
  bool restricted = false;  // false: the library's own choice
  std::string tls12;        // OpenSSL's names, ':' between them; for TLS 1.2 and older
  std::string tls13;        // official names, likewise
  int security_level = -1;  // @SECLEVEL of an OpenSSLCipherList; -1: as it is
};

// Official names that this OpenSSL does not have are passed over, and so are suites that do not
// authenticate the server or do not encrypt. Throws 713 when none is left.
CipherChoice choose_ciphers(const TransportOptions& options, const TlsVersions& versions);

}  // namespace coffer::net
