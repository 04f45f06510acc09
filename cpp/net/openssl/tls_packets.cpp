#include "net/openssl/tls_packets.h"

#include <openssl/ssl.h>
#include <openssl/ssl3.h>

#include <string>

#include "net/openssl/tls_context.h"

namespace coffer::net {

namespace {

const char* record_name(int type) {
  switch (type) {
    case SSL3_RT_CHANGE_CIPHER_SPEC:
      return "change_cipher_spec";
    case SSL3_RT_ALERT:
      return "alert";
    case SSL3_RT_HANDSHAKE:
      return "handshake";
    case SSL3_RT_APPLICATION_DATA:
      return "application_data";
    default:
      return "unknown";
  }
}

const char* message_name(int type) {
  switch (type) {
    case SSL3_MT_HELLO_REQUEST:
      return "hello_request";
    case SSL3_MT_CLIENT_HELLO:
      return "client_hello";
    case SSL3_MT_SERVER_HELLO:
      return "server_hello";
    case SSL3_MT_NEWSESSION_TICKET:
      return "new_session_ticket";
    case SSL3_MT_ENCRYPTED_EXTENSIONS:
      return "encrypted_extensions";
    case SSL3_MT_CERTIFICATE:
      return "certificate";
    case SSL3_MT_SERVER_KEY_EXCHANGE:
      return "server_key_exchange";
    case SSL3_MT_CERTIFICATE_REQUEST:
      return "certificate_request";
    case SSL3_MT_SERVER_DONE:
      return "server_hello_done";
    case SSL3_MT_CERTIFICATE_VERIFY:
      return "certificate_verify";
    case SSL3_MT_CLIENT_KEY_EXCHANGE:
      return "client_key_exchange";
    case SSL3_MT_FINISHED:
      return "finished";
    case SSL3_MT_CERTIFICATE_STATUS:
      return "certificate_status";
    case SSL3_MT_KEY_UPDATE:
      return "key_update";
    default:
      return "other";
  }
}

std::string octets(std::size_t size) {
  return ", " + std::to_string(size) + " octets";
}

// What OpenSSL reports: a record's header (content type 256), then what is inside of it.
std::string describe(int type, const unsigned char* data, std::size_t size) {
  constexpr std::size_t kHeader = 5;  // RFC 8446 5.1: type, version, length
  if (type == SSL3_RT_HEADER && size >= kHeader) {
    const std::size_t length = static_cast<std::size_t>(data[3]) << 8U | data[4];
    return std::string("record ") + record_name(data[0]) + octets(kHeader + length);
  }
  if (type == SSL3_RT_HANDSHAKE && size >= 1) {
    return std::string("message ") + message_name(data[0]) + octets(size);
  }
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
    handshake->options->ssl_status((sent != 0 ? "Sent to " : "Received from ") + handshake->host +
                                   ": " + what + ".");
  } catch (...) {
    // A line of the log must not end a connection, and nothing may fly through OpenSSL.
  }
}

}  // namespace coffer::net
