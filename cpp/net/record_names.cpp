#include "net/record_names.h"

namespace coffer::net {

namespace {

const char* record_name(int type) {
  switch (type) {
    case 20:
      return "change_cipher_spec";
    case 21:
      return "alert";
    case 22:
      return "handshake";
    case 23:
      return "application_data";
    default:
      return "unknown";
  }
}

const char* message_name(int type) {
  switch (type) {
    case 0:
      return "hello_request";
    case 1:
      return "client_hello";
    case 2:
      return "server_hello";
    case 4:
      return "new_session_ticket";
    case 8:
      return "encrypted_extensions";
    case 11:
      return "certificate";
    case 12:
      return "server_key_exchange";
    case 13:
      return "certificate_request";
    case 14:
      return "server_hello_done";
    case 15:
      return "certificate_verify";
    case 16:
      return "client_key_exchange";
    case 20:
      return "finished";
    case 22:
      return "certificate_status";
    case 24:
      return "key_update";
    default:
      return "other";
  }
}

std::string counted(std::size_t octets) {
  return ", " + std::to_string(octets) + " octets";
}

}  // namespace

std::string record_line(int type, std::size_t octets) {
  return std::string("record ") + record_name(type) + counted(octets);
}

std::string message_line(int type, std::size_t octets) {
  return std::string("message ") + message_name(type) + counted(octets);
}

std::string packet_status(bool sent, const std::string& host, const std::string& line) {
  return (sent ? "Sent to " : "Received from ") + host + ": " + line + ".";
}

}  // namespace coffer::net
