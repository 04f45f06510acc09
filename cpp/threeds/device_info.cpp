#include "threeds/device_info.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "threeds/json_object.h"
#include "threeds/message_json.h"

namespace coffer::threeds {
namespace {

constexpr std::int32_t kContradiction = 603;
constexpr std::int32_t kBadValue = 713;
constexpr std::string_view kDefaultDataVersion = "1.0";  // manual, add_device_param

bool is(const DeviceParam& param, ParamCategory category) noexcept {
  return param.category == static_cast<std::int32_t>(category);
}

// The value as JSON: a string, or the array compactly.
std::string json_value(const DeviceParam& param) {
  if (!is(param, ParamCategory::kDeviceData) || param.value_type == param_type::kString) {
    return core::json_quoted(param.value);
  }
  const std::string name = "The value of the device parameter \"" + shown(param.field, 64) + "\" ";
  const std::string hint =
      " is not the text of a JSON array of strings, although its value_type is 1";
  const std::string problem = core::json_problem(param.value, message_limits());
  if (!problem.empty()) throw core::Error(kBadValue, name + hint.substr(1) + ": " + problem);
  const auto document =
      core::Document::parse(param.value, kBadValue, "device parameter", message_limits());
  bool good = document.root().is_array();
  for (auto item = document.root().first(); item; item = item.next())
    good = good && item.is_string();
  if (!good) throw core::Error(kBadValue, name + hint.substr(1));
  return document.root().text();
}

// Ids in the order in which they were first added.
class Members {
 public:
  void set(const std::string& id, std::string json) {
    const auto [at, added] = places_.try_emplace(id, list_.size());
    if (added) {
      list_.emplace_back(id, std::move(json));
    } else {
      list_[at->second].second = std::move(json);
    }
  }
  bool has(const std::string& id) const { return places_.count(id) != 0; }
  const std::vector<std::pair<std::string, std::string>>& list() const { return list_; }
  std::string object() const {
    JsonObject out;
    for (const auto& [id, json] : list_)
      out.raw(id, json);
    return out.take();
  }

 private:
  std::map<std::string, std::size_t> places_;
  std::vector<std::pair<std::string, std::string>> list_;
};

}  // namespace

void check_device_param(const DeviceParam& param) {
  if (param.category < static_cast<std::int32_t>(ParamCategory::kDataVersion) ||
      param.category > static_cast<std::int32_t>(ParamCategory::kSecurityWarning)) {
    throw core::Error(kBadValue,
                      "The category of a device parameter must be 0 (DV), 1 (DD), 2 "
                      "(DPNA) or 3 (SW), not " +
                          std::to_string(param.category));
  }
  if (param.value_type != param_type::kArray && param.value_type != param_type::kString) {
    throw core::Error(kBadValue,
                      "The value_type of a device parameter must be 1 (array) or 2 (string), not " +
                          std::to_string(param.value_type));
  }
  if (param.field.empty() && !is(param, ParamCategory::kDataVersion)) {
    throw core::Error(kBadValue, "A device parameter of category " +
                                     std::to_string(param.category) +
                                     " needs a field name, for example C001 or SW01");
  }
  json_value(param);
}

std::string device_info_json(const std::vector<DeviceParam>& params) {
  std::string version(kDefaultDataVersion);
  Members data;
  Members missing;
  std::vector<std::string> warnings;
  for (const DeviceParam& param : params) {
    check_device_param(param);
    if (is(param, ParamCategory::kDataVersion)) {
      if (!param.value.empty()) version = param.value;
    } else if (is(param, ParamCategory::kDeviceData)) {
      data.set(param.field, json_value(param));
    } else if (is(param, ParamCategory::kNotAvailable)) {
      missing.set(param.field, json_value(param));
    } else if (std::find(warnings.begin(), warnings.end(), param.field) == warnings.end()) {
      warnings.push_back(param.field);
    }
  }
  for (const auto& member : missing.list()) {
    if (!data.has(member.first)) continue;
    throw core::Error(kContradiction, "The device parameter \"" + shown(member.first, 64) +
                                          "\" stands in DD and in DPNA: remove one of the two");
  }
  std::string list;
  for (const std::string& warning : warnings) {
    list += list.empty() ? "[" : ",";
    list += core::json_quoted(warning);
  }
  list += list.empty() ? "[]" : "]";
  JsonObject out;
  out.string("DV", version).raw("DD", data.object()).raw("DPNA", missing.object());
  return out.raw("SW", list).take();
}

}  // namespace coffer::threeds
