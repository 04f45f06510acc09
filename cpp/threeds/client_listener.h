// What a challenge tells becomes events, log entries and properties.
//
// Threads: as its Client's actions.
#pragma once

#include <string>
#include <string_view>

#include "threeds/challenge.h"
#include "threeds/client.h"

namespace coffer::threeds {

class Client::Listener final : public ChallengeListener {
 public:
  explicit Listener(Client& client) : client_(client) {}
  void creq(std::string_view json) override;
  void cres(std::string_view json) override;
  void erro_out(std::string_view json) override;
  void erro_in(std::string_view json) override;
  void packet_out(std::string_view packet) override;
  void packet_in(std::string_view packet) override;
  void note(const std::string& text) override;

 private:
  Client& client_;
};

}  // namespace coffer::threeds
