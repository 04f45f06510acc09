// The shape of the tables that are generated from capi/api/*.toml: one row for each property,
// setting and event of a class. The engine reads them; nothing else describes the surface.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/value.h"

namespace coffer::core {

// What setting an item does in this build.
enum class Effect : std::uint8_t {
  kActive,       // does what its page says
  kNoEffect,     // stored and read back only: the closed list of settings that cannot mean anything
                 // here
  kUnavailable,  // anything but the default is refused with 713 and a text that says so
};

struct PropertyInfo {
  const char* name;  // "DataFolder", "Firewall.Port"
  Type type;
  const char* default_text;  // as in the description; bool "True"/"False"
  std::int64_t min;          // numbers only
  std::int64_t max;
  const std::int32_t* allowed;  // enumerated values, or nullptr
  std::size_t allowed_count;
  int count_property;  // id of the property that sizes this one, -1 when not indexed
  bool writable;
  bool locked;    // 143 while a run is active
  bool secret;    // wiped when overwritten or freed
  bool computed;  // read through Component::compute
  bool on_set;    // Component::after_set runs after a write
  Effect effect;
  const char* reason;  // why values are refused or do nothing: one sentence, or ""
  bool line;           // text that goes into a header or an address: CR, LF and NUL are refused
  const char* const* words = nullptr;  // the texts that fit, or nullptr
  std::size_t word_count = 0;
};

struct SettingInfo {
  const char* name;
  Type type;
  const char* default_text;
  std::int64_t min;
  std::int64_t max;
  const char* const* words;  // enumerated words or numbers as text, or nullptr
  std::size_t word_count;
  int alias;          // id of the property that holds the value, -1 when it has storage of its own
  int count_setting;  // id of the setting that sizes this indexed one, -1 when not indexed or
                      // unbounded
  bool indexed;
  bool writable;
  bool locked;
  bool secret;
  bool computed;  // read through Component::compute_setting
  bool on_set;    // Component::after_set_setting runs after a write
  Effect effect;
  const char* reason;  // for kNoEffect and kUnavailable: one sentence
  bool flags;          // words are bits: any sum of them fits
  bool line;           // text that goes into a header or an address: CR, LF and NUL are refused
};

struct EventInfo {
  const char* name;
  bool decision;  // has in/out fields: the run waits for the handler's answer
};

struct ClassInfo {
  const char* name;
  const PropertyInfo* properties;
  std::size_t property_count;
  const SettingInfo* settings;
  std::size_t setting_count;
  const EventInfo* events;
  std::size_t event_count;
};

}  // namespace coffer::core
