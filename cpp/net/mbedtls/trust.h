// The verdict about a server's certificate, from its octets alone: chain, purpose, name and dates
// are checked here, because mbedTLS 2.28 knows no name constraints and no IP addresses.
//
// Threads: belongs to the transport's thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/chain.h"
#include "net/options.h"

namespace coffer::net::internal {

class Trust {
 public:
  // `options` outlives it. Throws 713 for CA certificates that cannot be read. The system's are
  // read at the first judgement.
  explicit Trust(const TransportOptions& options);

  // `chain` as the server sent it, DER, the leaf first. The status uses OpenSSL's words, so that a
  // reason reads the same with both providers.
  // `proxy`: no setting bends the verdict (contract section 6).
  ServerCertificate judge(const std::vector<std::string>& chain, const std::string& host,
                          bool proxy);

 private:
  void read_system();
  void add_file(const std::string& path);
  void add_folder(const std::string& path);
  void add_text(const std::string& text);
  std::vector<certs::Certificate> anchors_for(const std::vector<certs::Certificate>& chain) const;

  certs::ChainVerdict verify(const std::vector<certs::Certificate>& sent,
                             std::uint32_t flags) const;
  std::string unlisted_signature(const std::vector<certs::Certificate>& path) const;

  const TransportOptions& options_;
  std::vector<certs::Certificate> anchors_;
  bool system_pending_;  // reading the bundle takes a while: not before TLS is spoken
};

}  // namespace coffer::net::internal
