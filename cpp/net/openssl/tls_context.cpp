#include "net/openssl/tls_context.h"

#include <curl/curl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <array>
#include <utility>

#include "core/error.h"
#include "net/key_log.h"
#include "net/openssl/tls_certificate.h"
#include "net/openssl/tls_names.h"

namespace coffer::net {

namespace {

template <auto Function>
struct Free {
  template <class T>
  void operator()(T* object) const noexcept {
    Function(object);
  }
};
using Store = std::unique_ptr<X509_STORE, Free<X509_STORE_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;

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

std::shared_ptr<Handshake> handshake_in(const SSL_CTX* context) {
  const auto* slot =
      static_cast<std::shared_ptr<Handshake>*>(SSL_CTX_get_ex_data(context, handshake_slot()));
  return slot == nullptr ? nullptr : *slot;
}

bool is_file(const char* path) {
  struct stat status {};
  return path != nullptr && stat(path, &status) == 0;
}

void add_system_store(X509_STORE* store) {
  // Where libcurl itself looks; a missing one is no error, then everything is refused.
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  if (info->age < CURLVERSION_SEVENTH) return;
  if (is_file(info->cainfo)) {
    X509_STORE_load_file(store, info->cainfo);
  } else if (is_file(info->capath)) {
    X509_STORE_load_path(store, info->capath);
  }
  ERR_clear_error();
}

void add_pem(X509_STORE* store, const std::string& pem) {
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  int found = 0;
  while (true) {
    const Certificate certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    if (X509_STORE_add_cert(store, certificate.get()) != 1) {
      throw core::Error(713, "SSLServerCACerts holds a certificate that cannot be used.");
    }
    ++found;
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (found == 0 || !at_end) {
    throw core::Error(713, "SSLServerCACerts must hold certificates in PEM form.");
  }
}

Store make_store(const TransportOptions& options) {
  Store store(X509_STORE_new());
  if (!store) throw core::Error(30002, "Out of memory.");
  if (!options.ca_file.empty() && X509_STORE_load_file(store.get(), options.ca_file.c_str()) != 1) {
    ERR_clear_error();
    throw core::Error(713, "The file of CA certificates cannot be read: " + options.ca_file);
  }
  if (!options.ca_path.empty() && X509_STORE_load_path(store.get(), options.ca_path.c_str()) != 1) {
    ERR_clear_error();
    throw core::Error(713, "The folder of CA certificates cannot be read: " + options.ca_path);
  }
  if (!options.server_ca_pem.empty()) add_pem(store.get(), options.server_ca_pem);
  // As libcurl does: an intermediate that is trusted explicitly is enough.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
  ERR_clear_error();
  return store;
}

void on_secret(const SSL* connection, const char* line) {
  const auto* log =
      static_cast<const KeyLog*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), key_log_slot()));
  if (log != nullptr) log->line(line);
}

void on_state(const SSL* connection, int where, int value) {
  const bool alert_read = (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT;
  if (!alert_read || (value & 0xff) != SSL_AD_CLOSE_NOTIFY) return;
  if (const auto handshake = handshake_of(connection)) handshake->close_notify = true;
}

bool expect_host(X509_STORE_CTX* verification, const std::string& host) {
  X509_VERIFY_PARAM* expected = X509_STORE_CTX_get0_param(verification);
  if (X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1) return true;
  ERR_clear_error();
  std::string name = host;
  if (!name.empty() && name.back() == '.') name.pop_back();
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return !name.empty() && X509_VERIFY_PARAM_set1_host(expected, name.data(), name.size()) == 1;
}

// The judge. Runs when the server's certificates have come, before anything of ours is answered.
int judge(X509_STORE_CTX* verification, Handshake& handshake) {
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(verification);
  // SHA-1 and MD5 signatures stay refused also where TLS 1.0 has lowered the security level.
  if (X509_VERIFY_PARAM_get_auth_level(param) < 1) X509_VERIFY_PARAM_set_auth_level(param, 1);
  bool verified = expect_host(verification, handshake.host) && X509_verify_cert(verification) == 1;
  int reason = X509_STORE_CTX_get_error(verification);
  if (verified && reason != X509_V_OK) verified = false;
  if (!verified && reason == X509_V_OK) reason = X509_V_ERR_UNSPECIFIED;

  handshake.certificate = describe_certificate(verification);
  handshake.certificate.host = handshake.host;
  handshake.certificate.verified = verified;
  if (verified) handshake.certificate.path = path_of(verification);
  handshake.certificate.status = verified ? "OK" : X509_verify_cert_error_string(reason);

  bool accept = verified;
  if (handshake.gate && !handshake.for_proxy) {
    const TlsGate::Decision decision =
        handshake.gate->decision(handshake.host, handshake.certificate.der, verified);
    accept = decision == TlsGate::Decision::kAccepted;
    handshake.undecided = decision == TlsGate::Decision::kUnknown;
  }
  handshake.refused = !accept && !handshake.undecided;
  if (accept) {
    reason = X509_V_OK;
  } else if (reason == X509_V_OK) {
    reason = X509_V_ERR_APPLICATION_VERIFICATION;
  }
  X509_STORE_CTX_set_error(verification, reason);
  return accept ? 1 : 0;
}

int on_certificate(X509_STORE_CTX* verification, void*) {
  try {
    const auto* connection = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const auto handshake = connection == nullptr ? nullptr : handshake_of(connection);
    if (handshake) return judge(verification, *handshake);
  } catch (...) {
    // Nothing may fly through OpenSSL; without a judgement the certificate is refused.
  }
  X509_STORE_CTX_set_error(verification, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

}  // namespace

struct TlsContext::Impl {
  explicit Impl(const TransportOptions& options)
      : versions(tls_versions(options.enabled_protocols)),
        ciphers(cipher_names(options.cipher_suites)),
        groups(group_names(options.supported_groups)),
        signatures(signature_names(options.signature_algorithms)),
        renegotiation(options.renegotiation),
        system_pending(options.ca_file.empty() && options.ca_path.empty()),
        store(make_store(options)),
        key_log(options.key_log_file) {
    // A list that names no suite of a version rules that version out.
    if (ciphers.restricted && ciphers.tls13.empty()) versions.v13 = false;
    if (ciphers.restricted && ciphers.tls12.empty()) {
      versions.v10 = versions.v11 = versions.v12 = false;
    }
    if (!versions.any()) {
      throw core::Error(
          713, "SSLEnabledCipherSuites names no suite of the versions in SSLEnabledProtocols.");
    }
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
    constexpr std::uint64_t kExclusions =
        SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3;
    SSL_CTX_clear_options(context, kExclusions);  // the range says it all
    // Contract section 3: of that object alone.
    if (versions.old()) SSL_CTX_set_security_level(context, 0);
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
  CipherNames ciphers;
  std::string groups;
  std::string signatures;
  bool renegotiation;
  bool system_pending;  // reading the bundle takes a while: not before TLS is spoken
  Store store;
  KeyLog key_log;
};

TlsContext::TlsContext(const TransportOptions& options) : impl_(std::make_unique<Impl>(options)) {}

TlsContext::~TlsContext() = default;

bool TlsContext::prepare(SSL_CTX* context, const std::shared_ptr<Handshake>& handshake) noexcept {
  try {
    if (std::exchange(impl_->system_pending, false)) add_system_store(impl_->store.get());
    auto slot = std::make_unique<std::shared_ptr<Handshake>>(handshake);
    if (SSL_CTX_set_ex_data(context, handshake_slot(), slot.get()) != 1) return false;
    slot.release();  // NOLINT: free_slot has it now
    if (SSL_CTX_set_ex_data(context, key_log_slot(), &impl_->key_log) != 1) return false;
    // Also takes out the callback that libcurl sets for a foreign SSLKEYLOGFILE.
    SSL_CTX_set_keylog_callback(context, impl_->key_log.wanted() ? on_secret : nullptr);
    SSL_CTX_set1_cert_store(context, impl_->store.get());
    SSL_CTX_set_cert_verify_callback(context, on_certificate, nullptr);
    // libcurl's own check may be off (an override); the judge's word counts in every handshake.
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_info_callback(context, on_state);
    if (!impl_->renegotiation) SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
    SSL_CTX_clear_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
#endif
    return impl_->set_versions(context) && impl_->set_algorithms(context);
  } catch (...) {
    return false;
  }
}

std::shared_ptr<Handshake> handshake_of(const SSL* connection) {
  return connection == nullptr ? nullptr : handshake_in(SSL_get_SSL_CTX(connection));
}

std::vector<std::uint8_t> leaf_of(const SSL* connection) {
  const Certificate leaf(SSL_get1_peer_certificate(connection));
  return leaf ? der_of(leaf.get()) : std::vector<std::uint8_t>();
}

std::string protocol_and_cipher(const SSL* connection) {
  return std::string(SSL_get_version(connection)) + ", " + SSL_get_cipher_name(connection);
}

bool negotiated_http2(const SSL* connection) {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(connection, &name, &size);
  return size == 2 && name[0] == 'h' && name[1] == '2';
}

}  // namespace coffer::net
