#include "net/openssl/tls_packets.h"

#include <openssl/ssl.h>
#include <openssl/ssl3.h>

#include <string>

#include "net/openssl/tls_context.h"
#include "net/record_names.h"

namespace coffer::net {

namespace {

// What OpenSSL reports: a record's header (content type 256), then what is inside of it.
std::string describe(int type, const unsigned char* data, std::size_t size) {
  constexpr std::size_t kHeader = 5;  // RFC 8446 5.1: type, version, length
  if (type == SSL3_RT_HEADER && size >= kHeader) {
    const std::size_t length = static_cast<std::size_t>(data[3]) << 8U | data[4];
    return record_line(data[0], kHeader + length);
  }
  if (type == SSL3_RT_HANDSHAKE && size >= 1) return message_line(data[0], size);
  if (type == SSL3_RT_ALERT && size >= 2) {
    return std::string("alert ") + SSL_alert_type_string_long(data[0] << 8) + " " +
           SSL_alert_desc_string_long(data[1]);
  }
  return {};
}

}  // namespace

void report_packet(int sent, int /*version*/, int type, const void* data, std::size_t size,
                   SSL* connection, void*) noexcept {
  try {
    const Handshake* handshake = handshake_in(connection);
    if (handshake == nullptr || !handshake->options->ssl_status) return;
    const std::string what = describe(type, static_cast<const unsigned char*>(data), size);
    if (what.empty()) return;
    handshake->options->ssl_status(packet_status(sent != 0, handshake->host, what));
  } catch (...) {
    // A line of the log must not end a connection, and nothing may fly through OpenSSL.
  }
}

}  // namespace coffer::net
