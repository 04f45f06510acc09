#include "net/mbedtls/configuration.h"

#include <algorithm>
#include <array>
#include <iterator>

#if MBEDTLS_VERSION_MAJOR >= 3
#  include <psa/crypto.h>
#endif

#include "core/error.h"
#include "core/text.h"
#include "core/wipe.h"

namespace coffer::net::internal {

namespace {

constexpr unsigned kLeastDhBits = 2048;

#if MBEDTLS_VERSION_MAJOR >= 3
// What TLS 1.3 computes with; once for the process.
bool psa_works() {
  static const bool works = psa_crypto_init() == PSA_SUCCESS;
  return works;
}

constexpr std::uint16_t kFirstOfTls13 = 0x0800;  // RSA-PSS and Edwards curves

// mbedTLS has no Edwards curves and no DSA.
bool is_known(std::uint16_t signature) {
  constexpr unsigned kDsa = 2;
  if (signature < kFirstOfTls13) return (signature & 0xFFU) != kDsa;
  return signature != 0x0807 && signature != 0x0808;
}
#else
// By IANA's number (mbedtls_ecp_curve_info holds the same).
mbedtls_ecp_group_id curve_of(std::uint16_t group) {
  const mbedtls_ecp_curve_info* info = mbedtls_ecp_curve_info_from_tls_id(group);
  return info == nullptr ? MBEDTLS_ECP_DP_NONE : info->grp_id;
}

// The high octet of a SignatureScheme of TLS 1.2 is its hash.
int hash_of(std::uint16_t signature) {
  switch (signature >> 8U) {
    case 3:
      return MBEDTLS_MD_SHA224;
    case 4:
      return MBEDTLS_MD_SHA256;
    case 5:
      return MBEDTLS_MD_SHA384;
    case 6:
      return MBEDTLS_MD_SHA512;
    default:
      return MBEDTLS_MD_NONE;  // RSA-PSS and Edwards curves need TLS 1.3
  }
}
#endif

void write_line(const KeyLog& log, const char* label, const unsigned char* random,
                const unsigned char* secret, std::size_t size) noexcept {
  constexpr std::size_t kRandom = 32;
  try {
    std::string line =
        std::string(label) + " " + core::hex(random, kRandom) + " " + core::hex(secret, size);
    log.line(line.c_str());
    core::wipe(line);
  } catch (...) {
    // A debugging aid: best effort.
  }
}

#if MBEDTLS_VERSION_MAJOR < 3
int on_secret(void* log, const unsigned char* master, const unsigned char*, std::size_t,
              std::size_t, std::size_t, const unsigned char* client_random, const unsigned char*,
              mbedtls_tls_prf_types) noexcept {
  constexpr std::size_t kMaster = 48;
  write_line(*static_cast<const KeyLog*>(log), "CLIENT_RANDOM", client_random, master, kMaster);
  return 0;
}
#endif

}  // namespace

#if MBEDTLS_VERSION_MAJOR >= 3
void on_secret(void* log, mbedtls_ssl_key_export_type type, const unsigned char* secret,
               std::size_t size, const unsigned char client_random[32], const unsigned char[32],
               mbedtls_tls_prf_types) noexcept {
  const char* label = nullptr;
  switch (type) {
    case MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET:
      label = "CLIENT_RANDOM";
      break;
#  if defined(MBEDTLS_SSL_PROTO_TLS1_3)
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_HANDSHAKE_TRAFFIC_SECRET:
      label = "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
      break;
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_HANDSHAKE_TRAFFIC_SECRET:
      label = "SERVER_HANDSHAKE_TRAFFIC_SECRET";
      break;
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_APPLICATION_TRAFFIC_SECRET:
      label = "CLIENT_TRAFFIC_SECRET_0";
      break;
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_APPLICATION_TRAFFIC_SECRET:
      label = "SERVER_TRAFFIC_SECRET_0";
      break;
#  endif
    default:
      return;
  }
  write_line(*static_cast<const KeyLog*>(log), label, client_random, secret, size);
}
#endif

Config::Config(const TransportOptions& options, For whom)
    : versions_(enabled_versions(options.enabled_protocols)), key_log_(options.key_log_file) {
#if MBEDTLS_VERSION_MAJOR >= 3
  if (!psa_works()) {
    throw core::Error(30005, "mbedTLS could not start; check its installation and the free memory");
  }
#endif
  mbedtls_ssl_config* const conf = settings_.get();
  crypto::require(
      mbedtls_ssl_config_defaults(conf, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                  MBEDTLS_SSL_PRESET_DEFAULT),
      "be configured");
  mbedtls_ssl_conf_rng(conf, crypto::draw, &random_);
  // The judge sits in TlsStream's callback and breaks off what it refuses; mbedTLS's own verdict,
  // which knows no anchors here, decides nothing.
  mbedtls_ssl_conf_authmode(conf, MBEDTLS_SSL_VERIFY_OPTIONAL);
  set_versions();
  if (!core::trim(options.cipher_list).empty()) {
    throw core::Error(
        270, "OpenSSLCipherList is for OpenSSL; clear it, or set SSLProvider to Platform.");
  }
  const auto signatures = signature_ids(offered_signatures(options, versions_));
  suites_ = suite_ids(options.cipher_suites, key_types(signatures), options.cipher_strength);
  suites_.push_back(0);
  mbedtls_ssl_conf_ciphersuites(conf, suites_.data());
  set_groups(offered_groups(options, versions_));
  set_signatures(signatures);
#if defined(MBEDTLS_DHM_C)
  mbedtls_ssl_conf_dhm_min_bitlen(conf, kLeastDhBits);
#endif
#if defined(MBEDTLS_SSL_RENEGOTIATION)
  mbedtls_ssl_conf_renegotiation(conf, options.renegotiation ? MBEDTLS_SSL_RENEGOTIATION_ENABLED
                                                             : MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#endif
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
  mbedtls_ssl_conf_session_tickets(conf, options.reuse_session
                                             ? MBEDTLS_SSL_SESSION_TICKETS_ENABLED
                                             : MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
#if defined(MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED)
  mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
      conf, options.reuse_session ? MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED
                                  : MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_DISABLED);
#endif
#if defined(MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL)
  // A resumed session exchanges keys too, so that a ticket's key betrays nothing of it later.
  mbedtls_ssl_conf_tls13_key_exchange_modes(conf,
                                            MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
#endif
  if (whom != For::kProxy && options.http_version == HttpVersion::k20) protocols_.push_back("h2");
  if (whom == For::kService && !options.client_certificate.empty()) {
    set_client_certificate(options.client_certificate);
  }
  protocols_.push_back(options.http_version == HttpVersion::k10 ? "http/1.0" : "http/1.1");
  protocols_.push_back(nullptr);
  crypto::require(mbedtls_ssl_conf_alpn_protocols(conf, protocols_.data()), "be configured");
#if MBEDTLS_VERSION_MAJOR < 3
  if (key_log_.wanted()) mbedtls_ssl_conf_export_keys_ext_cb(conf, on_secret, &key_log_);
#endif
}

void Config::set_versions() {
#if MBEDTLS_VERSION_MAJOR >= 3
  mbedtls_ssl_conf_min_tls_version(
      settings_.get(), versions_.v12 ? MBEDTLS_SSL_VERSION_TLS1_2 : MBEDTLS_SSL_VERSION_TLS1_3);
  mbedtls_ssl_conf_max_tls_version(
      settings_.get(), versions_.v13 ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2);
#else
  const std::array<std::pair<bool, int>, 3> table = {
      {{versions_.v10, MBEDTLS_SSL_MINOR_VERSION_1},
       {versions_.v11, MBEDTLS_SSL_MINOR_VERSION_2},
       {versions_.v12, MBEDTLS_SSL_MINOR_VERSION_3}}};
  int lowest = 0;
  int highest = 0;
  for (const auto& [wanted, version] : table) {
    if (!wanted) continue;
    if (lowest == 0) lowest = version;
    highest = version;
  }
  mbedtls_ssl_conf_min_version(settings_.get(), MBEDTLS_SSL_MAJOR_VERSION_3, lowest);
  mbedtls_ssl_conf_max_version(settings_.get(), MBEDTLS_SSL_MAJOR_VERSION_3, highest);
#endif
}

void Config::set_groups(const std::string& list) {
  const auto wanted = group_ids(list);
  if (wanted.empty()) return;
#if MBEDTLS_VERSION_MAJOR >= 3
  groups_ = wanted;
  groups_.push_back(0);
  mbedtls_ssl_conf_groups(settings_.get(), groups_.data());
#else
  for (const std::uint16_t group : wanted) {
    if (const auto curve = curve_of(group); curve != MBEDTLS_ECP_DP_NONE) groups_.push_back(curve);
  }
  if (groups_.empty()) {
    throw core::Error(713,
                      "TLS12SupportedGroups names no group that SSLProvider Internal has here; add "
                      "ecdhe_secp256r1.");
  }
  groups_.push_back(MBEDTLS_ECP_DP_NONE);
  mbedtls_ssl_conf_curves(settings_.get(), groups_.data());
#endif
}

void Config::set_signatures(const std::vector<std::uint16_t>& signatures) {
#if MBEDTLS_VERSION_MAJOR >= 3
  // mbedTLS's own default, in which there is no SHA-1 either, begins with what is moved below.
  const std::vector<std::uint16_t> usual = {0x0403, 0x0503, 0x0603, 0x0401, 0x0501,
                                            0x0601, 0x0804, 0x0805, 0x0806};
  const auto& wanted = signatures.empty() ? usual : signatures;
  std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(signatures_), is_known);
  if (signatures_.empty()) {
    throw core::Error(
        713,
        "TLS12SignatureAlgorithms and TLS13SignatureAlgorithms name no algorithm that "
        "SSLProvider Internal has; add ecdsa_secp256r1_sha256 and rsa_pss_sha256.");
  }
  // Offered for TLS 1.3, RSA-PSS may be chosen in TLS 1.2 too (RFC 8446 4.2.3), which mbedTLS then
  // refuses; most servers take the first that fits.
  std::stable_partition(signatures_.begin(), signatures_.end(),
                        [](std::uint16_t one) { return one < kFirstOfTls13; });
  signatures_.push_back(0);
  mbedtls_ssl_conf_sig_algs(settings_.get(), signatures_.data());
#else
  for (const std::uint16_t signature : signatures) {
    const int hash = hash_of(signature);
    if (hash != MBEDTLS_MD_NONE &&
        std::find(hashes_.begin(), hashes_.end(), hash) == hashes_.end()) {
      hashes_.push_back(hash);
    }
  }
  if (hashes_.empty() && !signatures.empty()) {
    throw core::Error(713,
                      "TLS12SignatureAlgorithms names no algorithm that SSLProvider Internal has "
                      "here; add sha256-rsa and sha256-ecdsa.");
  }
  if (hashes_.empty()) hashes_ = {MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA384, MBEDTLS_MD_SHA512};
  hashes_.push_back(MBEDTLS_MD_NONE);
  mbedtls_ssl_conf_sig_hashes(settings_.get(), hashes_.data());
#endif
}

void Config::set_client_certificate(const ClientCertificate& certificate) {
  const std::string& chain = certificate.chain_pem;
  // The NUL at the end counts for PEM.
  const bool read =
      mbedtls_x509_crt_parse(own_chain_.get(), crypto::octets(chain), chain.size() + 1) == 0;
  const std::string& key = certificate.private_key_pem.reveal();
  if (!read || crypto::parse_private(own_key_, crypto::octets(key), key.size() + 1, {}) != 0) {
    throw core::Error(281,
                      "The client certificate or its key is of a kind that SSLProvider Internal "
                      "cannot use; check SSLCert, or set SSLProvider to Platform.");
  }
#if MBEDTLS_VERSION_MAJOR >= 3
  const bool pair =
      mbedtls_pk_check_pair(&own_chain_->pk, own_key_.get(), crypto::draw, &random_) == 0;
#else
  const bool pair = mbedtls_pk_check_pair(&own_chain_->pk, own_key_.get()) == 0;
#endif
  if (!pair) throw core::Error(281, "The client certificate and its key do not belong together.");
  crypto::require(mbedtls_ssl_conf_own_cert(settings_.get(), own_chain_.get(), own_key_.get()),
                  "take the client certificate");
}

}  // namespace coffer::net::internal
