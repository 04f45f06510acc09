#include "net/failure.h"

#include <algorithm>
#include <cerrno>

#include "core/text.h"

namespace coffer::net {

namespace {

// One line, without the control characters that a peer may have put into it.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text;
}

std::string with_detail(std::string text, const FailureFacts& facts) {
  if (!facts.detail.empty()) text += " (" + one_line(facts.detail) + ")";
  return text;
}

bool mentions(const FailureFacts& facts, const char* words) {
  return core::lower(facts.detail).find(words) != std::string::npos;
}

std::string target(const FailureFacts& facts) {
  return facts.first.empty() ? facts.host : facts.first;
}

std::string capital(std::string text) {
  if (!text.empty() && text.front() == 't') text.front() = 'T';
  return text;
}

std::string schemes(long bits) {
  std::string names;
  const auto add = [&](unsigned long bit, const char* name) {
    if ((static_cast<unsigned long>(bits) & bit) == 0) return;
    if (!names.empty()) names += ", ";
    names += name;
  };
  add(CURLAUTH_BASIC, "Basic");
  add(CURLAUTH_DIGEST, "Digest");
  add(CURLAUTH_NTLM, "NTLM");
  add(CURLAUTH_NEGOTIATE, "Negotiate");
  return names;
}

// A SOCKS server that cannot reach the target now may do better next time; one that refuses the
// user will not.
Failure socks_refusal(const FailureFacts& facts) {
  const std::string who = capital(target(facts));
  switch (facts.socks_error) {
    case CURLPX_USER_REJECTED:
    case CURLPX_NO_AUTH:
    case CURLPX_IDENTD_DIFFER:
    case CURLPX_IDENTD:
    case CURLPX_REPLY_NOT_ALLOWED:
    case CURLPX_LONG_USER:
    case CURLPX_LONG_PASSWD:
    case CURLPX_UNKNOWN_MODE:
    case CURLPX_BAD_VERSION:
    case CURLPX_BAD_ADDRESS_TYPE:
    case CURLPX_LONG_HOSTNAME:
      return {118, with_detail(who + " refused; check its type, user and password.", facts), false};
    default:
      return {118, with_detail(who + " made no connection to " + facts.host + ".", facts), true};
  }
}

Failure not_connected(const FailureFacts& facts) {
  const std::string where = target(facts);
  switch (facts.os_errno) {
    case ETIMEDOUT:
      return {10060, with_detail("No connection to " + where + " in time.", facts), true};
    case ENETUNREACH:
      return {10051, with_detail("The network of " + where + " is unreachable.", facts), true};
    case EHOSTUNREACH:
      return {10065, with_detail("There is no route to " + where + ".", facts), true};
    case EADDRNOTAVAIL:
      return {10049, with_detail("The local address cannot be used; check LocalHost.", facts),
              false};
    case EADDRINUSE:
      return {10048, with_detail("The local port is in use; check LocalPort.", facts), true};
    case EACCES:
    case EPERM:
      return {10013, with_detail("The system does not allow a connection to " + where + ".", facts),
              false};
    default:
      return {10061, with_detail("The connection to " + where + " was refused.", facts), true};
  }
}

Failure broken_off(const FailureFacts& facts) {
  if (facts.proxy_status >= 300) return proxy_refusal(facts);
  if (facts.connecting && !facts.proxy.empty() && mentions(facts, "connect")) {
    return {118, with_detail(capital(facts.proxy) + " broke off.", facts), true};
  }
  // OpenSSL 3 names the missing close_notify; whatever came before it may have been cut.
  if (mentions(facts, "unexpected eof")) {
    return {1120, "The connection to " + facts.host + " ended without a TLS close_notify.", true};
  }
  return {10054, with_detail("The connection to " + facts.host + " was reset.", facts), true};
}

Failure handshake(const FailureFacts& facts) {
  // A peer that hangs up may do better next time; one that answers with an alert will not.
  const bool hung_up = facts.os_errno != 0 || mentions(facts, "syscall") ||
                       mentions(facts, "eof") || mentions(facts, "reset");
  const std::string where = facts.proxy_handshake ? facts.proxy : facts.host;
  return {276, with_detail("The TLS handshake with " + where + " failed.", facts), hung_up};
}

Failure bad_certificate(const FailureFacts& facts) {
  const std::string where = facts.proxy_handshake ? facts.proxy : facts.host;
  return {280, with_detail("The certificate of " + where + " was refused.", facts), false};
}

// RFC 8446 6.2 and RFC 5246 7.2.2: alerts that speak of a certificate.
const char* certificate_alert(int alert) {
  switch (alert) {
    case 42:
      return "bad certificate";
    case 43:
      return "unsupported certificate";
    case 44:
      return "certificate revoked";
    case 45:
      return "certificate expired";
    case 46:
      return "certificate unknown";
    case 48:
      return "unknown CA";
    case 49:
      return "access denied";
    case 51:
      return "wrong signature";
    case 116:
      return "certificate required";
    default:
      return nullptr;
  }
}

}  // namespace

std::string client_certificate_refusal(const std::string& where, bool sent, int alert,
                                       bool hung_up) {
  constexpr int kHandshakeFailure = 40;  // how TLS 1.2 says that a certificate is required
  const char* why = hung_up ? "it hung up" : certificate_alert(alert);
  if (why == nullptr && (sent || alert != kHandshakeFailure)) return {};
  if (!sent) return where + " asks for a client certificate; set SSLCert.";
  return where + " refused the client certificate in SSLCert: " + why + ".";
}

Failure proxy_refusal(const FailureFacts& facts) {
  std::string text =
      capital(facts.proxy) + " refused with status " + std::to_string(facts.proxy_status);
  if (facts.proxy_status == 407 || facts.proxy_status == 401) {  // 401: tinyproxy
    text += "; check its user, password and AuthScheme";
    if (const std::string offered = schemes(facts.proxy_offers); !offered.empty()) {
      text += " (it takes " + offered + ")";
    }
  }
  return {118, text + ".", facts.proxy_status >= 500};
}

Failure failure_of(CURLcode result, const FailureFacts& facts) {
  switch (result) {
    case CURLE_OK:
      return {};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {11001, "The host " + facts.host + " is unknown; check the name and the network.",
              true};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {11001, "The host of " + target(facts) + " is unknown; check the name.", true};
    case CURLE_COULDNT_CONNECT:
      return not_connected(facts);
    case CURLE_INTERFACE_FAILED:
      return {10049,
              with_detail("The local end cannot be bound; check LocalHost and LocalPort.", facts),
              false};
    case CURLE_OPERATION_TIMEDOUT:
      if (facts.connecting) return {10060, "No connection to " + target(facts) + " in time.", true};
      return {201, "No answer from " + facts.host + " in time.", true};
    case CURLE_PROXY:
      return socks_refusal(facts);
    case CURLE_AUTH_ERROR:
      return {118, with_detail(capital(facts.proxy) + " refused.", facts), false};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_SHUTDOWN_FAILED:
      return handshake(facts);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return bad_certificate(facts);
    case CURLE_SSL_CERTPROBLEM:
      return {281, with_detail("The client certificate cannot be used.", facts), false};
    case CURLE_SSL_CIPHER:
      return {713, with_detail("SSLEnabledCipherSuites names no suite that can be used.", facts),
              false};
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
      return {713, with_detail("The CA certificates cannot be read.", facts), false};
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
      return {1120, with_detail("The reply of " + facts.host + " was cut short.", facts), true};
    case CURLE_BAD_CONTENT_ENCODING:
      return {1120, "The reply of " + facts.host + " cannot be decompressed.", true};
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return broken_off(facts);
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_HTTP3:
      return {10054, with_detail("The connection to " + facts.host + " was reset.", facts), true};
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {706, with_detail("The reply of " + facts.host + " is not HTTP.", facts), true};
    case CURLE_URL_MALFORMAT:
    case CURLE_LOGIN_DENIED:
      return {713, "The URL cannot be used: only http and https without user and password.", false};
    case CURLE_OUT_OF_MEMORY:
      return {30002, "Out of memory.", false};
    default:
      return {30005, with_detail("The transfer failed in an unexpected way.", facts), false};
  }
}

}  // namespace coffer::net
