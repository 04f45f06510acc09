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
  bool accepted = false;      // goes on: from here a client certificate may be sent
  bool close_notify = false;  // the peer said that it has sent everything
  ServerCertificate certificate;

  const TransportOptions* options = nullptr;
  bool for_service = false;        // who may see the client certificate
  bool certificate_asked = false;  // the server asked for a client certificate
  bool certificate_sent = false;
  bool answered = false;  // a reply has come over this connection
  int alert = -1;         // the fatal alert that the peer sent (RFC 8446 6.2)
  int failure_code = 0;   // what ended the handshake from our side, other than `refused`
  std::string failure_text;
};

}  // namespace coffer::net
