#include "core/value_tables.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>

namespace {

using coffer::core::ClassInfo;
using coffer::core::Effect;
using coffer::core::PropertyInfo;
using coffer::core::SettingInfo;
using coffer::core::Type;
using coffer::core::Value;
using coffer::core::ValueTables;

PropertyInfo text_row(bool secret) {
  return {"Word", Type::kString, "",     0,     0,     nullptr,         0,  -1,
          true,   false,         secret, false, false, Effect::kActive, "", false};
}

SettingInfo setting_row(bool secret) {
  return {"Word", Type::kString, "",     0,     0,     nullptr,         0,  -1,    -1,   false,
          true,   false,         secret, false, false, Effect::kActive, "", false, false};
}

// What a short text leaves in its own place behind a shorter one.
bool left_behind(const std::string& text, const char* word) {
  const std::string place(text.data(), text.capacity());
  return place.find(word) != std::string::npos;
}

}  // namespace

TEST_CASE("a secret that is replaced leaves nothing behind in its place") {
  for (const bool secret : {true, false}) {
    CAPTURE(secret);
    const PropertyInfo property = text_row(secret);
    const SettingInfo setting = setting_row(secret);
    const ClassInfo info = {"Thing", &property, 1, &setting, 1, nullptr, 0};
    ValueTables tables(info);
    tables.put(0, 0, Value(std::string("my s3cr3t")));
    tables.put_setting(0, 0, "my s3cr3t");
    tables.put(0, 0, Value(std::string("x")));
    tables.put_setting(0, 0, "x");
    // Without wiping the octets are there: the second round proves that this test can see them.
    CHECK(left_behind(std::get<std::string>(tables.slot(0, 0)), "s3cr3t") != secret);
    CHECK(left_behind(tables.setting_slot(0, 0), "s3cr3t") != secret);
  }
}

TEST_CASE("an id that is none is an internal error, never a read beyond the table") {
  const ClassInfo info = {"Thing", nullptr, 0, nullptr, 0, nullptr, 0};
  const ValueTables tables(info);
  CHECK_THROWS(tables.property(0));
  CHECK_THROWS(tables.property(-1));
  CHECK_THROWS(tables.setting(0));
}
