// The manual's names for groups and signature algorithms as OpenSSL's, and what a certificate's
// signature is.
//
// Threads: free functions, any thread.
#pragma once

#include <string>

#include "net/options.h"
#include "net/tls_settings.h"

using X509 = struct x509_st;

namespace coffer::net {

// TLS12SupportedGroups, TLS13SupportedGroups and TLS13KeyShareGroups as one list, for the versions
// that are offered: OpenSSL has one for all of them, and makes a key share for its first group.
// Empty: OpenSSL's own choice.
std::string group_list(const TransportOptions& options, const TlsVersions& versions);
// TLS13SignatureAlgorithms and TLS12SignatureAlgorithms likewise. SHA-1 is left out whatever is
// listed (contract section 3).
std::string signature_list(const TransportOptions& options, const TlsVersions& versions);

// Whether a setting's list (in the manual's names) has the algorithm of a certificate's signature.
// For ECDSA the hash alone counts: a certificate may be signed with a key on any curve.
bool signature_listed(X509* certificate, const std::string& list);

}  // namespace coffer::net
