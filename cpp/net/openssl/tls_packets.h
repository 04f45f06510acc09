// LogSSLPackets: each TLS record and message as a line of SSLStatus, without its content.
//
// Threads: belongs to the transport's thread.
#pragma once

#include <cstddef>

using SSL = struct ssl_st;

namespace coffer::net {

// For SSL_CTX_set_msg_callback, on connections that have a Handshake.
void report_packet(int sent, int version, int type, const void* data, std::size_t size,
                   SSL* connection, void*) noexcept;

}  // namespace coffer::net
