// Every setting that shapes connections, as the run found it when it started.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/log.h"
#include "core/wipe.h"
#include "net/negotiated.h"
#include "net/url.h"
#include "revocation/policy.h"

namespace coffer::net {

struct ServerCertificate {
  std::string host;
  std::vector<std::uint8_t> der;  // the leaf
  std::string pem_chain;          // leaf first
  std::vector<std::string> path;  // DER, leaf to anchor, as verified; empty when it was not
  std::string subject;
  std::string issuer;
  std::string status;  // "OK", or why the library refuses
  bool verified = false;
  bool expected = false;  // it is SSLAcceptServerCert: verified whatever else there is to say
};

enum class HttpVersion { k10, k11, k20 };

enum class TlsProvider {
  kPlatform,  // libcurl's own TLS, OpenSSL
  kInternal,  // mbedTLS
};

struct ProxyOptions {
  std::string server;
  int port = 80;
  std::string user;
  core::Secret password;
  int auth_scheme = 0;
  int ssl = 0;
  bool auto_detect = false;
  std::string exceptions;      // ProxyExceptionsList
  core::Secret authorization;  // ProxyAuthorization
  bool auto_config = true;     // UseProxyAutoConfigURL
};

struct FirewallOptions {
  int type = 0;  // 0 none, 1 tunnel, 2 SOCKS4, 3 SOCKS5, 10 SOCKS4A
  std::string host;
  int port = 0;
  std::string user;
  core::Secret password;
  bool auto_detect = false;
  bool tls = false;                  // to a tunnel that the environment names as https
  std::vector<std::string> headers;  // FirewallData: checked lines, for a tunnel only
};

// SSLCert: what a server that asks for a client certificate gets.
struct ClientCertificate {
  // PEM, the leaf first: then its issuers out of the store, then SSLCACerts, each once.
  std::string chain_pem;
  core::Secret private_key_pem;  // not encrypted: PKCS#1, SEC1 or PKCS#8
  bool empty() const noexcept { return chain_pem.empty(); }
};

// Bits of SSLSecurityFlags that name something which is checked here.
constexpr std::uint32_t kIgnoreDates = 0x1;
constexpr std::uint32_t kAllowUnknownAuthority = 0x10;
constexpr std::uint32_t kIgnoreUsage = 0x20;
constexpr std::uint32_t kIgnoreName = 0x80000000;

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): few of these exist; by subject
struct TransportOptions {
  Url service;  // GraphURL: who gets Authorization and OtherHeaders
  int max_connections = 5;
  HttpVersion http_version = HttpVersion::k11;
  bool allow_http_fallback = true;
  bool keep_alive = true;
  bool compression = true;
  std::string accept_encoding = "gzip, deflate";
  std::string user_agent;
  std::vector<std::string> other_headers;  // checked lines
  int follow_redirects = 0;                // 0 never, 1 always, 2 same scheme
  int max_redirects = 20;
  bool get_on_302 = false;
  bool compress_requests = false;  // gzip, POST and PUT
  bool chunked = false;            // bodies in chunks, where the version of HTTP has them
  int chunk_size = 16384;
  std::string if_modified_since;    // an HTTP date, for GET requests to the service
  bool use_idns = false;            // host names outside ASCII are converted
  bool keep_sent_head = false;      // Outcome::sent_head
  int timeout_seconds = 60;         // without progress; 0 none
  bool absolute_timeout = false;    // the timeout counts from the start of the request
  int connect_timeout_seconds = 0;  // 0: as timeout
  std::string local_host;
  int local_port = 0;
  std::int64_t max_transfer_rate = 0;  // octets per second, 0 none
  bool tcp_keep_alive = false;
  int tcp_keep_alive_time_ms = 0;
  int tcp_keep_alive_interval_ms = 0;
  bool tcp_no_delay = true;
  int use_ipv6 = 0;
  int in_buffer = 0;
  int out_buffer = 0;
  bool linger = true;
  int linger_seconds = 0;
  ProxyOptions proxy;
  FirewallOptions firewall;
  // TLS
  TlsProvider tls_provider = TlsProvider::kPlatform;
  int enabled_protocols = 15360;  // SSLEnabledProtocols bits
  std::string server_ca_pem;      // SSLServerCACerts
  std::string ca_file;            // OpenSSLCAFile and OpenSSLCADir: in place of the system's
  std::string ca_path;
  std::string ca_file_paths;         // SSLCACertFilePaths; empty: where libcurl looks
  std::string cipher_suites;         // SSLEnabledCipherSuites, "*" or empty: the library's
  std::string cipher_list;           // OpenSSLCipherList
  int cipher_strength = 0;           // SSLCipherStrength: the least bits, 0 any
  std::string tls12_groups;          // TLS12SupportedGroups; empty: the library's own choice,
  std::string tls13_groups;          // TLS13SupportedGroups
  std::string tls13_key_shares;      // TLS13KeyShareGroups
  std::string tls12_signatures;      // TLS12SignatureAlgorithms; empty: the library's own choice,
  std::string tls13_signatures;      // TLS13SignatureAlgorithms
  std::uint32_t security_flags = 0;  // SSLSecurityFlags
  bool renegotiation = false;        // SSLEnableRenegotiation
  bool reuse_session = true;
  bool include_chain = false;
  bool log_packets = false;  // LogSSLPackets
  std::string key_log_file;
  revocation::Policy revocation;  // SSLCheckCRL, SSLCheckOCSP
  std::chrono::milliseconds revocation_limit = std::chrono::seconds(10);  // of one fetch

  ClientCertificate client_certificate;             // empty: none is sent
  std::vector<std::uint8_t> accept_server_cert;     // SSLAcceptServerCert, DER; empty: none
  std::optional<core::Error> unusable_certificate;  // why one of them is not there: ends any TLS

  // Events. ask is called on the transport's thread for each new host and certificate; the answer
  // may come at once or later, through the given function, on the transport's thread. Empty: the
  // library's verdict holds.
  std::function<void(const ServerCertificate&, std::function<void(bool accept)>)> ask;
  std::function<void(const std::string&)> ssl_status;  // empty: nobody listens
  // SSLServerCert and SSLNegotiated*: a handshake begins, and a new TLS connection stands.
  std::function<void()> connecting;
  std::function<void(const ServerCertificate&, const NegotiatedSession&)> connected;
  core::Log* log = nullptr;
};

}  // namespace coffer::net
