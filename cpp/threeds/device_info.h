// The device information (emv-3ds section 2): what add_device_param collected, as JSON.
//
// Threads: plain values and free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace coffer::threeds {

enum class ParamCategory : std::int32_t {
  kDataVersion = 0,
  kDeviceData = 1,
  kNotAvailable = 2,
  kSecurityWarning = 3
};
namespace param_type {
constexpr std::int32_t kArray = 1;  // the value is the text of a JSON array of strings
constexpr std::int32_t kString = 2;
}  // namespace param_type

// One row of device_param_*; a row of defaults says nothing.
struct DeviceParam {
  std::string field;
  std::string value;
  std::int32_t value_type = param_type::kString;
  std::int32_t category = 0;
};

// Throws 713: a category or type that does not exist, a parameter without a name, a value that is
// no JSON array of strings although its type says so.
void check_device_param(const DeviceParam& param);

// {"DV":…,"DD":{…},"DPNA":{…},"SW":[…]}, all four always. Of several rows for one id in one
// category the last counts (a later transaction's values replace the earlier ones). Throws 713 as
// above, 603 for an id that is available and not available at once.
std::string device_info_json(const std::vector<DeviceParam>& params);

}  // namespace coffer::threeds
