#include "threeds/client.h"

#include "client_surface.h"
#include "core/error.h"

namespace coffer::threeds {
namespace {

using core::Error;

// Contract section 2: an 11th extension is 606.
constexpr std::int32_t kMostExtensions = 10;
constexpr std::int32_t kMostDeviceParams = 1000;

}  // namespace

class Client::Action {
 public:
  explicit Action(Client& client) : scope_(client), client_(client) {
    client_.interrupted_.store(false);
    client_.acting_.store(true);
  }
  Action(const Action&) = delete;
  Action& operator=(const Action&) = delete;
  ~Action() { client_.acting_.store(false); }

 private:
  const ActionScope scope_;
  Client& client_;
};

Client::Client() : Component(kClientInfo) {}

Client::~Client() = default;

void Client::add_device_param(const std::string& field, const std::string& value,
                              std::int32_t value_type, std::int32_t category) {
  const std::lock_guard<std::mutex> lock(rows_mutex_);
  const auto at = static_cast<std::int32_t>(number(kDeviceParamCount));
  if (at >= kMostDeviceParams) {
    throw Error(606, "DeviceParams holds at most " + std::to_string(kMostDeviceParams) + ".");
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
  const std::lock_guard<std::mutex> lock(rows_mutex_);
  const auto at = static_cast<std::int32_t>(number(kExtensionCount));
  if (at >= kMostExtensions) {
    throw Error(606,
                "A message carries at most " + std::to_string(kMostExtensions) + " extensions.");
  }
  set(kExtensionCount, 0, at + 1);
  set(kExtensionsId, at, id);
  set(kExtensionsName, at, name);
  set(kExtensionsCritical, at, critical);
  set(kExtensionsData, at, data);
}

void Client::add_request_field(const std::string& /*name*/, const std::string& /*value*/,
                               std::int32_t /*value_type*/) {
  throw Error(603, "Fields cannot be added to requests yet.");
}

void Client::check_auth_response(const std::string& /*auth_response*/) {
  const Action action(*this);
  throw Error(603, "There is no transaction; call GetAuthRequest first.");
}

std::string Client::get_auth_request() {
  const Action action(*this);
  throw Error(603, "DirectoryServerCert, SDKAppId and SDKReferenceNumber must be set first.");
}

void Client::interrupt() noexcept {
  interrupted_.store(true);
}

void Client::reset() {
  const Action action(*this);
  reset_all();
}

void Client::reset_transaction_info() {
  const Action action(*this);
}

void Client::send_challenge_request() {
  const Action action(*this);
  throw Error(603, "No challenge is required; call CheckAuthResponse first.");
}

}  // namespace coffer::threeds
