#include "net/openssl/tls_context.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "net/key_log.h"
#include "net/openssl/free.h"
#include "net/openssl/tls_certificate.h"
#include "net/openssl/tls_ciphers.h"
#include "net/openssl/tls_client.h"
#include "net/openssl/tls_judge.h"
#include "net/openssl/tls_names.h"
#include "net/openssl/tls_packets.h"
#include "net/openssl/tls_trust.h"

namespace coffer::net {

namespace {

using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

// The connection's context owns the Handshake, so that it lives as long as the connection.
void free_slot(void*, void* slot, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<std::shared_ptr<Handshake>*>(slot);  // NOLINT: OpenSSL's side of ownership
}

int handshake_slot() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_slot);
  return index;
}

int key_log_slot() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

void on_secret(const SSL* connection, const char* line) {
  const auto* log =
      static_cast<const KeyLog*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), key_log_slot()));
  if (log != nullptr) log->line(line);
}

void on_state(const SSL* connection, int where, int value) {
  if ((where & SSL_CB_READ_ALERT) != SSL_CB_READ_ALERT) return;
  Handshake* handshake = handshake_in(connection);
  if (handshake == nullptr) return;
  const int alert = value & 0xff;
  if (alert == SSL_AD_CLOSE_NOTIFY) handshake->close_notify = true;
  if (value >> 8 == SSL3_AL_FATAL) handshake->alert = alert;
}

// A client certificate is given when it is asked for, and only where the judge has agreed: never to
// a server about which a question is open, nor to a proxy or a token server (contract section 6).
int on_certificate_request(SSL* connection, void* identity) {
  const auto handshake = handshake_of(connection);
  if (!handshake) return 0;
  handshake->certificate_asked = true;
  const auto* mine = static_cast<const ClientIdentity*>(identity);
  if (mine == nullptr || !handshake->accepted || !handshake->for_service) return 1;
  handshake->certificate_sent = mine->give(connection);
  if (handshake->certificate_sent) return 1;
  handshake->failure_code = 281;
  handshake->failure_text =
      "The client certificate in SSLCert cannot be used: its key is too weak for the TLS library.";
  return 0;
}

// The certificate decision and the session secrets are handled inside OpenSSL's contexts, which
// another TLS library below libcurl does not have.
void require_openssl() {
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  if (info->ssl_version != nullptr && core::starts_with(info->ssl_version, "OpenSSL/")) return;
  throw core::Error(
      270,
      "SSLProvider Platform needs a libcurl that was built with OpenSSL; install that "
      "one, or set SSLProvider to Internal where the class has it.");
}

}  // namespace

struct TlsContext::Impl {
  explicit Impl(const TransportOptions& options)
      : versions(tls_versions(options.enabled_protocols)),
        ciphers(choose_ciphers(options, versions)),
        renegotiation(options.renegotiation),
        packets(options.log_packets && options.ssl_status),
        trust(options),
        client_certificate(options.client_certificate),
        key_log(options.key_log_file) {
    require_openssl();
    // A list that names no suite of a version rules that version out.
    if (ciphers.restricted && ciphers.tls13.empty()) versions.v13 = false;
    if (ciphers.restricted && ciphers.tls12.empty()) {
      versions.v10 = versions.v11 = versions.v12 = false;
    }
    groups = group_list(options, versions);
    signatures = signature_list(options, versions);
  }

  bool set_versions(SSL_CTX* context) const {
    const std::array<std::pair<bool, int>, 4> table = {{{versions.v10, TLS1_VERSION},
                                                        {versions.v11, TLS1_1_VERSION},
                                                        {versions.v12, TLS1_2_VERSION},
                                                        {versions.v13, TLS1_3_VERSION}}};
    int lowest = 0;
    int highest = 0;
    for (const auto& [wanted, version] : table) {
      if (!wanted) continue;
      if (lowest == 0) lowest = version;
      highest = version;
    }
    // Of a set with a gap the whole range is offered; the judge refuses what lies in the gap.
    constexpr std::uint64_t kExclusions =
        SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3;
    SSL_CTX_clear_options(context, kExclusions);
    // Contract section 3: of that object alone.
    if (versions.old()) SSL_CTX_set_security_level(context, 0);
    if (ciphers.security_level >= 0) SSL_CTX_set_security_level(context, ciphers.security_level);
    return SSL_CTX_set_min_proto_version(context, lowest) == 1 &&
           SSL_CTX_set_max_proto_version(context, highest) == 1;
  }

  bool set_algorithms(SSL_CTX* context) const {
    if (!ciphers.tls12.empty() && SSL_CTX_set_cipher_list(context, ciphers.tls12.c_str()) != 1) {
      return false;
    }
    if (!ciphers.tls13.empty() && SSL_CTX_set_ciphersuites(context, ciphers.tls13.c_str()) != 1) {
      return false;
    }
    if (!groups.empty() && SSL_CTX_set1_groups_list(context, groups.c_str()) != 1) return false;
    return signatures.empty() || SSL_CTX_set1_sigalgs_list(context, signatures.c_str()) == 1;
  }

  TlsVersions versions;
  CipherChoice ciphers;
  std::string groups;
  std::string signatures;
  bool renegotiation;
  bool packets;
  TrustStore trust;
  ClientCertificate client_certificate;
  std::optional<ClientIdentity> identity;  // made when a connection may need it
  KeyLog key_log;
};

TlsContext::TlsContext(const TransportOptions& options) : impl_(std::make_unique<Impl>(options)) {}

TlsContext::~TlsContext() = default;

void TlsContext::prepare(SSL_CTX* context, const std::shared_ptr<Handshake>& handshake) {
  const auto must = [](bool done) {
    if (!done) throw core::Error(30005, "OpenSSL refuses a setting of the connection.");
  };
  auto slot = std::make_unique<std::shared_ptr<Handshake>>(handshake);
  must(SSL_CTX_set_ex_data(context, handshake_slot(), slot.get()) == 1);
  slot.release();  // NOLINT: free_slot has it now
  must(SSL_CTX_set_ex_data(context, key_log_slot(), &impl_->key_log) == 1);
  // Also takes out the callback that libcurl sets for a foreign SSLKEYLOGFILE.
  SSL_CTX_set_keylog_callback(context, impl_->key_log.wanted() ? on_secret : nullptr);
  SSL_CTX_set1_cert_store(context, impl_->trust.get());
  SSL_CTX_set_cert_verify_callback(context, judge_certificate, nullptr);
  // libcurl's own check may be off (an override); the judge's word counts in every handshake.
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_info_callback(context, on_state);
  if (handshake->for_service && !impl_->client_certificate.empty()) {
    if (!impl_->identity) impl_->identity.emplace(impl_->client_certificate);
    // RFC 8446 4.6.2: some servers ask once they know what is wanted.
    SSL_CTX_set_post_handshake_auth(context, 1);
  }
  SSL_CTX_set_cert_cb(context, on_certificate_request,
                      impl_->identity ? &*impl_->identity : nullptr);
  if (impl_->packets) SSL_CTX_set_msg_callback(context, report_packet);
  if (!impl_->renegotiation) SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
  SSL_CTX_clear_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
#endif
#ifdef SSL_MODE_RELEASE_BUFFERS
  // libcurl sets it: 17 KB allocated and freed for each record. There are few connections here.
  SSL_CTX_clear_mode(context, SSL_MODE_RELEASE_BUFFERS);
#endif
  must(impl_->set_versions(context));
  must(impl_->set_algorithms(context));
}

Handshake* handshake_in(const SSL* connection) {
  const auto* slot = static_cast<std::shared_ptr<Handshake>*>(
      SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), handshake_slot()));
  return slot == nullptr ? nullptr : slot->get();
}

std::shared_ptr<Handshake> handshake_of(const SSL* connection) {
  if (connection == nullptr) return nullptr;
  const auto* slot = static_cast<std::shared_ptr<Handshake>*>(
      SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), handshake_slot()));
  return slot == nullptr ? nullptr : *slot;
}

std::vector<std::uint8_t> leaf_of(const SSL* connection) {
  const Certificate leaf(SSL_get1_peer_certificate(connection));
  return leaf ? der_of(leaf.get()) : std::vector<std::uint8_t>();
}

std::string protocol_and_cipher(const SSL* connection) {
  return std::string(SSL_get_version(connection)) + ", " + SSL_get_cipher_name(connection);
}

NegotiatedSession session_of(SSL* connection) {
  const SSL_CIPHER* cipher = SSL_get_current_cipher(connection);
  const char* suite = cipher == nullptr ? nullptr : SSL_CIPHER_standard_name(cipher);
  EVP_PKEY* temporary = nullptr;
  const Key group(SSL_get_peer_tmp_key(connection, &temporary) == 1 ? temporary : nullptr);
  int bits = 0;
  bool finite_field = false;
  if (group) {
    finite_field = EVP_PKEY_is_a(group.get(), "DH") == 1;
    // X25519's public keys have 255 bits, of which OpenSSL counts two less (RFC 7748).
    bits = EVP_PKEY_is_a(group.get(), "X25519") == 1 ? 255 : EVP_PKEY_get_bits(group.get());
  } else if (cipher != nullptr && SSL_CIPHER_get_kx_nid(cipher) == NID_kx_rsa) {
    const Certificate leaf(SSL_get1_peer_certificate(connection));
    if (leaf) bits = EVP_PKEY_get_bits(X509_get0_pubkey(leaf.get()));
  }
  return negotiated_session(SSL_get_version(connection), suite == nullptr ? "" : suite,
                            finite_field, bits);
}

bool negotiated_http2(const SSL* connection) {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(connection, &name, &size);
  return size == 2 && name[0] == 'h' && name[1] == '2';
}

}  // namespace coffer::net
