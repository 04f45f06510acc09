#include "net/connection_settings.h"

#include <cstdint>
#include <utility>

#include "core/error.h"
#include "core/settings.h"
#include "core/text.h"
#include "crypto/digest.h"

namespace coffer::net {

namespace {

class Reader {
 public:
  explicit Reader(const NamedValue& value) : value_(value) {}

  void into(std::string_view name, std::string& target) const {
    if (auto found = value_(name)) target = std::move(*found);
  }
  void into(std::string_view name, core::Secret& target) const {
    if (auto found = value_(name)) target = core::Secret(std::move(*found));
  }
  void into(std::string_view name, bool& target) const {
    if (const auto found = value_(name)) target = core::parse_bool(*found).value_or(target);
  }
  void into(std::string_view name, int& target) const {
    if (const auto found = value_(name)) {
      target = static_cast<int>(core::parse_int(*found).value_or(target));
    }
  }
  void into(std::string_view name, std::int64_t& target) const {
    if (const auto found = value_(name)) target = core::parse_int(*found).value_or(target);
  }
  std::optional<std::string> text(std::string_view name) const { return value_(name); }

 private:
  const NamedValue& value_;
};

void read_http(const Reader& read, TransportOptions& options) {
  if (const auto version = read.text("HTTPVersion")) {
    options.http_version = *version == "2.0"   ? HttpVersion::k20
                           : *version == "1.0" ? HttpVersion::k10
                                               : HttpVersion::k11;
  }
  read.into("AllowHTTPFallback", options.allow_http_fallback);
  read.into("KeepAlive", options.keep_alive);
  read.into("AllowHTTPCompression", options.compression);
  read.into("AcceptEncoding", options.accept_encoding);
  read.into("UserAgent", options.user_agent);
  if (const auto headers = read.text("OtherHeaders")) {
    options.other_headers = header_lines("OtherHeaders", *headers);
  }
  read.into("FollowRedirects", options.follow_redirects);
  read.into("MaxRedirectAttempts", options.max_redirects);
  read.into("GetOn302Redirect", options.get_on_302);
  read.into("CompressHTTPRequest", options.compress_requests);
  read.into("UseChunkedEncoding", options.chunked);
  read.into("ChunkSize", options.chunk_size);
  read.into("IfModifiedSince", options.if_modified_since);
  read.into("UseIDNs", options.use_idns);
}

void read_sockets(const Reader& read, TransportOptions& options) {
  read.into("Timeout", options.timeout_seconds);
  read.into("AbsoluteTimeout", options.absolute_timeout);
  read.into("ConnectionTimeout", options.connect_timeout_seconds);
  read.into("LocalHost", options.local_host);
  read.into("LocalPort", options.local_port);
  read.into("MaxTransferRate", options.max_transfer_rate);
  read.into("TCPKeepAlive", options.tcp_keep_alive);
  read.into("KeepAliveTime", options.tcp_keep_alive_time_ms);
  read.into("KeepAliveInterval", options.tcp_keep_alive_interval_ms);
  read.into("TcpNoDelay", options.tcp_no_delay);
  read.into("UseIPv6", options.use_ipv6);
  read.into("InBufferSize", options.in_buffer);
  read.into("OutBufferSize", options.out_buffer);
  read.into("Linger", options.linger);
  read.into("LingerTime", options.linger_seconds);
}

void read_proxies(const Reader& read, TransportOptions& options) {
  ProxyOptions& proxy = options.proxy;
  read.into("Proxy.Server", proxy.server);
  read.into("Proxy.Port", proxy.port);
  read.into("Proxy.User", proxy.user);
  read.into("Proxy.Password", proxy.password);
  read.into("Proxy.AuthScheme", proxy.auth_scheme);
  read.into("Proxy.SSL", proxy.ssl);
  read.into("Proxy.AutoDetect", proxy.auto_detect);
  read.into("ProxyExceptionsList", proxy.exceptions);
  read.into("ProxyAuthorization", proxy.authorization);
  read.into("UseProxyAutoConfigURL", proxy.auto_config);
  FirewallOptions& firewall = options.firewall;
  read.into("Firewall.FirewallType", firewall.type);
  read.into("Firewall.Host", firewall.host);
  read.into("Firewall.Port", firewall.port);
  read.into("Firewall.User", firewall.user);
  read.into("Firewall.Password", firewall.password);
  read.into("Firewall.AutoDetect", firewall.auto_detect);
  if (const auto headers = read.text("FirewallData")) {
    firewall.headers = header_lines("FirewallData", *headers);
  }
}

// After read_tls, which reads SSLSecurityFlags.
void read_revocation(const Reader& read, TransportOptions& options) {
  int crl = 0;
  int ocsp = 0;
  read.into("SSLCheckCRL", crl);
  read.into("SSLCheckOCSP", ocsp);
  constexpr std::uint32_t kIgnoreUnknown = 0x100;
  constexpr std::uint32_t kIgnoreUnknownAuthority = 0x400;
  options.revocation.crl = static_cast<revocation::Mode>(crl);
  options.revocation.ocsp = static_cast<revocation::Mode>(ocsp);
  options.revocation.ignore_unknown_leaf = (options.security_flags & kIgnoreUnknown) != 0;
  options.revocation.ignore_unknown_authority =
      (options.security_flags & kIgnoreUnknownAuthority) != 0;
}

void read_tls(const Reader& read, TransportOptions& options) {
  constexpr int kInternal = 2;
  int provider = 0;
  read.into("SSLProvider", provider);
  if (provider == kInternal) options.tls_provider = TlsProvider::kInternal;
  read.into("SSLEnabledProtocols", options.enabled_protocols);
  read.into("SSLServerCACerts", options.server_ca_pem);
  read.into("OpenSSLCAFile", options.ca_file);
  read.into("OpenSSLCADir", options.ca_path);
  read.into("SSLCACertFilePaths", options.ca_file_paths);
  read.into("SSLEnabledCipherSuites", options.cipher_suites);
  read.into("OpenSSLCipherList", options.cipher_list);
  read.into("SSLCipherStrength", options.cipher_strength);
  read.into("TLS12SupportedGroups", options.tls12_groups);
  read.into("TLS13SupportedGroups", options.tls13_groups);
  read.into("TLS13KeyShareGroups", options.tls13_key_shares);
  read.into("TLS12SignatureAlgorithms", options.tls12_signatures);
  read.into("TLS13SignatureAlgorithms", options.tls13_signatures);
  std::int64_t flags = 0;
  read.into("SSLSecurityFlags", flags);
  options.security_flags = static_cast<std::uint32_t>(flags);
  read.into("SSLEnableRenegotiation", options.renegotiation);
  read.into("LogSSLPackets", options.log_packets);
  read.into("ReuseSSLSession", options.reuse_session);
  read.into("SSLIncludeCertChain", options.include_chain);
  read.into("SSLKeyLogFile", options.key_log_file);
}

std::string hex_digest(std::string_view data) {
  const auto digest = crypto::sha256(data);
  return core::hex(digest.data(), digest.size());
}

}  // namespace

TransportOptions read_connection_settings(const NamedValue& value) {
  const Reader read(value);
  TransportOptions options;
  read_http(read, options);
  read_sockets(read, options);
  read_proxies(read, options);
  read_tls(read, options);
  read_revocation(read, options);
  return options;
}

std::string connection_fingerprint(const NamedValue& value) {
  std::string all;  // digests alone: some of the values are secrets
  static_cast<void>(read_connection_settings([&](std::string_view name) {
    auto found = value(name);
    if (found) all += hex_digest(*found);
    return found;
  }));
  return hex_digest(all);
}

bool has_line_break(std::string_view text) noexcept {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

std::vector<std::string> header_lines(std::string_view setting, std::string_view text) {
  constexpr std::string_view kToken =  // RFC 9110, 5.6.2
      "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
    if (line.empty()) continue;
    const std::size_t colon = line.find(':');
    if (has_line_break(line) || colon == 0 || colon == std::string_view::npos ||
        line.substr(0, colon).find_first_not_of(kToken) != std::string_view::npos) {
      throw core::Error(713, std::string(setting) +
                                 " must be lines of the form 'Name: value', separated by CRLF.");
    }
    lines.emplace_back(line);
  }
  return lines;
}

}  // namespace coffer::net
