#include "threeds/client_listener.h"

#include "client_surface.h"

namespace coffer::threeds {

void Client::Listener::creq(std::string_view json) {
  client_.store_setting(kSetMessageType, "CReq");
  client_.log_message("CReq", json);
}

void Client::Listener::cres(std::string_view json) {
  client_.store_setting(kSetMessageType, "CRes");
  client_.store_setting(kSetChallengeResponse, std::string(json));
  client_.set_last_message(std::string(json));
  client_.log_message("CRes", json);
}

void Client::Listener::erro_out(std::string_view json) {
  client_.store_setting(kSetMessageType, "Erro");
  client_.log_message("Erro", json);
}

void Client::Listener::erro_in(std::string_view json) {
  client_.store_setting(kSetMessageType, "Erro");
  client_.set_last_message(std::string(json));
  client_.log_message("Erro", json);
}

void Client::Listener::packet_out(std::string_view packet) {
  client_.store(kDataPacketOut, std::string(packet));
  if (client_.wants(kOnDataPacketOut)) {
    DataPacketOutEvent event;
    event.data_packet.assign(packet.begin(), packet.end());
    client_.fire_now(kOnDataPacketOut, event);
  }
}

void Client::Listener::packet_in(std::string_view packet) {
  if (client_.wants(kOnDataPacketIn)) {
    DataPacketInEvent event;
    event.data_packet.assign(packet.begin(), packet.end());
    client_.fire_now(kOnDataPacketIn, event);
  }
}

void Client::Listener::note(const std::string& text) {
  client_.log_.info(text);
}

}  // namespace coffer::threeds
