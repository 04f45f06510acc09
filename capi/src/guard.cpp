#include "guard.h"

#include <new>
#include <utility>

namespace coffer::capi {
namespace {

constexpr std::int32_t kOutOfMemory = 30002;
constexpr std::int32_t kInternal = 30005;

// What a thread knows about its last failure. Threads: one for each.
struct Failure {
  const void* handle = nullptr;
  std::string text;
  const char* fixed = "";  // where no memory is left for a text
};

Failure& failure() {
  thread_local Failure instance;
  return instance;
}

std::int32_t fail(const void* handle, std::int32_t code, const char* text) noexcept {
  Failure& last = failure();
  last.handle = handle;
  try {
    last.text = text;
    last.fixed = nullptr;
  } catch (...) {
    last.fixed = "out of memory";
  }
  return code;
}

}  // namespace

std::int32_t report(const void* handle) noexcept {
  try {
    throw;
  } catch (const core::Error& error) {
    return fail(handle, error.code(), error.what());
  } catch (const std::bad_alloc&) {
    failure().handle = handle;
    failure().fixed = "out of memory";
    return kOutOfMemory;
  } catch (const std::exception& error) {
    return fail(handle, kInternal, error.what());
  } catch (...) {
    return fail(handle, kInternal, "unknown internal error");
  }
}

const char* last_error(const void* handle) noexcept {
  const Failure& last = failure();
  if (handle != nullptr && handle != last.handle) {
    return "";
  }
  return last.fixed != nullptr ? last.fixed : last.text.c_str();
}

}  // namespace coffer::capi
