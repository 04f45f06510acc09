// The callbacks into the .NET runtime, which knows no pending exception of native code: it is told,
// and its wrapper looks when the native function has returned.
#pragma once

#include <coffer/support.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace coffer::csharp {

using Leave = void (*)(std::int32_t code, const void* text, std::int64_t size);
using Give = void (*)(const void* data, std::int64_t size);

struct Callbacks {
  Leave leave = nullptr;
  Give text = nullptr;
  Give octets = nullptr;
};

// Set once, before the first call of a bridge.
inline Callbacks& callbacks() {
  static Callbacks instance;
  return instance;
}

inline void leave(std::int32_t code, const char* text) {
  callbacks().leave(code, text, static_cast<std::int64_t>(std::strlen(text)));
}

// The array of src/Octets.cs: the length, then the octets.
inline std::size_t size(const unsigned char* array) {
  std::uint64_t length = 0;
  std::memcpy(&length, array, sizeof length);
  return static_cast<std::size_t>(length);
}

inline const unsigned char* octets(const unsigned char* array) {
  return array + sizeof(std::uint64_t);
}

inline const char* characters(const unsigned char* array) {
  return reinterpret_cast<const char*>(octets(array));
}

}  // namespace coffer::csharp
