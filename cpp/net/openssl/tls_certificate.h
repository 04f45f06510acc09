// OpenSSL's certificates as the plain data of the SSLServerAuthentication event.
//
// Threads: free functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "net/options.h"

using X509 = struct x509_st;
using SSL = struct ssl_st;
using X509_STORE_CTX = struct x509_store_ctx_st;

namespace coffer::net {

std::vector<std::uint8_t> der_of(const X509* certificate);

// The leaf under judgement with its chain: as it was built, else as the server sent it.
ServerCertificate describe_certificate(X509_STORE_CTX* verification);
// The chain as it was built, DER, leaf to anchor.
std::vector<std::string> path_of(X509_STORE_CTX* verification);
// The leaf of a connection whose session was resumed: it was judged when the session began.
ServerCertificate describe_resumed(const SSL* connection);

}  // namespace coffer::net
