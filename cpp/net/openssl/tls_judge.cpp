#include "net/openssl/tls_judge.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <string>

#include "net/openssl/tls_certificate.h"
#include "net/openssl/tls_context.h"
#include "net/openssl/tls_names.h"

namespace coffer::net {

namespace {

// NIST SP 800-57: 112 bits, RSA from 2048 on. Below it stand SHA-1 and MD5 as well.
constexpr int kCertificateLevel = 2;

const SSL* connection_of(X509_STORE_CTX* verification) {
  return static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
}

bool expect_host(X509_STORE_CTX* verification, const std::string& host) {
  X509_VERIFY_PARAM* expected = X509_STORE_CTX_get0_param(verification);
  if (X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1) return true;
  ERR_clear_error();
  std::string name = host;
  if (!name.empty() && name.back() == '.') name.pop_back();
  // RFC 9525: names stand in subjectAltName alone.
  X509_VERIFY_PARAM_set_hostflags(
      expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return !name.empty() && X509_VERIFY_PARAM_set1_host(expected, name.data(), name.size()) == 1;
}

// SSLSecurityFlags: what is found and not minded.
bool ignored(std::uint32_t flags, int error, int depth) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return (flags & kIgnoreDates) != 0;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
      return (flags & kAllowUnknownAuthority) != 0;
    case X509_V_ERR_INVALID_PURPOSE:
      return depth == 0 && (flags & kIgnoreUsage) != 0;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return (flags & kIgnoreName) != 0;
    default:
      return false;
  }
}

int on_finding(int good, X509_STORE_CTX* verification) {
  if (good != 0) return good;
  const SSL* connection = connection_of(verification);
  const Handshake* handshake = connection == nullptr ? nullptr : handshake_in(connection);
  if (handshake == nullptr || handshake->for_proxy ||
      !ignored(handshake->options->security_flags, X509_STORE_CTX_get_error(verification),
               X509_STORE_CTX_get_error_depth(verification))) {
    return 0;
  }
  X509_STORE_CTX_set_error(verification, X509_V_OK);
  return 1;
}

// TLS12SignatureAlgorithms and TLS13SignatureAlgorithms also rule the signatures of certificates
// (manual; RFC 5246 7.4.2); the one of a trust anchor plays no part.
std::string unlisted_signature(X509_STORE_CTX* verification, const SSL* connection,
                               const TransportOptions& options) {
  const bool newest = SSL_version(connection) >= TLS1_3_VERSION;
  const std::string& list = newest ? options.tls13_signatures : options.tls12_signatures;
  if (tls_names(list).empty()) return {};
  const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(verification);
  const int count = sk_X509_num(chain);
  for (int i = 0; i < count && (i == 0 || i < count - 1); ++i) {
    X509* certificate = sk_X509_value(chain, i);
    if (signature_listed(certificate, list)) continue;
    const char* name = OBJ_nid2ln(X509_get_signature_nid(certificate));
    return "a certificate is signed with " + std::string(name == nullptr ? "?" : name) +
           ", which " + (newest ? "TLS13" : "TLS12") + "SignatureAlgorithms does not list";
  }
  return {};
}

// The library's verdict as the settings bend it: "" or what is wrong.
std::string verdict(X509_STORE_CTX* verification, const SSL* connection,
                    const Handshake& handshake) {
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(verification);
  // Also where an old protocol or a list of ciphers has lowered the level of the handshake.
  if (X509_VERIFY_PARAM_get_auth_level(param) < kCertificateLevel) {
    X509_VERIFY_PARAM_set_auth_level(param, kCertificateLevel);
  }
  X509_STORE_CTX_set_verify_cb(verification, on_finding);
  const bool good =
      expect_host(verification, handshake.host) && X509_verify_cert(verification) == 1;
  int reason = X509_STORE_CTX_get_error(verification);
  if (!good && reason == X509_V_OK) reason = X509_V_ERR_UNSPECIFIED;
  if (reason != X509_V_OK) return X509_verify_cert_error_string(reason);
  return unlisted_signature(verification, connection, *handshake.options);
}

bool allowed_version(const SSL* connection, const TransportOptions& options) {
  const TlsVersions versions = tls_versions(options.enabled_protocols);
  switch (SSL_version(connection)) {
    case TLS1_VERSION:
      return versions.v10;
    case TLS1_1_VERSION:
      return versions.v11;
    case TLS1_2_VERSION:
      return versions.v12;
    default:
      return versions.v13;
  }
}

bool judge(X509_STORE_CTX* verification, const SSL* connection, Handshake& handshake) {
  const TransportOptions& options = *handshake.options;
  // OpenSSL offers a range of versions; of a set with a gap the server may take what is missing.
  if (!allowed_version(connection, options)) {
    handshake.failure_code = 276;
    handshake.failure_text = handshake.host + " chose " + SSL_get_version(connection) +
                             ", which SSLEnabledProtocols leaves out.";
    return false;
  }
  const std::string problem = verdict(verification, connection, handshake);
  ServerCertificate& certificate = handshake.certificate;
  certificate = describe_certificate(verification);
  certificate.host = handshake.host;
  const bool expected = !handshake.for_proxy && !options.accept_server_cert.empty() &&
                        certificate.der == options.accept_server_cert;
  if (problem.empty()) certificate.path = path_of(verification);
  certificate.expected = expected;
  certificate.verified = expected || problem.empty();
  certificate.status = certificate.verified ? "OK" : problem;

  bool accept = certificate.verified;
  handshake.undecided = false;
  if (handshake.gate && !handshake.for_proxy) {
    const TlsGate::Decision decision =
        handshake.gate->decision(handshake.host, certificate.der, certificate.verified);
    accept = decision == TlsGate::Decision::kAccepted;
    handshake.undecided = decision == TlsGate::Decision::kUnknown;
  }
  handshake.refused = !accept && !handshake.undecided;
  handshake.accepted = accept;
  return accept;
}

}  // namespace

int judge_certificate(X509_STORE_CTX* verification, void*) noexcept {
  bool accept = false;
  try {
    const SSL* connection = connection_of(verification);
    Handshake* handshake = connection == nullptr ? nullptr : handshake_in(connection);
    accept = handshake != nullptr && judge(verification, connection, *handshake);
  } catch (...) {
    // Nothing may fly through OpenSSL; without a judgement the certificate is refused.
  }
  if (accept) {
    X509_STORE_CTX_set_error(verification, X509_V_OK);
  } else if (X509_STORE_CTX_get_error(verification) == X509_V_OK) {
    X509_STORE_CTX_set_error(verification, X509_V_ERR_APPLICATION_VERIFICATION);
  }
  return accept ? 1 : 0;
}

}  // namespace coffer::net
