// What the tests of plain http share: servers that send given octets, compression, header fields.
#pragma once

#include <zlib.h>

#include <string>

#include "net_test.h"

namespace coffer::test {

// One connection that sends these octets after the request, then ends the way `end` says.
inline LoopbackServer::Script sends(const std::string& octets, void (Peer::*end)()) {
  return [octets, end](Peer& peer) {
    peer.request();
    peer.send(octets);
    (peer.*end)();
  };
}

inline net::Outcome fetch(LoopbackServer& server) {
  Client client(options_for(server.url()));
  return client.run(get(server.url()));
}

inline std::string gzip(const std::string& text, int form = 16 + MAX_WBITS) {
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, form, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  std::string in = text;
  z.next_in = reinterpret_cast<unsigned char*>(in.data());
  z.avail_in = static_cast<unsigned>(in.size());
  z.next_out = reinterpret_cast<unsigned char*>(out.data());
  z.avail_out = static_cast<unsigned>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

inline LoopbackServer::Script encoded(const std::string& body, const std::string& how) {
  return [body, how](Peer& peer) {
    while (!peer.request().empty()) {
      peer.reply(body, "200 OK", "Content-Encoding: " + how + "\r\n");
    }
  };
}

inline std::string header_value(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "(absent)";
  const std::size_t from = at + name.size() + 4;
  return request.substr(from, request.find("\r\n", from) - from);
}

}  // namespace coffer::test
