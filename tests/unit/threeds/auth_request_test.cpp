#include "threeds/auth_request.h"

#include <doctest/doctest.h>

#include <string>

#include "message_fixture.h"

using namespace threeds_test;
using threeds::auth_request_json;
using threeds::AuthRequest;

namespace {

constexpr const char* kJwk = R"({"kty":"EC","crv":"P-256","x":"xx","y":"yy"})";

AuthRequest request(Version version) {
  AuthRequest out;
  out.version = version;
  out.sdk_trans_id = kSdkId;
  out.sdk_app_id = "8A880DC0-d2d2-4067-bcb1-b08d1690b26e";
  out.sdk_reference_number = "3DS_LOA_SDK_PPFU_020100_00007";
  out.sdk_ephem_pub_key = kJwk;
  out.sdk_enc_data = "a..b.c.d";
  return out;
}

std::string ui_types(Version version, std::int32_t bits, std::string_view interface = "") {
  const std::string json = threeds::device_render_options_json(version, interface, bits, "");
  const auto document = core::Document::parse(json, 1, "options");
  return document.root()["sdkUiType"].text();
}

}  // namespace

TEST_CASE("auth request: the members of each version in their order") {
  const std::string head =
      R"("deviceChannel":"01","sdkTransID":"b2385523-a66c-4907-ac3c-91848e8c0067",)"
      R"("sdkAppID":"8a880dc0-d2d2-4067-bcb1-b08d1690b26e",)"
      R"("sdkReferenceNumber":"3DS_LOA_SDK_PPFU_020100_00007","sdkMaxTimeout":"05",)"
      R"("sdkEphemPubKey":{"kty":"EC","crv":"P-256","x":"xx","y":"yy"},)";
  const std::string five =
      R"("deviceRenderOptions":{"sdkInterface":"03","sdkUiType":["01","02","03","04","05"]},)"
      R"("sdkEncData":"a..b.c.d"})";
  CHECK(auth_request_json(request(Version::k210)) == R"({"messageVersion":"2.1.0",)" + head + five);
  CHECK(auth_request_json(request(Version::k220)) == R"({"messageVersion":"2.2.0",)" + head + five);
  CHECK(auth_request_json(request(Version::k231)) ==
        R"({"messageVersion":"2.3.1",)" + head +
            R"("deviceRenderOptions":{"sdkInterface":"03",)"
            R"("sdkUiType":["01","02","03","04","05","06","07"]},"sdkEncData":"a..b.c.d",)"
            R"("sdkType":"01","defaultSdkType":{"sdkVariant":"01"}})");
}

TEST_CASE("auth request: types of screens are ascending and those of the version") {
  CHECK(ui_types(Version::k231, 127) == R"(["01","02","03","04","05","06","07"])");
  CHECK(ui_types(Version::k220, 127) == R"(["01","02","03","04","05"])");
  for (std::int32_t type = 1; type <= 7; ++type) {
    CAPTURE(type);
    const std::int32_t bit = 1 << (type - 1);
    const std::string one = "[\"0" + std::to_string(type) + "\"]";
    CHECK(ui_types(Version::k231, bit) == one);
    for (const Version version : {Version::k210, Version::k220}) {
      if (type <= 5) {
        CHECK(ui_types(version, bit) == one);
      } else {
        CHECK(code_of([&] { ui_types(version, bit); }) == 713);
      }
    }
  }
  CHECK(ui_types(Version::k220, 64 + 32 + 8) == R"(["04"])");
  // HTML screens make sense only where HTML can be shown.
  CHECK(ui_types(Version::k231, 127, "01") == R"(["01","02","03","04","07"])");
  CHECK(ui_types(Version::k231, 127, "02") == R"(["01","02","03","04","05","06","07"])");
  CHECK(code_of([] { ui_types(Version::k231, 16, "01"); }) == 713);
  for (const std::int32_t bits : {0, -1, 128, 255})
    CHECK(code_of([&] { ui_types(Version::k231, bits); }) == 713);
  for (const char* interface : {"00", "04", "1", "native"})
    CHECK(code_of([&] { ui_types(Version::k231, 1, interface); }) == 713);
}

TEST_CASE("auth request: authentication types go out from 2.3.1 on") {
  AuthRequest one = request(Version::k231);
  one.sdk_authentication_type = "07, 02,11";
  CHECK(auth_request_json(one).find(R"("sdkAuthenticationType":["07","02","11"]})") !=
        std::string::npos);
  one.version = Version::k220;
  CHECK(auth_request_json(one).find("sdkAuthenticationType") == std::string::npos);
  for (const char* list : {"00", "12", "1", "001", "+1", "01,,02", "01,", "ab", "02,02"}) {
    CAPTURE(list);
    one.sdk_authentication_type = list;
    CHECK(code_of([&] { auth_request_json(one); }) == 713);
  }
}

TEST_CASE("auth request: the timeout has two digits") {
  AuthRequest one = request(Version::k210);
  for (const std::int32_t minutes : {5, 9, 10, 99}) {
    one.sdk_max_timeout = minutes;
    const std::string digits = (minutes < 10 ? "0" : "") + std::to_string(minutes);
    CHECK(auth_request_json(one).find("\"sdkMaxTimeout\":\"" + digits + "\"") != std::string::npos);
  }
  for (const std::int32_t minutes : {-5, 0, 4, 100}) {
    one.sdk_max_timeout = minutes;
    CHECK(code_of([&] { auth_request_json(one); }) == 713);
  }
}

TEST_CASE("auth request: what is missing is 603, what is wrong 713") {
  AuthRequest one = request(Version::k210);
  one.sdk_app_id = "";
  CHECK(code_of([&] { threeds::check_auth_request(one); }) == 603);
  CHECK(last_text().find("sdk_app_id") != std::string::npos);
  for (const char* id : {"8a880dc0d2d24067bcb1b08d1690b26e", "8a880dc0-d2d2-4067-bcb1-b08d1690b26",
                         "8a880dc0-d2d2-4067-bcb1-b08d1690b26g", "x"}) {
    one.sdk_app_id = id;
    CHECK(code_of([&] { threeds::check_auth_request(one); }) == 713);
  }
  one = request(Version::k210);
  one.sdk_reference_number = "";
  CHECK(code_of([&] { threeds::check_auth_request(one); }) == 603);
  CHECK(last_text().find("SDKReferenceNumber") != std::string::npos);
  for (const std::string& number :
       {std::string(33, 'x'), std::string("\xC3\xA4"), std::string("a\nb")}) {
    one.sdk_reference_number = number;
    CHECK(code_of([&] { threeds::check_auth_request(one); }) == 713);
  }
}

TEST_CASE("auth request: extensions, then the fields of the app at the end") {
  AuthRequest one = request(Version::k231);
  one.message_extension = R"([{"name":"n","id":"i","criticalityIndicator":false,"data":{}}])";
  one.extra = {{"o", "{\"a\":1}", 0}, {"a", "[1, 2]", 1}, {"s", "\"x", 2},      {"n", "-1.50", 3},
               {"b", "True", 4},      {"z", "", 5},       {"r", " [null] ", 6}, {"u", "7", 99}};
  const std::string json = auth_request_json(one);
  const std::string tail =
      R"("messageExtension":[{"name":"n","id":"i","criticalityIndicator":false,"data":{}}],)"
      R"("o":{"a":1},"a":[1, 2],"s":"\"x","n":-1.50,"b":true,"z":null,"r":[null],"u":"7"})";
  REQUIRE(json.size() > tail.size());
  CHECK(json.substr(json.size() - tail.size()) == tail);
  CHECK(core::json_problem(json) == "");
}

TEST_CASE("request fields: each bad one has its code") {
  struct Case {
    threeds::RequestField field;
    std::int32_t code;
  };
  const std::vector<Case> cases = {
      {{"", "x", 2}, 713},
      {{"f", "x", 0}, 713},
      {{"f", "[]", 0}, 713},
      {{"f", "{}", 1}, 713},
      {{"f", "", 1}, 713},
      {{"f", "x", 3}, 713},
      {{"f", "01", 3}, 713},
      {{"f", "true", 3}, 713},
      {{"f", "yes", 4}, 713},
      {{"f", "1", 4}, 713},
      {{"f", "{} {}", 6}, 713},
      {{"f", "", 6}, 713},
      {{"f", "{\"a\":1,\"a\":2}", 0}, 713},
      {{"f", std::string(100000, '['), 6}, 713},
      {{"sdkTransID", "x", 2}, 603},
      {{"sdkEncData", "x", 2}, 603},
  };
  for (const Case& one : cases) {
    AuthRequest asked = request(Version::k210);
    asked.extra = {one.field};
    CAPTURE(one.field.name);
    CAPTURE(one.field.value_type);
    CHECK(code_of([&] { auth_request_json(asked); }) == one.code);
    CHECK(last_text().find('\n') == std::string::npos);
  }
  AuthRequest twice = request(Version::k210);
  twice.extra = {{"f", "1", 2}, {"f", "2", 2}};
  CHECK(code_of([&] { auth_request_json(twice); }) == 603);
}
