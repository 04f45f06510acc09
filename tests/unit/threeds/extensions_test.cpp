#include "threeds/extensions.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "message_fixture.h"

using namespace threeds_test;
using threeds::Extension;
using threeds::outgoing_extensions_json;

namespace {

const Extension kGood = {"A000000802-004", "Bridging", false, R"({"version":"1.0"})"};

std::string array_of(std::size_t count) {
  std::string out = "[";
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) out += ',';
    out += R"({"name":"n","id":"id)" + std::to_string(i) +
           R"(","criticalityIndicator":false,"data":{}})";
  }
  return out + "]";
}

threeds::Screen with(const std::string& array) {
  return screen_of(cres(Version::k220, 1).raw("messageExtension", array).json(),
                   expected_by(Version::k220));
}

}  // namespace

TEST_CASE("extensions: the list as JSON, the raw text instead of it") {
  CHECK(outgoing_extensions_json({}, "") == "");
  CHECK(outgoing_extensions_json({kGood, {"i", "n", true, " {\"n\":1.50} "}}, "") ==
        R"([{"name":"Bridging","id":"A000000802-004","criticalityIndicator":false,)"
        R"("data":{"version":"1.0"}},)"
        R"({"name":"n","id":"i","criticalityIndicator":true,"data":{"n":1.50}}])");
  CHECK(outgoing_extensions_json({kGood}, " [{\"id\":\"raw\"}] ") == "[{\"id\":\"raw\"}]");
  CHECK(outgoing_extensions_json({kGood}, "[]") == "[]");
}

TEST_CASE("extensions: an eleventh is 606") {
  threeds::check_extension_room(9);
  CHECK(code_of([] { threeds::check_extension_room(10); }) == 606);
  const std::vector<Extension> ten(10, kGood);
  CHECK(code_of([&] { outgoing_extensions_json(ten, ""); }) == 0);
  const std::vector<Extension> eleven(11, kGood);
  CHECK(code_of([&] { outgoing_extensions_json(eleven, ""); }) == 606);
  CHECK(code_of([] { threeds::check_raw_extensions(array_of(10)); }) == 0);
  CHECK(code_of([] { threeds::check_raw_extensions(array_of(11)); }) == 606);
}

TEST_CASE("extensions: bad ones are 713") {
  const std::string long_text(65, 'x');
  for (const Extension& bad : std::vector<Extension>{{"", "n", false, "{}"},
                                                     {"i", "", false, "{}"},
                                                     {long_text, "n", false, "{}"},
                                                     {"i", long_text, false, "{}"},
                                                     {"i", "n", false, ""},
                                                     {"i", "n", false, "[]"},
                                                     {"i", "n", false, "\"x\""},
                                                     {"i", "n", false, "{"},
                                                     {"i", "n", false, "{\"a\":1,\"a\":2}"}}) {
    CAPTURE(bad.data);
    CHECK(code_of([&] { threeds::check_extension(bad); }) == 713);
    CHECK(code_of([&] { outgoing_extensions_json({bad}, ""); }) == 713);
  }
  std::string umlauts;
  for (int i = 0; i < 64; ++i)
    umlauts += "\xC3\xA4";
  CHECK(code_of([&] { threeds::check_extension({umlauts, umlauts, false, "{}"}); }) == 0);
  for (const char* raw : {"{}", "[1]", "[{}", "x", "[{}] []"}) {
    CAPTURE(raw);
    CHECK(code_of([&] { threeds::check_raw_extensions(raw); }) == 713);
    CHECK(code_of([&] { outgoing_extensions_json({}, raw); }) == 713);
  }
}

TEST_CASE("extensions: received ones as they were written") {
  const std::string array = R"([ {"name":"n1","id":"i1","criticalityIndicator":"False",)"
                            R"("data":{"big": 12345678901234567890, "e":"\u00e4"}},)"
                            R"({"data":{},"criticalityIndicator":false,"id":"i2","name":"n2"} ])";
  const auto extensions = with(array).extensions;
  CHECK(extensions.raw == array);
  REQUIRE(extensions.list.size() == 2);
  CHECK(extensions.list[0].id == "i1");
  CHECK(extensions.list[0].name == "n1");
  CHECK_FALSE(extensions.list[0].critical);
  CHECK(extensions.list[0].data == R"({"big": 12345678901234567890, "e":"\u00e4"})");
  CHECK(extensions.list[1].id == "i2");
  CHECK(extensions.list[1].data == "{}");
  CHECK(with("[]").extensions.list.empty());
  CHECK(with("[]").extensions.raw == "[]");
  CHECK(with("null").extensions.raw == "");
}

TEST_CASE("extensions: a CRes may have fifteen") {
  CHECK(with(array_of(15)).extensions.list.size() == 15);
  const auto fault = fault_of(cres(Version::k231, 1).raw("messageExtension", array_of(16)).json(),
                              expected_by(Version::k231));
  CHECK(fault.emv_code == "203");
  CHECK(fault.error_detail == "messageExtension");
}

TEST_CASE("extensions: the final CRes is checked too, and knows its own") {
  auto expected = expected_by(Version::k231);
  const Members message =
      final_cres(Version::k231, "Y")
          .raw("messageExtension",
               R"([{"name":"n","id":"i","criticalityIndicator":true,"data":{}}])");
  CHECK(fault_of(message.json(), expected).emv_code == "202");
  expected.known_extensions = {"other", "i"};
  const auto end = as<threeds::FinalResult>(threeds::parse_cres(message.json(), expected));
  CHECK(end.trans_status == "Y");
  REQUIRE(end.extensions.list.size() == 1);
  CHECK(end.extensions.list[0].critical);
}

TEST_CASE("extensions: those of an ARes are shown, whatever they are") {
  const auto read = [](const std::string& json) {
    const auto document = core::Document::parse(json, 1, "ARes");
    return threeds::read_extensions_leniently(document.root(), json);
  };
  CHECK(read("{}").raw == "");
  CHECK(read(R"({"messageExtension":"x"})").raw == "\"x\"");
  CHECK(read(R"({"messageExtension":"x"})").list.empty());
  const auto some = read(R"({"messageExtension":[1,{"id":"i"},{"id":5,"data":[1]}]})");
  REQUIRE(some.list.size() == 2);
  CHECK(some.list[0].id == "i");
  CHECK(some.list[0].data == "");
  CHECK(some.list[1].id == "");
  CHECK(some.list[1].data == "[1]");
}

TEST_CASE("extensions: the list of known ids") {
  CHECK(threeds::extension_ids("").empty());
  CHECK(threeds::extension_ids(" a , b,,c ") == std::vector<std::string>{"a", "b", "c"});
}
