// Places in texts, writing of objects, masking.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "creq_fixture.h"
#include "threeds/json_object.h"
#include "threeds/json_scan.h"
#include "threeds/masking.h"
#include "threeds/message_json.h"

using namespace threeds_test;
using threeds::element_at;
using threeds::masked_message;

TEST_CASE("masking: both entries and the page's data, nothing else") {
  threeds::CreqState state = creq_state(Version::k231, 1);
  state.last.entry_box_two = true;
  threeds::CreqInput input = entry("sEcReT\"1");
  input.challenge_data_entry_two = core::Secret("sEcReT2");
  CHECK(masked_message(creq_json(state, input)) ==
        creq_base(Version::k231) +
            R"(,"challengeDataEntry":"******","challengeDataEntryTwo":"******"})");
  state.last.ui_type = 5;
  CHECK(masked_message(creq_json(state, entry("pw=sEcReT"))) ==
        creq_base(Version::k231) + R"(,"challengeHTMLDataEntry":"******"})");
  for (const char* untouched :
       {R"({"challengeInfoText":"challengeDataEntry"})", R"(["challengeDataEntry"])", "{}", "",
        R"({"challengeNoEntry":"Y","whitelistingDataEntry":"N"})"}) {
    CAPTURE(untouched);
    CHECK(masked_message(untouched) == untouched);
  }
}

TEST_CASE("masking: any type, any depth, any spelling of the name, text that is cut off") {
  for (const char* json :
       {R"({"challengeDataEntry":12345})",
        R"({"challengeDataEntry" : [12345,{"a":"12345"}] , "b":1})",
        R"({"a":[{"challengeDataEntryTwo":"12345"}],"challengeHTMLDataEntry":"12345"})",
        R"({"challengeDataEntry":{"challengeDataEntry":"12345"}})",
        R"({"ch\u0061llengeDataEntry":"12345"})", R"({"challengeDataEntry":"12345)",
        R"({"challengeDataEntry":"12345"}})",
        R"({"a":1,"a":2,"challengeHTMLDataEntry":"12345"})"}) {
    CAPTURE(json);
    const std::string masked = masked_message(json);
    CHECK(masked.find("12345") == std::string::npos);
    CHECK(masked.find("******") != std::string::npos);
  }
}

TEST_CASE("places: what stands at an octet") {
  const std::string json =
      R"({ "a" : 1, "b":{"c":[{"d":"x"},{"e":true}],"f\u0041":null}, "g":[1,"y"] })";
  const auto at = [&](std::string_view needle) { return element_at(json, json.find(needle)); };
  CHECK(at("1,") == "a");
  CHECK(at("a\" :") == "a");
  CHECK(at("\"x\"") == "b.c.d");
  CHECK(at("d\":") == "b.c.d");
  CHECK(at("true") == "b.c.e");
  CHECK(at("null") == "b.fA");
  CHECK(at("\"y\"") == "g");
  CHECK(element_at(json, 0) == "");
  for (std::size_t i = 0; i <= json.size() + 2; ++i)
    element_at(json, i);  // no octet leads outside
  for (const char* broken :
       {"", "{", "}", "]]", "{\"", "{\"a\\", R"({"\u12)", "{\"a\":}", "x", ":"})
    CHECK(element_at(broken, 100).size() < 10);
}

TEST_CASE("places: members and their values as written") {
  const std::string json = R"({"a": [1, {"b":"c"}] ,"d":"e" , "f": 1.50 })";
  CHECK(threeds::raw_member(json, "a") == R"([1, {"b":"c"}])");
  CHECK(threeds::raw_member(json, "d") == "\"e\"");
  CHECK(threeds::raw_member(json, "f") == "1.50");
  CHECK(threeds::raw_member(json, "b") == "");
  CHECK(threeds::json_members(json).size() == 4);
  CHECK(threeds::json_members(json)[1].depth == 3);
  CHECK(threeds::octet_of_problem("not a value at octet 17") == 17);
  CHECK(threeds::octet_of_problem("strange") == 0);
  CHECK(threeds::octet_of_problem("") == 0);
}

TEST_CASE("writing: members in order, long values, the empty object") {
  threeds::JsonObject out;
  CHECK(out.take() == "{}");
  const std::string big(5000, 'x');
  out.string("a\"", "b").raw("n", "1").string_if("none", "").string_if("s", "t");
  CHECK(out.has("a\""));
  CHECK_FALSE(out.has("none"));
  out.string("big", big);
  CHECK(out.take() == R"({"a\"":"b","n":1,"s":"t","big":")" + big + "\"}");
  CHECK_FALSE(out.has("n"));
  CHECK(out.string("x", "y").take() == R"({"x":"y"})");
}

TEST_CASE("shown: one line, whole characters, a limit") {
  CHECK(threeds::shown("a\nb\tc\x7F\xFF") == "a?b?c??");
  CHECK(threeds::shown("\xC3\xA4\xC3\xA4", 3) == "\xC3\xA4");
  CHECK(threeds::shown(std::string(300, 'x')).size() == 200);
}
