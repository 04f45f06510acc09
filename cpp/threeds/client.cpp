#include "threeds/client.h"

#include <exception>
#include <utility>

#include "client_surface.h"
#include "core/error.h"
#include "net/curl_transport.h"
#include "threeds/client_listener.h"
#include "threeds/device_info.h"
#include "threeds/extensions.h"
#include "threeds/masking.h"
#include "threeds/request_field.h"

namespace coffer::threeds {
namespace {

using core::Error;

constexpr std::int32_t kIndexOutOfRange = 606;
constexpr std::int32_t kHandlerFailed = 30003;
constexpr std::int32_t kInterrupted = 301;
constexpr std::int32_t kMostDeviceParams = 1000;

ClientPorts real_ports() {
  return {std::make_shared<core::SystemClock>(), std::make_shared<crypto::SystemRandom>(),
          net::make_curl_transport};
}

// Contract section 2: Error fires before a method fails with one of these, which are the protocol's
// own among 1101 to 1302 (1120 is the network's).
bool has_event(std::int32_t code) noexcept {
  switch (code) {
    case 604:
    case 1101:
    case 1102:
    case 1201:
    case 1202:
    case 1301:
    case 1302:
      return true;
    default:
      return false;
  }
}

}  // namespace

class Client::Action {
 public:
  explicit Action(Client& client) : scope_(client), client_(client) {
    client_.channel_.begin();
    client_.handler_failed_.store(false);
    client_.acting_.store(true);
  }
  Action(const Action&) = delete;
  Action& operator=(const Action&) = delete;
  ~Action() {
    // Between two requests of a challenge the connection may stay: a handshake less for the next.
    if (client_.transaction_.stage != Stage::kChallengeOpen) {
      client_.channel_.close();
    }
    client_.acting_.store(false);
  }

 private:
  const ActionScope scope_;
  Client& client_;
};

Client::Client() : Client(real_ports()) {}

Client::Client(ClientPorts ports)
    : Component(kClientInfo),
      ports_(std::move(ports)),
      channel_(ports_.make_transport, *ports_.clock, [this] { return idle(); }),
      listener_(std::make_unique<Listener>(*this)) {
  log_.set_level(static_cast<int>(setting_number(kSetLogLevel)));
  log_.set_sink([this](int level, const std::string& message, const char* type) {
    log_entry(level, message, type);
  });
}

Client::~Client() = default;

void Client::act(const std::function<void()>& body) {
  const Action action(*this);
  try {
    body();
  } catch (const Error& error) {
    fire_error(error.code(), error.what());
    if (!handler_failed_.load()) {
      throw;
    }
  }
  // Contract section 2: what a handler threw surfaces from the method that fired it.
  if (handler_failed_.load()) {
    throw Error(kHandlerFailed, "A handler failed.");
  }
}

void Client::throw_if_interrupted() const {
  if (channel_.interrupted()) {
    throw Error(kInterrupted, "The call was interrupted.");
  }
}

void Client::fire_now(int event, core::Event& payload) noexcept {
  // Some events fire under libcurl's frames, which no exception may cross.
  try {
    fire(event, payload);
  } catch (...) {
    handler_failed_.store(true);
  }
}

void Client::fire_error(std::int32_t code, const std::string& text) noexcept {
  if (!has_event(code) || !wants(kOnError)) {
    return;
  }
  try {
    ErrorEvent event;
    event.error_code = code;
    event.description = text;
    fire(kOnError, event);
  } catch (...) {
    handler_failed_.store(true);
  }
}

void Client::log_entry(int level, const std::string& message, const char* type) noexcept {
  if (!wants(kOnLog)) {
    return;
  }
  try {
    LogEvent event;
    event.log_level = level;
    event.message = message;
    event.log_type = type;
    fire(kOnLog, event);
  } catch (...) {
    handler_failed_.store(true);
  }
}

void Client::log_message(const char* type, std::string_view json) {
  if (!wants(kOnLog) || !log_.passes(core::LogLevel::kVerbose)) {
    return;
  }
  log_.write(core::LogLevel::kVerbose,
             setting_flag(kSetMaskSensitive) ? masked_message(json) : std::string(json), type);
}

void Client::add_device_param(const std::string& field, const std::string& value,
                              std::int32_t value_type, std::int32_t category) {
  check_device_param({field, value, value_type, category});
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = static_cast<std::int32_t>(number(kDeviceParamCount));
  if (at >= kMostDeviceParams) {
    throw Error(kIndexOutOfRange,
                "DeviceParams holds at most " + std::to_string(kMostDeviceParams) + ".");
  }
  set(kDeviceParamCount, 0, at + 1);
  try {
    set(kDeviceParamsFieldName, at, field);
    set(kDeviceParamsValue, at, value);
    set(kDeviceParamsValueType, at, value_type);
    set(kDeviceParamsCategory, at, category);
  } catch (...) {
    set(kDeviceParamCount, 0, at);  // all of it or nothing
    throw;
  }
}

void Client::add_extension(const std::string& id, const std::string& name, bool critical,
                           const std::string& data) {
  check_extension({id, name, critical, data});
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = static_cast<std::int32_t>(number(kExtensionCount));
  check_extension_room(static_cast<std::size_t>(at));
  set(kExtensionCount, 0, at + 1);
  set(kExtensionsId, at, id);
  set(kExtensionsName, at, name);
  set(kExtensionsCritical, at, critical);
  set(kExtensionsData, at, data);
}

void Client::add_request_field(const std::string& name, const std::string& value,
                               std::int32_t value_type) {
  RequestField field{name, value, value_type};
  check_request_field(field);
  const std::lock_guard<std::mutex> lock(mutex_);
  extra_fields_.push_back(std::move(field));
}

std::string Client::get_auth_request() {
  std::string request;
  act([&] { request = make_auth_request(); });
  return request;
}

void Client::check_auth_response(const std::string& auth_response) {
  act([&] { take_auth_response(auth_response); });
}

void Client::send_challenge_request() {
  act([&] { send_next_request(); });
}

void Client::interrupt() noexcept {
  channel_.interrupt();
}

void Client::reset() {
  act([&] {
    transaction_.clear();
    reset_all();
    certificates_.clear();
    log_.set_level(static_cast<int>(setting_number(kSetLogLevel)));
    const std::lock_guard<std::mutex> lock(mutex_);
    extra_fields_.clear();
    last_message_.set_message("");
  });
}

void Client::reset_transaction_info() {
  act([&] {
    transaction_.clear();
    clear_transaction_values();
    store(kRequestorAppURL, std::string());
    store_default(kOOBAppURLIndicator);
    const std::lock_guard<std::mutex> lock(mutex_);
    extra_fields_.clear();
  });
}

}  // namespace coffer::threeds
