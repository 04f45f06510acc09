// What is known about one TLS connection, whichever library speaks it.
//
// Threads: belongs to the transport's thread.
#pragma once

#include <memory>
#include <string>

#include "net/options.h"
#include "net/tls_gate.h"

namespace coffer::net {

// One TLS connection: what to expect of it, and what its handshake found. Lives as long as the
// connection, which may serve many requests.
struct Handshake {
  std::string host;
  std::shared_ptr<const TlsGate> gate;  // null: the library's verdict holds
  bool for_proxy = false;
  bool undecided = false;     // stopped: somebody has to decide about `certificate`
  bool refused = false;       // stopped: refused by the library or by that decision
  bool close_notify = false;  // the peer said that it has sent everything
  ServerCertificate certificate;
};

}  // namespace coffer::net
