// The manual's names for versions, suites, groups and signature algorithms, as OpenSSL's.
//
// Threads: free functions, any thread.
#pragma once

#include <string>

namespace coffer::net {

struct TlsVersions {
  bool v10 = false;
  bool v11 = false;
  bool v12 = false;
  bool v13 = false;
  bool any() const noexcept { return v10 || v11 || v12 || v13; }
  bool old() const noexcept { return v10 || v11; }
};

// SSLEnabledProtocols. SSL 2 and 3 exist no more; throws 713 when nothing usable is left.
TlsVersions tls_versions(int enabled_protocols);

struct CipherNames {
  bool restricted = false;  // false: the library's own choice
  std::string tls12;        // OpenSSL's names, ':' between them; for TLS 1.2 and older
  std::string tls13;
};
// SSLEnabledCipherSuites: official names (also with the SSL_ prefix), ';' between them. Names of
// suites that this OpenSSL does not have are passed over; throws 713 when none is left.
CipherNames cipher_names(const std::string& list);

// TLS12SupportedGroups, TLS13SupportedGroups ("ecdhe_secp256r1,ecdhe_x25519").
std::string group_names(const std::string& list);
// TLS13SignatureAlgorithms ("rsa_pss_sha256") and TLS12SignatureAlgorithms ("sha256-rsa"). SHA-1
// is left out whatever is listed (contract section 3).
std::string signature_names(const std::string& list);

}  // namespace coffer::net
