// What the surface test asks of indexed properties; the rows come from the generator. Included
// after surface_checks.h.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "surface_checks.h"

// One indexed property, its values as text.
struct ItemRow {
  const char* name;
  int32_t (*count)(Handle*, int32_t*);
  int32_t (*resize)(Handle*, int32_t);  // NULL: the reply says how many there are
  std::function<int32_t(Handle*, int32_t, std::string*)> read;  // no string: no output pointer
  std::function<int32_t(Handle*, int32_t, const std::string&)> write;  // empty: read-only
  const char* initial;
  const char* other;                // another value that fits
  std::vector<const char*> misfit;  // values that do not
};

using TextOut = int32_t (*)(Handle*, int32_t, char**);
using TextIn = int32_t (*)(Handle*, int32_t, const char*);
using BytesOut = int32_t (*)(Handle*, int32_t, uint8_t**, size_t*);
using BytesIn = int32_t (*)(Handle*, int32_t, const uint8_t*, size_t);
using NumberOut = int32_t (*)(Handle*, int32_t, int32_t*);
using NumberIn = int32_t (*)(Handle*, int32_t, int32_t);

inline ItemRow item_row(const char* name, TextOut get, TextIn set) {
  ItemRow row{name, nullptr, nullptr, nullptr, nullptr, "", "\xC3\xA4", {"bad \xC3"}};
  row.read = [get](Handle* handle, int32_t index, std::string* value) {
    char* out = nullptr;
    const int32_t status = get(handle, index, value == nullptr ? nullptr : &out);
    const std::unique_ptr<char, FreeText> hold(out);
    if (status == 0) *value = out;
    CHECK((status == 0) == (out != nullptr));
    return status;
  };
  if (set != nullptr) {
    row.write = [set](Handle* handle, int32_t index, const std::string& value) {
      return set(handle, index, value.c_str());
    };
  }
  return row;
}

inline ItemRow item_row(const char* name, BytesOut get, BytesIn set) {
  ItemRow row{name, nullptr, nullptr, nullptr, nullptr, "", "other", {}};
  row.read = [get](Handle* handle, int32_t index, std::string* value) {
    uint8_t* out = nullptr;
    size_t size = 77;
    const int32_t status = get(handle, index, value == nullptr ? nullptr : &out, &size);
    const std::unique_ptr<uint8_t, FreeText> hold(out);
    if (status == 0) *value = std::string(out, out + size);
    CHECK((status == 0) == (size != 77));
    return status;
  };
  if (set != nullptr) {
    row.write = [set](Handle* handle, int32_t index, const std::string& value) {
      const std::vector<uint8_t> octets(value.begin(), value.end());
      return set(handle, index, octets.data(), octets.size());
    };
  }
  return row;
}

inline ItemRow item_row(const char* name, NumberOut get, NumberIn set) {
  ItemRow row{name, nullptr, nullptr, nullptr, nullptr, "", "1", {}};
  row.read = [get](Handle* handle, int32_t index, std::string* value) {
    int32_t out = 77;
    const int32_t status = get(handle, index, value == nullptr ? nullptr : &out);
    if (status == 0) *value = std::to_string(out);
    CHECK((status == 0) == (out != 77));
    return status;
  };
  if (set != nullptr) {
    row.write = [set](Handle* handle, int32_t index, const std::string& value) {
      return set(handle, index, std::stoi(value));
    };
  }
  return row;
}

inline void check_item_rows(const ItemRow& row, Handle* handle) {
  std::string value;
  REQUIRE(row.resize(handle, 2) == 0);
  int32_t count = 0;
  CHECK(row.count(handle, &count) == 0);
  CHECK(count == 2);
  for (const int32_t index : {0, 1}) {
    CHECK(row.read(handle, index, &value) == 0);
    CHECK(value == row.initial);
  }
  CHECK(row.read(handle, 0, nullptr) == 713);
  CHECK(row.write(handle, 1, row.other) == 0);
  CHECK(row.read(handle, 1, &value) == 0);
  CHECK(value == row.other);
  for (const char* misfit : row.misfit) {
    CHECK(row.write(handle, 1, misfit) == 713);
  }
  for (const int32_t index : {-1, 2, INT32_MIN, INT32_MAX}) {
    CHECK(row.read(handle, index, &value) == 606);
    CHECK(row.write(handle, index, row.other) == 606);
  }
  CHECK(std::strlen(coffer_last_error(handle)) > 0);
  CHECK(row.read(handle, 1, &value) == 0);
  CHECK(value == row.other);  // what was refused changed nothing
  CHECK(row.read(handle, 0, &value) == 0);
  CHECK(value == row.initial);  // rows keep apart
  CHECK(row.resize(handle, 1) == 0);
  CHECK(row.read(handle, 1, &value) == 606);
  CHECK(row.resize(handle, 2) == 0);
  CHECK(row.read(handle, 1, &value) == 0);
  CHECK(value == row.initial);  // a row that was dropped is gone
  CHECK(row.resize(handle, -1) == 713);
}

inline void check_items(const ClassRow& cls, const std::vector<ItemRow>& rows) {
  for (const ItemRow& row : rows) {
    CAPTURE(std::string(row.name));
    std::string value = "untouched";
    Object object(cls);
    int32_t count = 77;
    CHECK(row.count(object, &count) == 0);
    CHECK(count == 0);
    CHECK(row.read(object, 0, &value) == 606);
    CHECK(row.read(nullptr, 0, &value) == 30001);
    if (row.write) CHECK(row.write(nullptr, 0, row.other) == 30001);
    if (row.resize != nullptr && row.write) check_item_rows(row, object);
    Handle* const freed = object;
    object.free_now();
    const std::string before = value;
    CHECK(row.read(freed, 0, &value) == 30001);
    if (row.write) CHECK(row.write(freed, 0, row.other) == 30001);
    CHECK(value == before);
  }
}
