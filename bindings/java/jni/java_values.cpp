#include "java_values.h"

#include <algorithm>
#include <limits>
#include <new>

namespace coffer::java {
namespace {

constexpr char16_t kReplacement = 0xFFFD;

bool is_high(char16_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}

bool is_low(char16_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto octet = [&out](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (point < 0x80) {
    octet(point);
  } else if (point < 0x800) {
    octet(0xC0 | point >> 6);
    octet(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    octet(0xE0 | point >> 12);
    octet(0x80 | (point >> 6 & 0x3F));
    octet(0x80 | (point & 0x3F));
  } else {
    octet(0xF0 | point >> 18);
    octet(0x80 | (point >> 12 & 0x3F));
    octet(0x80 | (point >> 6 & 0x3F));
    octet(0x80 | (point & 0x3F));
  }
}

std::string to_utf8(const std::u16string& units) {
  std::string out;
  out.reserve(units.size());
  for (std::size_t at = 0; at < units.size(); ++at) {
    const char16_t unit = units[at];
    if (is_high(unit) && at + 1 < units.size() && is_low(units[at + 1])) {
      const std::uint32_t high = unit - 0xD800U;
      const std::uint32_t low = units[++at] - 0xDC00U;
      append_utf8(out, 0x10000 + (high << 10) + low);
    } else {
      append_utf8(out, unit);
    }
  }
  return out;
}

// How many octets the character that begins with lead has, and the least that so many may stand
// for.
struct Form {
  int octets;
  std::uint32_t least;
  std::uint32_t bits;
};

Form form_of(std::uint8_t lead) {
  if (lead < 0x80) return {1, 0, lead};
  if (lead >= 0xC2 && lead < 0xE0) return {2, 0x80, lead & 0x1FU};
  if (lead >= 0xE0 && lead < 0xF0) return {3, 0x800, lead & 0x0FU};
  if (lead >= 0xF0 && lead < 0xF5) return {4, 0x10000, lead & 0x07U};
  return {0, 0, 0};
}

// The character at `at`, which moves behind it; past one octet where that begins none.
std::uint32_t next_point(const std::string& text, std::size_t& at) {
  const Form form = form_of(static_cast<std::uint8_t>(text[at]));
  std::uint32_t point = form.bits;
  std::size_t end = at + 1;
  for (int more = 1; more < form.octets; ++more, ++end) {
    const std::uint32_t next = end < text.size() ? static_cast<std::uint8_t>(text[end]) : 0U;
    if ((next & 0xC0) != 0x80) {
      ++at;
      return kReplacement;
    }
    point = point << 6 | (next & 0x3F);
  }
  const bool surrogate = point >= 0xD800 && point < 0xE000;
  if (form.octets == 0 || point < form.least || point > 0x10FFFF || surrogate) {
    ++at;
    return kReplacement;
  }
  at = end;
  return point;
}

std::u16string to_utf16(const std::string& text) {
  // Most texts are ASCII up to their end, and events bring many.
  const auto other = std::find_if(text.begin(), text.end(), [](char octet) {
    return static_cast<std::uint8_t>(octet) >= 0x80;
  });
  std::u16string units(text.begin(), other);
  units.reserve(text.size());
  for (std::size_t at = units.size(); at < text.size();) {
    const std::uint32_t point = next_point(text, at);
    if (point < 0x10000) {
      units.push_back(static_cast<char16_t>(point));
    } else {
      units.push_back(static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10)));
      units.push_back(static_cast<char16_t>(0xDC00 + ((point - 0x10000) & 0x3FF)));
    }
  }
  return units;
}

void out_of_memory(JNIEnv* env) noexcept {
  if (env->ExceptionCheck() == JNI_TRUE) return;
  if (jclass kind = env->FindClass("java/lang/OutOfMemoryError")) {
    env->ThrowNew(kind, "The text or bytes do not fit into memory.");
    env->DeleteLocalRef(kind);
  }
}

bool too_long(std::size_t size) {
  return size > static_cast<std::size_t>(std::numeric_limits<jsize>::max());
}

const jchar* units_of(const std::u16string& text) {
  static_assert(sizeof(jchar) == sizeof(char16_t), "Java's characters are UTF-16");
  return reinterpret_cast<const jchar*>(text.data());
}

}  // namespace

void raise(JNIEnv* env, std::int32_t code, const char* text) noexcept {
  jclass kind = env->FindClass("coffer/CofferException");
  if (kind == nullptr) return;  // what FindClass threw is waiting
  if (jstring message = text_out(env, text)) {
    jmethodID make = env->GetMethodID(kind, "<init>", "(ILjava/lang/String;)V");
    if (make != nullptr) {
      if (jobject failure = env->NewObject(kind, make, code, message)) {
        env->Throw(static_cast<jthrowable>(failure));
        env->DeleteLocalRef(failure);
      }
    }
    env->DeleteLocalRef(message);
  }
  env->DeleteLocalRef(kind);
}

bool text_in(JNIEnv* env, jstring text, std::string& out) noexcept {
  try {
    out.clear();
    const jsize size = text == nullptr ? 0 : env->GetStringLength(text);
    if (size == 0) return true;
    std::u16string units(static_cast<std::size_t>(size), u'\0');
    env->GetStringRegion(text, 0, size, reinterpret_cast<jchar*>(units.data()));
    if (env->ExceptionCheck() == JNI_TRUE) return false;
    out = to_utf8(units);
    return true;
  } catch (const std::exception&) {
    out_of_memory(env);
    return false;
  }
}

bool bytes_in(JNIEnv* env, jbyteArray bytes, Bytes& out) noexcept {
  try {
    const jsize size = bytes == nullptr ? 0 : env->GetArrayLength(bytes);
    out.resize(static_cast<std::size_t>(size));
    if (size == 0) return true;
    env->GetByteArrayRegion(bytes, 0, size, reinterpret_cast<jbyte*>(out.data()));
    return env->ExceptionCheck() == JNI_FALSE;
  } catch (const std::exception&) {
    out_of_memory(env);
    return false;
  }
}

jstring text_out(JNIEnv* env, const std::string& text) noexcept {
  try {
    const std::u16string units = to_utf16(text);
    if (!too_long(units.size())) {
      return env->NewString(units_of(units), static_cast<jsize>(units.size()));
    }
  } catch (const std::exception&) {
    // answered below
  }
  out_of_memory(env);
  return nullptr;
}

jbyteArray bytes_out(JNIEnv* env, const std::uint8_t* data, std::size_t size) noexcept {
  if (too_long(size)) {
    out_of_memory(env);
    return nullptr;
  }
  jbyteArray array = env->NewByteArray(static_cast<jsize>(size));
  if (array != nullptr && size > 0) {
    env->SetByteArrayRegion(array, 0, static_cast<jsize>(size),
                            reinterpret_cast<const jbyte*>(data));
  }
  return array;
}

}  // namespace coffer::java
