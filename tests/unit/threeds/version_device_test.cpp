#include <doctest/doctest.h>

#include <string>

#include "message_fixture.h"
#include "threeds/device_info.h"
#include "threeds/version.h"

using namespace threeds_test;
using threeds::device_info_json;
using threeds::DeviceParam;

TEST_CASE("version: three are known, all else is refused") {
  for (const Version version : kVersions)
    CHECK(threeds::require_version(threeds::version_text(version)) == version);
  for (const char* text :
       {"", "2.0.0", "2.3.0", "2.3.1.1", "2.4.0", " 2.1.0", "2.1.0 ", "2.1", "two"}) {
    CAPTURE(text);
    CHECK_FALSE(threeds::known_version(text));
    CHECK(code_of([text] { threeds::require_version(text); }) == 713);
  }
}

TEST_CASE("device info: nothing given is still all four members") {
  CHECK(device_info_json({}) == R"({"DV":"1.0","DD":{},"DPNA":{},"SW":[]})");
  // Rows that a larger device_param_count made say nothing.
  CHECK(device_info_json({DeviceParam(), DeviceParam()}) ==
        R"({"DV":"1.0","DD":{},"DPNA":{},"SW":[]})");
}

TEST_CASE("device info: the sample of the device information specification") {
  CHECK(device_info_json({{"C001", "Android", 2, 1},
                          {"C002", "HTC One_M8", 2, 1},
                          {"C004", "5.0.1", 2, 1},
                          {"C005", "en_US", 2, 1},
                          {"C006", "Eastern Standard Time", 2, 1},
                          {"C007", "06797903-fb61-41ed-94c2-4d2b74e27d18", 2, 1},
                          {"C009", "John's Android Device", 2, 1},
                          {"C010", "RE01", 2, 2},
                          {"C011", "RE03", 2, 2},
                          {"SW01", "", 2, 3},
                          {"SW04", "", 2, 3}}) ==
        R"({"DV":"1.0","DD":{"C001":"Android","C002":"HTC One_M8","C004":"5.0.1","C005":"en_US",)"
        R"("C006":"Eastern Standard Time","C007":"06797903-fb61-41ed-94c2-4d2b74e27d18",)"
        R"("C009":"John's Android Device"},"DPNA":{"C010":"RE01","C011":"RE03"},)"
        R"("SW":["SW01","SW04"]})");
}

TEST_CASE("device info: data version, arrays, escapes, any id") {
  CHECK(device_info_json({{"", "1.6", 2, 0},
                          {"A040", " [\"first\", \"sec\\u006fnd\"] ", 1, 1},
                          {"Z999", "a\"b\n\xC3\xA4", 2, 1},
                          {"I001", "[]", 1, 1}}) ==
        "{\"DV\":\"1.6\",\"DD\":{\"A040\":[\"first\",\"second\"],"
        "\"Z999\":\"a\\\"b\\n\xC3\xA4\",\"I001\":[]},\"DPNA\":{},\"SW\":[]}");
  // Text that looks like an array is a string when its type says so.
  CHECK(device_info_json({{"A040", "[1]", 2, 1}}) ==
        R"({"DV":"1.0","DD":{"A040":"[1]"},"DPNA":{},"SW":[]})");
}

TEST_CASE("device info: a later row for the same id replaces the earlier one") {
  CHECK(device_info_json({{"", "1.1", 2, 0},
                          {"C010", "1.2.3.4", 2, 1},
                          {"C001", "Android", 2, 1},
                          {"C010", "5.6.7.8", 2, 1},
                          {"SW01", "", 2, 3},
                          {"SW01", "", 2, 3},
                          {"", "1.4", 2, 0}}) ==
        R"({"DV":"1.4","DD":{"C010":"5.6.7.8","C001":"Android"},"DPNA":{},"SW":["SW01"]})");
}

TEST_CASE("device info: an id that is available and not available is refused") {
  const std::vector<DeviceParam> params = {{"C010", "1.2.3.4", 2, 1}, {"C010", "RE01", 2, 2}};
  CHECK(code_of([&] { device_info_json(params); }) == 603);
  CHECK(last_text().find("C010") != std::string::npos);
}

TEST_CASE("device info: bad rows are 713") {
  struct Case {
    const char* what;
    DeviceParam param;
  };
  const std::vector<Case> cases = {
      {"no JSON", {"A040", "first", 1, 1}},
      {"empty", {"A040", "", 1, 1}},
      {"an object", {"A040", "{\"a\":\"b\"}", 1, 1}},
      {"a string", {"A040", "\"a\"", 1, 1}},
      {"numbers", {"A040", "[1,2]", 1, 1}},
      {"null inside", {"A040", "[\"a\",null]", 1, 1}},
      {"arrays inside", {"A040", "[[\"a\"]]", 1, 1}},
      {"cut off", {"A040", "[\"a\"", 1, 1}},
      {"half a surrogate pair", {"A040", "[\"\\ud800\"]", 1, 1}},
      {"U+0000", {"A040", "[\"\\u0000\"]", 1, 1}},
      {"deep", {"A040", std::string(100000, '['), 1, 1}},
      {"no id", {"", "Android", 2, 1}},
      {"no id of what is missing", {"", "RE01", 2, 2}},
      {"no warning", {"", "", 2, 3}},
      {"type 0", {"C001", "Android", 0, 1}},
      {"type 3", {"C001", "Android", 3, 1}},
      {"category -1", {"C001", "Android", 2, -1}},
      {"category 4", {"C001", "Android", 2, 4}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    CHECK(code_of([&] { device_info_json({one.param}); }) == 713);
    CHECK(code_of([&] { threeds::check_device_param(one.param); }) == 713);
    CHECK(last_text().find('\n') == std::string::npos);
  }
}
