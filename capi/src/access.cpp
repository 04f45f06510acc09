// Properties and settings across the C boundary.
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "core/text.h"
#include "core/wipe.h"
#include "guard.h"

namespace coffer::capi {
namespace {

constexpr std::int32_t kInvalidValue = 713;
constexpr std::int32_t kIndexOutOfRange = 606;

// malloc, because the caller releases it with coffer_free, which is free.
void* copy_of(const void* data, std::size_t size) {
  auto* memory = static_cast<char*>(std::malloc(size + 1));
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  if (size != 0) {
    std::memcpy(memory, data, size);
  }
  memory[size] = '\0';
  return memory;
}

template <class Stored, class Result>
std::int32_t get_number(const void* handle, const core::ClassInfo& info, int property, int index,
                        Result* out) noexcept {
  return with_object(handle, info, [&](core::Component& object) {
    require(out);
    *out = Result{std::get<Stored>(object.get(property, index))};
  });
}

std::int32_t set_value(const void* handle, const core::ClassInfo& info, int property, int index,
                       core::Value value) noexcept {
  return with_object(handle, info, [&](core::Component& object) {
    object.set(property, index, std::move(value));
  });
}

const char* type_name(core::Type type) noexcept {
  switch (type) {
    case core::Type::kBool:
      return "bool";
    case core::Type::kInt32:
      return "int32";
    case core::Type::kInt64:
      return "int64";
    case core::Type::kBytes:
      return "bytes";
    case core::Type::kString:
      break;
  }
  return "string";
}

}  // namespace

char* copied(const std::string& text) {
  return static_cast<char*>(copy_of(text.data(), text.size()));
}

std::uint8_t* copied(const core::Bytes& bytes) {
  return static_cast<std::uint8_t*>(copy_of(bytes.data(), bytes.size()));
}

std::string taken(const char* text) {
  std::string result = text == nullptr ? "" : text;
  if (!core::valid_utf8(result)) {
    throw core::Error(kInvalidValue, "the text is not valid UTF-8");
  }
  return result;
}

core::Bytes taken(const std::uint8_t* data, std::size_t size) {
  if (data == nullptr && size != 0) {
    throw core::Error(kInvalidValue, "the pointer to the bytes is NULL but their size is not 0");
  }
  return data == nullptr ? core::Bytes() : core::Bytes(data, data + size);
}

void require(const void* out) {
  if (out == nullptr) {
    throw core::Error(kInvalidValue, "a pointer for the result is NULL");
  }
}

std::int32_t get_text(const void* handle, const core::ClassInfo& info, int property, int index,
                      char** out) noexcept {
  return with_object(handle, info, [&](core::Component& object) {
    require(out);
    core::Value value = object.get(property, index);
    auto& text = std::get<std::string>(value);
    *out = copied(text);
    core::wipe(text);  // it may be a secret
  });
}

std::int32_t get_bytes(const void* handle, const core::ClassInfo& info, int property, int index,
                       std::uint8_t** out, std::size_t* out_size) noexcept {
  return with_object(handle, info, [&](core::Component& object) {
    require(out);
    require(out_size);
    core::Value value = object.get(property, index);
    auto& bytes = std::get<core::Bytes>(value);
    *out = copied(bytes);
    *out_size = bytes.size();
    core::wipe(bytes);
  });
}

std::int32_t get_bool(const void* handle, const core::ClassInfo& info, int property, int index,
                      std::int32_t* out) noexcept {
  return get_number<bool>(handle, info, property, index, out);
}

std::int32_t get_int32(const void* handle, const core::ClassInfo& info, int property, int index,
                       std::int32_t* out) noexcept {
  return get_number<std::int32_t>(handle, info, property, index, out);
}

std::int32_t get_int64(const void* handle, const core::ClassInfo& info, int property, int index,
                       std::int64_t* out) noexcept {
  return get_number<std::int64_t>(handle, info, property, index, out);
}

std::int32_t set_text(const void* handle, const core::ClassInfo& info, int property, int index,
                      const char* value) noexcept {
  return with_object(handle, info,
                     [&](core::Component& object) { object.set(property, index, taken(value)); });
}

std::int32_t set_bytes(const void* handle, const core::ClassInfo& info, int property, int index,
                       const std::uint8_t* data, std::size_t size) noexcept {
  return with_object(handle, info, [&](core::Component& object) {
    object.set(property, index, taken(data, size));
  });
}

std::int32_t set_bool(const void* handle, const core::ClassInfo& info, int property, int index,
                      std::int32_t value) noexcept {
  return set_value(handle, info, property, index, value != 0);
}

std::int32_t set_int32(const void* handle, const core::ClassInfo& info, int property, int index,
                       std::int32_t value) noexcept {
  return set_value(handle, info, property, index, value);
}

std::int32_t set_int64(const void* handle, const core::ClassInfo& info, int property, int index,
                       std::int64_t value) noexcept {
  return set_value(handle, info, property, index, value);
}

std::int32_t config(const void* handle, const core::ClassInfo& info, const char* text,
                    char** out) noexcept {
  return with_object(handle, info, [&](core::Component& object) {
    require(out);
    std::string request = taken(text);
    std::string value = object.config(request);
    *out = copied(value);
    core::wipe(request);
    core::wipe(value);
  });
}

std::int32_t config_item(const core::ClassInfo& info, std::int32_t index, const char** name,
                         const char** type, const char** default_value,
                         std::int32_t* effect) noexcept {
  return guarded(nullptr, [&] {
    if (index < 0 || static_cast<std::size_t>(index) >= info.setting_count) {
      throw core::Error(kIndexOutOfRange, std::string("there are ") +
                                              std::to_string(info.setting_count) +
                                              " settings, counted from 0");
    }
    const core::SettingInfo& row = info.settings[index];
    if (name != nullptr) {
      *name = row.name;
    }
    if (type != nullptr) {
      *type = type_name(row.type);
    }
    if (default_value != nullptr) {
      *default_value = row.default_text;
    }
    if (effect != nullptr) {
      *effect = static_cast<std::int32_t>(row.effect);
    }
  });
}

}  // namespace coffer::capi
