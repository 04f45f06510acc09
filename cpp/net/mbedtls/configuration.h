// The settings of a transport as mbedTLS's configurations, which all its connections share: one
// for the service, which may ask for the client certificate, one for other servers, one for TLS to
// a proxy.
//
// Threads: belongs to the transport's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "crypto/mbedtls.h"
// After it: it opens mbedTLS's structures.
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "net/key_log.h"
#include "net/mbedtls/names.h"
#include "net/options.h"

namespace coffer::net::internal {

#if MBEDTLS_VERSION_MAJOR >= 3
// Writes one line of the KeyLog that `log` points to.
void on_secret(void* log, mbedtls_ssl_key_export_type type, const unsigned char* secret,
               std::size_t size, const unsigned char client_random[32],
               const unsigned char server_random[32], mbedtls_tls_prf_types prf) noexcept;
#endif

class Config {
 public:
  enum class For { kService, kServer, kProxy };
  // Throws 270, 281 and 713 for what mbedTLS cannot do or use.
  Config(const TransportOptions& options, For whom);
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;

  const mbedtls_ssl_config* get() const noexcept { return settings_.get(); }
  const Versions& versions() const noexcept { return versions_; }
  const KeyLog& key_log() const noexcept { return key_log_; }

 private:
  using Settings =
      crypto::Owned<mbedtls_ssl_config, mbedtls_ssl_config_init, mbedtls_ssl_config_free>;
  using Chain = crypto::Owned<mbedtls_x509_crt, mbedtls_x509_crt_init, mbedtls_x509_crt_free>;

  void set_versions();
  void set_groups(const std::string& list);
  void set_signatures(const std::vector<std::uint16_t>& signatures);
  void set_client_certificate(const ClientCertificate& certificate);

  // What mbedTLS points into stands above the settings.
  Versions versions_;
  KeyLog key_log_;
  crypto::SystemRandom random_;
  std::vector<int> suites_;
#if MBEDTLS_VERSION_MAJOR >= 3
  std::vector<std::uint16_t> groups_;
  std::vector<std::uint16_t> signatures_;
#else
  std::vector<mbedtls_ecp_group_id> groups_;
  std::vector<int> hashes_;
#endif
  std::vector<const char*> protocols_;
  Chain own_chain_;
  crypto::Pk own_key_;
  Settings settings_;
};

}  // namespace coffer::net::internal
