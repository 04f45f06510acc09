// Revocation for a transport: what cpp/revocation asks for is fetched by the transport itself, so
// that it goes the user's way (proxies, addresses) while other transfers continue.
//
// Threads: the transport's thread.
#pragma once

#include <memory>

#include "core/clock.h"
#include "crypto/random.h"
#include "net/options.h"
#include "net/tls_gate.h"
#include "net/transport.h"
#include "revocation/checker.h"
#include "revocation/fetcher.h"

namespace coffer::net {

class RevocationWatch final : public revocation::Fetcher {
 public:
  // Both must outlive it.
  RevocationWatch(Transport& transport, const TransportOptions& options);

  // For TlsGate: looks at a certificate that the TLS library has verified.
  TlsGate::Check check() const;
  void fetch(const revocation::Query& query,
             std::function<void(const revocation::Fetched&)> done) override;

 private:
  Transport& transport_;
  const TransportOptions& options_;
  const core::SystemClock clock_;
  crypto::SystemRandom random_;
  const std::shared_ptr<revocation::Checker> checker_;
};

}  // namespace coffer::net
