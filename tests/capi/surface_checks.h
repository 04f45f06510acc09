// What the surface test asks of every property, setting and event of a class; the rows come from
// the generator, which has defined Handle. Links libcoffer alone.
#pragma once

#include <coffer/coffer.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

struct ClassRow {
  const char* name;
  int32_t (*create)(Handle**);
  void (*free)(Handle*);
  int32_t (*config)(Handle*, const char*, char**);
  int32_t (*config_count)();
  int32_t (*config_item)(int32_t, const char**, const char**, const char**, int32_t*);
};

struct TextRow {
  const char* name;
  int32_t (*get)(Handle*, char**);
  int32_t (*set)(Handle*, const char*);  // NULL: read-only
  const char* initial;
  bool available;
  bool line;
  int32_t refused;  // the code that a text without meaning gets; 0: any text will do
  bool form;        // the engine checks it
  std::vector<const char*> words;
};

struct BytesRow {
  const char* name;
  int32_t (*get)(Handle*, uint8_t**, size_t*);
  int32_t (*set)(Handle*, const uint8_t*, size_t);
  const char* initial;
  bool available;
  bool line;
  int32_t refused;
};

template <class Number>
struct NumberRow {
  const char* name;
  int32_t (*get)(Handle*, Number*);
  int32_t (*set)(Handle*, Number);
  Number initial;
  bool available;
  int64_t min;
  int64_t max;
  bool bounded;
  std::vector<int64_t> allowed;
};

struct SettingRow {
  const char* name;
  const char* type;
  const char* initial;
  int64_t min;
  int64_t max;
  bool writable;
  bool indexed;
  bool computed;
  bool on_set;
  bool unavailable;
  bool flags;
  std::vector<const char*> words;
};

struct EventRow {
  const char* name;
  int32_t (*on)(Handle*, bool install, void* data, void (*destroy)(void*));
};

struct FreeText {
  void operator()(void* text) const { coffer_free(text); }
};

// A handle for one test. Threads: one.
class Object {
 public:
  explicit Object(const ClassRow& row) : row_(row) { REQUIRE(row.create(&handle_) == 0); }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() { row_.free(handle_); }
  operator Handle*() const { return handle_; }
  void free_now() { row_.free(handle_); }

 private:
  const ClassRow& row_;
  Handle* handle_ = nullptr;
};

inline std::string text_of(const TextRow& row, Handle* handle) {
  char* out = nullptr;
  REQUIRE(row.get(handle, &out) == 0);
  const std::unique_ptr<char, FreeText> hold(out);
  return out;
}

inline std::string bytes_of(const BytesRow& row, Handle* handle) {
  uint8_t* out = nullptr;
  size_t size = 0;
  REQUIRE(row.get(handle, &out, &size) == 0);
  const std::unique_ptr<uint8_t, FreeText> hold(out);
  CHECK(out[size] == 0);  // the hidden NUL
  return std::string(out, out + size);
}

inline int32_t config_of(const ClassRow& row, Handle* handle, const std::string& text,
                         std::string* value) {
  char* out = nullptr;
  const int32_t status = row.config(handle, text.c_str(), &out);
  const std::unique_ptr<char, FreeText> hold(out);
  if (status == 0) {
    *value = out;
  } else {
    CHECK(out == nullptr);  // outputs are written only on success
    CHECK(std::strlen(coffer_last_error(handle)) > 0);
  }
  return status;
}

inline void check_texts(const ClassRow& cls, const std::vector<TextRow>& rows) {
  for (const TextRow& row : rows) {
    CAPTURE(std::string(row.name));
    const Object object(cls);
    CHECK(text_of(row, object) == row.initial);
    CHECK(row.get(object, nullptr) == 713);
    char* untouched = nullptr;
    CHECK(row.get(nullptr, &untouched) == 30001);
    CHECK(untouched == nullptr);
    if (row.set == nullptr) continue;
    CHECK(row.set(nullptr, "x") == 30001);
    const std::string value = "\xC3\xA4 \xF0\x9F\x94\x91";
    if (row.refused != 0) {
      CHECK(row.set(object, value.c_str()) == row.refused);
      CHECK(row.set(object, "bad \xC3") == 713);
      CHECK(row.set(object, nullptr) == 0);
      CHECK(text_of(row, object) == row.initial);
    } else if (row.form || !row.words.empty()) {
      CHECK(row.set(object, value.c_str()) == 713);
      CHECK(text_of(row, object) == row.initial);
      for (const char* word : row.words) {
        CHECK(row.set(object, word) == 0);
        CHECK(text_of(row, object) == word);
      }
    } else if (row.available) {
      CHECK(row.set(object, value.c_str()) == 0);
      CHECK(text_of(row, object) == value);
      CHECK(row.set(object, "bad \xC3") == 713);
      CHECK(row.set(object, "two\r\nlines") == (row.line ? 713 : 0));
      CHECK(row.set(object, nullptr) == 0);
      CHECK(text_of(row, object).empty());
    } else {
      CHECK(row.set(object, value.c_str()) == 713);
      CHECK(std::strstr(coffer_last_error(object), "cannot be set") != nullptr);
      CHECK(row.set(object, row.initial) == 0);
      CHECK(text_of(row, object) == row.initial);
    }
  }
}

inline void check_bytes(const ClassRow& cls, const std::vector<BytesRow>& rows) {
  const uint8_t value[] = {0, 1, 255};
  for (const BytesRow& row : rows) {
    CAPTURE(std::string(row.name));
    const Object object(cls);
    CHECK(bytes_of(row, object) == row.initial);
    uint8_t* out = nullptr;
    size_t size = 7;
    CHECK(row.get(object, nullptr, &size) == 713);
    CHECK(row.get(object, &out, nullptr) == 713);
    CHECK(row.get(nullptr, &out, &size) == 30001);
    CHECK(size == 7);
    if (row.set == nullptr) continue;
    CHECK(row.set(object, nullptr, 3) == 713);
    const int32_t refused = row.refused != 0 ? row.refused : 713;
    CHECK(row.set(object, value, sizeof value) == (row.available ? 0 : refused));
    CHECK(bytes_of(row, object) ==
          (row.available ? std::string("\x00\x01\xFF", 3) : std::string(row.initial)));
    if (row.available) {
      CHECK(row.set(object, nullptr, 0) == 0);
      CHECK(bytes_of(row, object).empty());
    }
  }
}

template <class Number>
void check_numbers(const ClassRow& cls, const std::vector<NumberRow<Number>>& rows) {
  for (const NumberRow<Number>& row : rows) {
    CAPTURE(std::string(row.name));
    const Object object(cls);
    Number value = 77;
    CHECK(row.get(nullptr, &value) == 30001);
    CHECK(value == 77);
    CHECK(row.get(object, nullptr) == 713);
    CHECK(row.get(object, &value) == 0);
    CHECK(value == row.initial);
    if (row.set == nullptr) continue;
    CHECK(row.set(nullptr, row.initial) == 30001);
    std::vector<int64_t> good = row.allowed;
    if (good.empty()) good = {row.min, row.max};
    for (const int64_t number : good) {
      const bool fits = row.available || number == row.initial;
      CHECK(row.set(object, static_cast<Number>(number)) == (fits ? 0 : 713));
      CHECK(row.get(object, &value) == 0);
      CHECK(value == static_cast<Number>(fits ? number : row.initial));
    }
    const Number before = value;
    for (const int64_t number : {row.min - 1, row.max + 1}) {
      if (!row.bounded || number != static_cast<Number>(number)) continue;
      CHECK(row.set(object, static_cast<Number>(number)) == 713);
    }
    for (int64_t number = row.min; !row.allowed.empty() && number <= row.max; ++number) {
      if (std::find(good.begin(), good.end(), number) == good.end()) {
        CHECK(row.set(object, static_cast<Number>(number)) == 713);
      }
    }
    CHECK(row.get(object, &value) == 0);
    CHECK(value == before);
  }
}

inline void check_settings(const ClassRow& cls, const std::vector<SettingRow>& rows) {
  const Object shared(cls);
  std::string value;
  for (const SettingRow& row : rows) {
    CAPTURE(std::string(row.name));
    const std::string name = row.name;
    if (row.indexed) {
      CHECK(config_of(cls, shared, name, &value) == 606);
      CHECK(config_of(cls, shared, name + "[-1]", &value) == 606);
      CHECK(config_of(cls, shared, name + "[99999]", &value) == 606);
      continue;
    }
    if (row.unavailable && !row.writable) {
      CHECK(config_of(cls, shared, name, &value) == 713);
      CHECK(std::strstr(coffer_last_error(shared), "cannot be read") != nullptr);
      CHECK(config_of(cls, shared, name + "=1", &value) == 713);
      continue;
    }
    CHECK(config_of(cls, shared, name, &value) == 0);
    if (!row.computed) CHECK(value == row.initial);
    std::string upper = name;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    CHECK(config_of(cls, shared, upper, &value) == 0);
    if (!row.writable) {
      CHECK(config_of(cls, shared, name + "=" + row.initial, &value) == 713);
      continue;
    }
    const Object object(cls);
    CHECK(config_of(cls, object, name + "=" + row.initial, &value) == 0);
    const std::string type = row.type;
    if (type == "bool") {
      CHECK(config_of(cls, object, name + "=perhaps", &value) == 713);
      const std::string other = std::strcmp(row.initial, "True") == 0 ? "No" : "Yes";
      CHECK(config_of(cls, object, name + "=" + other, &value) == (row.unavailable ? 713 : 0));
      CHECK(config_of(cls, object, name, &value) == 0);
      CHECK((value == row.initial) == row.unavailable);
    } else if (type == "int32" || type == "int64") {
      CHECK(config_of(cls, object, name + "=many", &value) == 713);
      CHECK(config_of(cls, object, name + "=", &value) == 713);
      CHECK(config_of(cls, object, name + "=99999999999999999999", &value) == 713);
      if (row.min > INT64_MIN) {
        CHECK(config_of(cls, object, name + "=" + std::to_string(row.min - 1), &value) == 713);
      }
      if (row.max < INT64_MAX) {
        CHECK(config_of(cls, object, name + "=" + std::to_string(row.max + 1), &value) == 713);
      }
      for (const char* word : row.words) {
        const bool fits = !row.unavailable || std::strcmp(word, row.initial) == 0;
        CHECK(config_of(cls, object, name + "=" + word, &value) == (fits ? 0 : 713));
      }
    } else if (!row.words.empty()) {
      CHECK(config_of(cls, object, name + "=no such word", &value) == 713);
      for (const char* word : row.words) {
        CHECK(config_of(cls, object, name + "=" + word, &value) == 0);
      }
    } else if (row.unavailable) {
      CHECK(config_of(cls, object, name + "=x", &value) == 713);
      CHECK(std::strstr(coffer_last_error(object), "cannot be set") != nullptr);
    } else if (!row.on_set) {
      CHECK(config_of(cls, object, name + "=some text", &value) == 0);
      CHECK(value == "some text");
    }
  }
  CHECK(config_of(cls, shared, "NoSuchSetting", &value) == 714);
  CHECK(config_of(cls, shared, "", &value) == 714);
  CHECK(config_of(cls, shared, "bad \xC3", &value) == 713);
  CHECK(cls.config(shared, nullptr, nullptr) == 713);
}

inline void check_enumeration(const ClassRow& cls, const std::vector<SettingRow>& rows) {
  REQUIRE(cls.config_count() == static_cast<int32_t>(rows.size()));
  for (size_t i = 0; i < rows.size(); ++i) {
    const char* name = nullptr;
    const char* type = nullptr;
    const char* initial = nullptr;
    int32_t effect = -1;
    REQUIRE(cls.config_item(static_cast<int32_t>(i), &name, &type, &initial, &effect) == 0);
    CHECK(std::string(name) == rows[i].name);
    CHECK(std::string(type) == rows[i].type);
    CHECK(std::string(initial) == rows[i].initial);
    CHECK((effect == 2) == rows[i].unavailable);
  }
  CHECK(cls.config_item(-1, nullptr, nullptr, nullptr, nullptr) == 606);
  CHECK(cls.config_item(cls.config_count(), nullptr, nullptr, nullptr, nullptr) == 606);
  CHECK(cls.config_item(0, nullptr, nullptr, nullptr, nullptr) == 0);
}

inline void check_events(const ClassRow& cls, const std::vector<EventRow>& rows) {
  const auto count = [](void* data) { ++*static_cast<int*>(data); };
  for (const EventRow& row : rows) {
    CAPTURE(std::string(row.name));
    int first = 0;
    int second = 0;
    int third = 0;
    int never = 0;
    {
      Object object(cls);
      CHECK(row.on(nullptr, true, &never, count) == 30001);
      CHECK(never == 0);  // a failed call leaves the user's pointer with the caller
      CHECK(row.on(object, true, &first, count) == 0);
      CHECK(first == 0);
      CHECK(row.on(object, true, &second, count) == 0);
      CHECK(first == 1);
      CHECK(row.on(object, false, nullptr, nullptr) == 0);
      CHECK(second == 1);
      CHECK(row.on(object, true, &third, nullptr) == 0);  // destroy is optional
      CHECK(row.on(object, true, &third, count) == 0);
      object.free_now();
      CHECK(third == 1);
      CHECK(row.on(object, true, &never, count) == 30001);
    }
    CHECK(first == 1);
    CHECK(second == 1);
    CHECK(third == 1);
    CHECK(never == 0);
  }
}

inline void check_dead_handles(const ClassRow& cls, const std::vector<TextRow>& rows) {
  Object object(cls);
  int32_t here = 0;
  char* out = nullptr;
  // An address, a small number and a freed handle: never touched, always 30001.
  auto* foreign = reinterpret_cast<Handle*>(&here);
  Handle* small = nullptr;
  const uintptr_t number = 0x1235;
  std::memcpy(&small, &number, sizeof small);
  Handle* const freed = object;
  object.free_now();
  for (Handle* handle : {foreign, small, freed}) {
    CHECK(rows.at(0).get(handle, &out) == 30001);
    CHECK(std::strstr(coffer_last_error(handle), cls.name) != nullptr);
    CHECK(cls.config(handle, "x", &out) == 30001);
    cls.free(handle);  // no error, no crash
  }
  CHECK(out == nullptr);
  cls.free(nullptr);
  CHECK(cls.create(nullptr) == 713);
  CHECK(std::strlen(coffer_last_error(nullptr)) > 0);
}

#define SURFACE_TESTS(name)                                                  \
  TEST_CASE(name ": texts, their default, round trip and what is refused") { \
    check_texts(kClass, kTexts);                                             \
  }                                                                          \
  TEST_CASE(name ": bytes, with NUL inside and out") {                       \
    check_bytes(kClass, kBytes);                                             \
  }                                                                          \
  TEST_CASE(name ": truth values") {                                         \
    check_numbers(kClass, kBools);                                           \
  }                                                                          \
  TEST_CASE(name ": numbers, their range and their values") {                \
    check_numbers(kClass, kInt32s);                                          \
    check_numbers(kClass, kInt64s);                                          \
  }                                                                          \
  TEST_CASE(name ": settings by name") {                                     \
    check_settings(kClass, kSettings);                                       \
  }                                                                          \
  TEST_CASE(name ": settings by number") {                                   \
    check_enumeration(kClass, kSettings);                                    \
  }                                                                          \
  TEST_CASE(name ": handlers and their user's pointer") {                    \
    check_events(kClass, kEvents);                                           \
  }                                                                          \
  TEST_CASE(name ": handles that are none") {                                \
    check_dead_handles(kClass, kTexts);                                      \
  }
