// Values on their way between Java and C++. JNI's own "UTF" is not UTF-8 (it writes what lies
// beyond U+FFFF as two surrogates), so texts go through UTF-16.
#pragma once

#include <jni.h>

#include <coffer/support.hpp>
#include <cstdint>
#include <string>

namespace coffer::java {

// Leaves a coffer.CofferException behind; the caller returns to Java at once.
void raise(JNIEnv* env, std::int32_t code, const char* text) noexcept;

// null is empty. A lone surrogate becomes its three octets, which are no UTF-8, so that the library
// refuses the text. False: out of memory, and a Java exception is waiting.
bool text_in(JNIEnv* env, jstring text, std::string& out) noexcept;
bool bytes_in(JNIEnv* env, jbyteArray bytes, Bytes& out) noexcept;

// nullptr: a Java exception is waiting. Octets that are no UTF-8 become U+FFFD.
jstring text_out(JNIEnv* env, const std::string& text) noexcept;
jbyteArray bytes_out(JNIEnv* env, const std::uint8_t* data, std::size_t size) noexcept;

}  // namespace coffer::java
