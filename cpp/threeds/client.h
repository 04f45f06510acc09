// The object behind the handle: properties and settings become messages, replies become properties.
//
// Threads: see core::Component. Everything of a transaction happens in the thread that is inside
// an action; handlers run in that thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/connection_certificates.h"
#include "certs/store.h"
#include "client_surface.h"
#include "core/clock.h"
#include "core/component.h"
#include "core/log.h"
#include "crypto/random.h"
#include "net/options.h"
#include "threeds/acs_channel.h"
#include "threeds/auth_response.h"
#include "threeds/challenge.h"
#include "threeds/device_info.h"
#include "threeds/json_path.h"
#include "threeds/transaction.h"

namespace coffer::threeds {

// What a Client stands on; tests bring their own.
struct ClientPorts {
  std::shared_ptr<const core::Clock> clock;
  std::shared_ptr<crypto::Random> random;
  AcsChannel::MakeTransport make_transport;
};

class Client final : public core::Component {
 public:
  Client();
  explicit Client(ClientPorts ports);
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
  void shut_down() noexcept override { channel_.end(); }

 protected:
  core::Value compute(int property, int index) const override;
  std::string compute_setting(int setting, int index) const override;
  void check(int property, const core::Value& value) const override;
  void check_setting(int setting, const std::string& value) const override;
  void after_set(int property, int index) override;
  void after_set_setting(int setting, int index) override;
  bool locked() const noexcept override { return acting_.load(); }

 private:
  class Action;    // the token of Component, and what is locked meanwhile
  class Listener;  // what a challenge tells becomes events and properties

  // Runs one action to its end: events of failures, handlers' failures last.
  void act(const std::function<void()>& body);
  void throw_if_interrupted() const;

  // Events. A handler that fails is remembered: the method goes on, and fails at its end.
  void fire_now(int event, core::Event& payload) noexcept;
  void fire_error(std::int32_t code, const std::string& text) noexcept;
  void log_entry(int level, const std::string& message, const char* type) noexcept;
  void log_message(const char* type, std::string_view json);

  // client_request.cpp
  std::string make_auth_request();
  std::string begin_transaction();
  std::string encrypted_device_info(const crypto::PublicKey& key);
  std::vector<DeviceParam> device_params() const;
  std::string outgoing_extensions() const;
  crypto::PublicKey directory_server_key() const;
  std::vector<certs::Certificate> acs_roots() const;
  certs::Entry certificate_entry(int encoded, int store, int store_type, int password, int subject,
                                 int index) const;

  // client_response.cpp
  void take_auth_response(const std::string& text);
  AuthExpectations auth_expectations() const;
  void accept_auth_response(const AuthResponse& response);
  void prepare_challenge(const AuthResponse& response);
  void remember_erro(const Erro& erro, const std::string& packet);
  void remember_extensions(const IncomingExtensions& extensions);
  void set_last_message(std::string json);

  // client_challenge.cpp
  void send_next_request();
  CreqInput creq_input() const;
  core::Secret secret_text(int property) const;
  ChallengeConduct conduct() const;
  void open_challenge();
  void conclude(ChallengeOutcome outcome);
  void show(const Screen& screen);
  void show_entry_box(const std::array<Property, 7>& properties, const EntryBox& box);
  void clear_answers();

  // client_settings.cpp
  net::TransportOptions transport_options();
  std::string connection_key() const;
  void adopt_private_key();
  void complete_subject(int property, int index);
  void clear_transaction_values();
  void store_default(int property);

  const ClientPorts ports_;
  core::Log log_;
  AcsChannel channel_;
  std::unique_ptr<Listener> listener_;
  std::atomic<bool> acting_{false};
  std::atomic<bool> handler_failed_{false};
  Transaction transaction_;
  std::optional<crypto::P256Point> spent_;  // the last pair that sent a CReq

  mutable certs::ConnectionCertificates certificates_;

  mutable std::mutex mutex_;  // guards what follows; and a row is added whole
  std::vector<RequestField> extra_fields_;
  mutable MessagePath last_message_;
  net::NegotiatedSession session_;  // of the last connection
};

}  // namespace coffer::threeds
