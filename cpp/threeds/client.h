// The object behind the handle: properties and settings become messages, replies become properties.
//
// Threads: see core::Component. Everything of a transaction happens in the thread that is inside
// an action; handlers run in that thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include "core/component.h"

namespace coffer::threeds {

class Client final : public core::Component {
 public:
  Client();
  ~Client() override;

  void add_device_param(const std::string& field, const std::string& value, std::int32_t value_type,
                        std::int32_t category);
  void add_extension(const std::string& id, const std::string& name, bool critical,
                     const std::string& data);
  void add_request_field(const std::string& name, const std::string& value,
                         std::int32_t value_type);
  void check_auth_response(const std::string& auth_response);
  std::string get_auth_request();
  void interrupt() noexcept;
  void reset();
  void reset_transaction_info();
  void send_challenge_request();
  void shut_down() noexcept override { interrupt(); }

 protected:
  void check(int property, const core::Value& value) const override;
  void after_set(int property, int index) override;
  bool locked() const noexcept override { return acting_.load(); }

 private:
  // An action of this object: the token of Component, and what is locked meanwhile.
  class Action;

  std::atomic<bool> acting_{false};
  std::atomic<bool> interrupted_{false};
  std::mutex rows_mutex_;  // a row is added whole
};

}  // namespace coffer::threeds
