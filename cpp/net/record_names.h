// LogSSLPackets: the names of TLS's records and of the handshake's messages (RFC 8446 B.1 and B.3,
// RFC 5246 7.4), and the line that tells of one.
//
// Threads: free functions, any thread.
#pragma once

#include <cstddef>
#include <string>

namespace coffer::net {

std::string record_line(int type, std::size_t octets);   // "record handshake, 74 octets"
std::string message_line(int type, std::size_t octets);  // "message client_hello, 69 octets"
// What SSLStatus says of it: "Sent to graph.example: record handshake, 74 octets."
std::string packet_status(bool sent, const std::string& host, const std::string& line);

}  // namespace coffer::net
