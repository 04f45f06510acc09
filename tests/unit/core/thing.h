// A class with a property and a setting of every kind, for the tests of Component.
#pragma once

#include <cstdint>
#include <limits>
#include <mutex>
#include <string>
#include <vector>

#include "core/component.h"

namespace thing {

using coffer::core::Bytes;
using coffer::core::ClassInfo;
using coffer::core::Component;
using coffer::core::Effect;
using coffer::core::Error;
using coffer::core::Event;
using coffer::core::EventInfo;
using coffer::core::Handler;
using coffer::core::IdleHook;
using coffer::core::PropertyInfo;
using coffer::core::SettingInfo;
using coffer::core::Type;
using coffer::core::Value;

constexpr std::int64_t kMax32 = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMax64 = std::numeric_limits<std::int64_t>::max();

enum Property { kName, kKey, kPort, kChoice, kBig, kBlob, kItems, kItem, kSum, kLater, kFlag };
inline const std::int32_t kChoices[] = {0, 1, 10};
inline const Effect kActs = Effect::kActive;
inline const PropertyInfo kProperties[] = {
    // name, type, default, min, max, allowed, count property, writable, locked, secret, computed,
    // on_set, effect, reason, line
    {"Name", Type::kString, "me", 0, 0, nullptr, 0, -1, true, true, false, false, true, kActs, "",
     true},
    {"Key", Type::kString, "", 0, 0, nullptr, 0, -1, true, false, true, false, false, kActs, "",
     false},
    {"Port", Type::kInt32, "80", 0, 65535, nullptr, 0, -1, true, false, false, false, false, kActs,
     "", false},
    {"Choice", Type::kInt32, "0", 0, 10, kChoices, 3, -1, true, false, false, false, false, kActs,
     "2 is not available in this version", false},
    {"Big", Type::kInt64, "0", 0, kMax64, nullptr, 0, -1, true, false, false, false, false, kActs,
     "", false},
    {"Blob", Type::kBytes, "MY", 0, 0, nullptr, 0, -1, true, false, false, false, false, kActs, "",
     false},
    {"ItemCount", Type::kInt32, "0", 0, 10, nullptr, 0, -1, true, false, false, false, false, kActs,
     "", false},
    {"Items.Text", Type::kString, "new", 0, 0, nullptr, 0, kItems, true, false, true, false, false,
     kActs, "", false},
    {"Sum", Type::kInt32, "7", 0, kMax32, nullptr, 0, -1, false, false, false, true, false, kActs,
     "", false},
    {"Later", Type::kBool, "False", 0, 0, nullptr, 0, -1, true, false, false, false, false,
     Effect::kUnavailable, "it is not available in this version", false},
    {"Flag", Type::kBool, "True", 0, 0, nullptr, 0, -1, true, false, false, false, false, kActs, "",
     false},
};

enum Setting {
  kPlain,
  kBool,
  kRetries,
  kVersion,
  kBits,
  kParamCount,
  kParam,
  kLoose,
  kPortAgain,
  kPhase,
  kFolder,
  kNothing,
  kNotYet,
  kToken,
  kSwitch,
  kUnread,
};
inline const char* const kVersions[] = {"1.0", "1.1"};
inline const char* const kBitWords[] = {"12288", "3072", "768"};
inline const char* const kSwitchWords[] = {"ON", "OFF"};
inline const SettingInfo kSettings[] = {
    // name, type, default, min, max, words, alias, count setting, indexed, writable, locked,
    // secret,
    // computed, on_set, effect, reason, flags, line
    {"Plain", Type::kString, "", 0, 0, nullptr, 0, -1, -1, false, true, false, false, false, false,
     kActs, "", false, false},
    {"UseIt", Type::kBool, "True", 0, 0, nullptr, 0, -1, -1, false, true, false, false, false,
     false, kActs, "", false, false},
    {"Retries", Type::kInt32, "5", 0, kMax32, nullptr, 0, -1, -1, false, true, false, false, false,
     true, kActs, "", false, false},
    {"Version", Type::kString, "1.1", 0, 0, kVersions, 2, -1, -1, false, true, false, false, false,
     false, kActs, "", false, false},
    {"Bits", Type::kInt32, "15360", 0, kMax32, kBitWords, 3, -1, -1, false, true, false, false,
     false, false, kActs, "", true, false},
    {"ParamCount", Type::kInt32, "0", 0, 5, nullptr, 0, -1, -1, false, true, false, false, false,
     false, kActs, "", false, false},
    {"Param", Type::kString, "", 0, 0, nullptr, 0, -1, kParamCount, true, true, false, false, false,
     false, kActs, "", false, false},
    {"Loose", Type::kString, "-", 0, 0, nullptr, 0, -1, -1, true, true, false, false, false, false,
     kActs, "", false, false},
    {"PortAgain", Type::kInt32, "80", 0, 65535, nullptr, 0, kPort, -1, false, true, false, false,
     false, false, kActs, "", false, false},
    {"Phase", Type::kInt32, "0", 0, 3, nullptr, 0, -1, -1, false, false, false, false, true, false,
     kActs, "", false, false},
    {"Folder", Type::kString, "", 0, 0, nullptr, 0, -1, -1, false, true, true, false, false, false,
     kActs, "", false, true},
    {"Nothing", Type::kInt32, "-1", -5, 5, nullptr, 0, -1, -1, false, true, false, false, false,
     false, Effect::kNoEffect, "there is nothing to do", false, false},
    {"NotYet", Type::kString, "std", 0, 0, nullptr, 0, -1, -1, false, true, false, false, false,
     false, Effect::kUnavailable, "it is not available in this version", false, false},
    {"Token", Type::kString, "", 0, 0, nullptr, 0, -1, -1, false, true, false, true, false, false,
     kActs, "", false, false},
    {"Switch", Type::kString, "OFF", 0, 0, kSwitchWords, 2, -1, -1, false, true, false, false,
     false, false, kActs, "", false, false},
    {"Unread", Type::kString, "", 0, 0, nullptr, 0, -1, -1, false, false, false, false, true, false,
     Effect::kUnavailable, "nobody looks at it", false, false},
};
inline const EventInfo kEvents[] = {{"Ping", false}, {"Ask", true}};
inline const ClassInfo kInfo = {"Thing", kProperties, 11, kSettings, 16, kEvents, 2};

struct Ping : Event {
  int seen = 0;
};

struct Ask : Event {
  bool skip = false;
  void keep_answers() override { kept = skip; }
  void restore_answers() noexcept override { skip = kept; }
  bool kept = false;
};

class Thing : public Component {
 public:
  Thing() : Component(kInfo) {}

  using Component::flag;
  using Component::idle;
  using Component::in_action_of_this_thread;
  using Component::number;
  using Component::reset_all;
  using Component::setting_flag;
  using Component::setting_number;
  using Component::setting_text;
  using Component::store;
  using Component::store_setting;
  using Component::text;

  bool run_active = false;
  std::vector<int> told;
  std::vector<std::string> told_settings;

 protected:
  Value compute(int property, int index) const override {
    return property == kSum ? Value(std::int32_t{42}) : Component::compute(property, index);
  }
  std::string compute_setting(int setting, int index) const override {
    return setting == kPhase ? "3" : Component::compute_setting(setting, index);
  }
  void check(int property, const Value& value) const override {
    if (property == kName && std::get<std::string>(value) == "bad") {
      throw Error(713, "bad");
    }
  }
  void check_setting(int setting, const std::string& value) const override {
    if (setting == kRetries && value == "13") {
      throw Error(713, "thirteen");
    }
  }
  void after_set(int property, int /*index*/) override {
    const std::lock_guard<std::mutex> lock(told_mutex_);
    told.push_back(property);
  }
  void after_set_setting(int setting, int index) override {
    told_settings.push_back(setting_text(setting, index));
  }
  bool locked() const noexcept override { return run_active; }

 private:
  std::mutex told_mutex_;
};

template <class Body>
std::int32_t code_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.code();
  }
  return 0;
}

template <class Body>
std::string text_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

inline bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace thing
