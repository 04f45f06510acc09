// The tables of the whole library that the generator makes (library_tables.cpp).
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/surface.h"

namespace coffer::capi {

struct ErrorRow {
  std::int32_t code;  // ascending
  const char* text;
  bool retryable;
};

extern const ErrorRow kErrors[];
extern const std::size_t kErrorCount;
extern const core::ClassInfo* const kClasses[];
extern const std::size_t kClassCount;

}  // namespace coffer::capi
