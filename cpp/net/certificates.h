// SSLCert, SSLCACerts and SSLAcceptServerCert as a transport needs them.
//
// Threads: free functions, any thread.
#pragma once

#include <string_view>

#include "certs/connection_certificates.h"
#include "net/options.h"

namespace coffer::net {

// `ca_certificates` is SSLCACerts. What cannot be used becomes options.unusable_certificate, which
// ends the first TLS connection: 281 for SSLCert, for SSLAcceptServerCert what its store answered.
void add_certificates(const certs::ConnectionCertificates& certificates,
                      std::string_view ca_certificates, TransportOptions& options);
// The same text as long as add_certificates adds the same.
std::string certificates_fingerprint(const certs::ConnectionCertificates& certificates);

// The certificates of a text in PEM; 713, naming the setting, when it holds none or something else.
std::vector<certs::Certificate> ca_certificates(std::string_view setting, std::string_view pem);

}  // namespace coffer::net
