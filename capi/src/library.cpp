// The functions of coffer.h that belong to no class.
#include "library.h"

#include <coffer/coffer.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "core/text.h"
#include "guard.h"

namespace {

using coffer::capi::ErrorRow;
using coffer::core::ClassInfo;
using coffer::core::Effect;
using coffer::core::equal_ignoring_case;

const ErrorRow* find_error(std::int32_t code) {
  const ErrorRow* end = coffer::capi::kErrors + coffer::capi::kErrorCount;
  const ErrorRow* found =
      std::lower_bound(coffer::capi::kErrors, end, code,
                       [](const ErrorRow& row, std::int32_t wanted) { return row.code < wanted; });
  return found != end && found->code == code ? found : nullptr;
}

bool has_item(const ClassInfo& info, std::string_view item) {
  for (std::size_t i = 0; i < info.property_count; ++i) {
    if (equal_ignoring_case(info.properties[i].name, item)) {
      return info.properties[i].effect == Effect::kActive;
    }
  }
  for (std::size_t i = 0; i < info.setting_count; ++i) {
    if (equal_ignoring_case(info.settings[i].name, item)) {
      return info.settings[i].effect == Effect::kActive;
    }
  }
  return std::any_of(info.events, info.events + info.event_count,
                     [&](const auto& event) { return equal_ignoring_case(event.name, item); });
}

}  // namespace

const char* coffer_version() {
  return COFFER_VERSION;
}

void coffer_free(void* memory) {
  std::free(memory);
}

const char* coffer_last_error(const void* handle) {
  return coffer::capi::last_error(handle);
}

const char* coffer_error_text(int32_t code) {
  const ErrorRow* row = find_error(code);
  return row != nullptr ? row->text : "";
}

int32_t coffer_error_is_retryable(int32_t code) {
  const ErrorRow* row = find_error(code);
  return row != nullptr && row->retryable ? 1 : 0;
}

int32_t coffer_has(const char* name) {
  const std::string_view wanted = name == nullptr ? "" : name;
  const std::size_t dot = wanted.find('.');
  for (std::size_t i = 0; i < coffer::capi::kClassCount; ++i) {
    const ClassInfo& info = *coffer::capi::kClasses[i];
    if (!equal_ignoring_case(info.name, wanted.substr(0, dot))) {
      continue;
    }
    return dot == std::string_view::npos || has_item(info, wanted.substr(dot + 1)) ? 1 : 0;
  }
  return 0;
}
