#include "threeds/auth_response.h"

#include <doctest/doctest.h>

#include <ctime>
#include <string>
#include <vector>

#include "core/text.h"
#include "message_fixture.h"

using namespace threeds_test;
using threeds::AuthExpectations;
using threeds::AuthResponse;
using threeds::parse_auth_response;

namespace {

AuthExpectations ours(Version version = Version::k220) {
  return {version, std::string(kSdkId)};
}

Members ares(Version version = Version::k220, std::string_view status = "C") {
  Members out;
  out.text("messageType", "ARes").text("messageVersion", threeds::version_text(version));
  out.text("threeDSServerTransID", kServerId).text("acsTransID", kAcsId);
  out.text("dsTransID", kDsId).text("sdkTransID", kSdkId);
  out.text("acsReferenceNumber", "ACS-1").text("transStatus", status);
  if (status == "C") out.text("acsSignedContent", "h.p.s");
  return out;
}

std::int32_t refusal(std::string_view text, const AuthExpectations& expected = ours()) {
  return code_of([&] { parse_auth_response(text, expected); });
}

}  // namespace

TEST_CASE("auth response: every member of an ARes") {
  Members message = ares(Version::k231);
  message.text("transStatusReason", "14").text("acsChallengeMandated", "Y");
  message.raw("acsRenderingType",
              R"({"acsInterface":"01","acsUiTemplate":"07","deviceUserInterfaceMode":"02"})");
  message.text("acsDecConInd", "N").text("deviceInfoRecognisedVersion", "1.4");
  message.raw("cardholderInfo", R"({"text":"Call us","issuerImage":"https://i.example/x"})");
  message.raw(
      "messageExtension",
      R"([{"name":"n","id":"i","criticalityIndicator":true,"data":{"big":12345678901234567890}}])");
  const AuthResponse read = parse_auth_response(message.json(), ours(Version::k231));
  CHECK(read.json == message.json());
  CHECK(read.message_type == "ARes");
  CHECK(read.message_version == "2.3.1");
  CHECK(read.three_ds_server_trans_id == kServerId);
  CHECK(read.acs_trans_id == kAcsId);
  CHECK(read.ds_trans_id == kDsId);
  CHECK(read.sdk_trans_id == kSdkId);
  CHECK(read.acs_reference_number == "ACS-1");
  CHECK(read.trans_status == "C");
  CHECK(read.trans_status_reason == "14");
  CHECK(read.acs_interface == "01");
  CHECK(read.acs_ui_template == "07");
  CHECK(read.device_user_interface_mode == "02");
  CHECK(read.acs_signed_content == "h.p.s");
  CHECK(read.acs_challenge_mandated == "Y");
  CHECK(read.acs_dec_con_ind == "N");
  CHECK(read.cardholder_info == "Call us");
  CHECK(read.device_info_recognised_version == "1.4");
  REQUIRE(read.extensions.list.size() == 1);
  CHECK(read.extensions.list[0].critical);
  CHECK(read.extensions.list[0].data == R"({"big":12345678901234567890})");
  CHECK_FALSE(read.erro);
}

TEST_CASE("auth response: each status in each version") {
  struct Row {
    char status;
    const char* versions;
  };
  const std::vector<Row> rows = {{'Y', "123"}, {'N', "123"}, {'U', "123"}, {'A', "123"},
                                 {'C', "123"}, {'R', "123"}, {'D', "23"},  {'I', "23"},
                                 {'S', ""},    {'X', ""},    {'y', ""}};
  for (const Row& row : rows) {
    for (const Version version : kVersions) {
      const std::string status(1, row.status);
      const char digit = version == Version::k210 ? '1' : version == Version::k220 ? '2' : '3';
      const bool known = std::string_view(row.versions).find(digit) != std::string_view::npos;
      CAPTURE(status);
      CAPTURE(digit);
      const std::string json = ares(version, status).json();
      CHECK(refusal(json, ours(version)) == (known ? 0 : 604));
      if (known) CHECK(parse_auth_response(json, ours(version)).trans_status == status);
    }
  }
}

TEST_CASE("auth response: a part of an ARes, other names, base64") {
  const std::string part =
      R"({"acsTransactionID":"d7c1ee99-9478-44a6-b1f2-391e29c6b340","acsRefNumber":"R",)"
      R"("3DSServerTransactionID":"8a880dc0-d2d2-4067-bcb1-b08d1690b26e",)"
      R"("acsSignedContent":"h.p.s","future":[{}]})";
  for (const std::string& text :
       {part, " \r\n" + part + "\n",
        core::base64(reinterpret_cast<const std::uint8_t*>(part.data()), part.size())}) {
    const AuthResponse read = parse_auth_response(text, ours());
    CHECK(read.message_type == "ARes");
    CHECK(read.trans_status == "C");  // there is something to challenge with
    CHECK(read.message_version == "2.2.0");
    CHECK(read.acs_trans_id == kAcsId);
    CHECK(read.three_ds_server_trans_id == kServerId);
    CHECK(read.acs_reference_number == "R");
    CHECK(core::trim(read.json) == part);
  }
  const AuthResponse status = parse_auth_response(R"({"transStatus":"Y"})", ours());
  CHECK(status.trans_status == "Y");
  CHECK(status.acs_trans_id == "");
  CHECK(parse_auth_response("eyJ0cmFuc1N0YXR1cyI6Ik4ifQ", ours()).trans_status == "N");
}

TEST_CASE("auth response: ids of another transaction are refused, case does not matter") {
  CHECK(refusal(ares().text("sdkTransID", "B2385523-A66C-4907-AC3C-91848E8C0067").json()) == 0);
  CHECK(refusal(ares().text("sdkTransID", kAcsId).json()) == 604);
  CHECK(last_text().find("sdkTransID") != std::string::npos);
  CHECK(refusal(ares(Version::k220, "Y").text("sdkTransID", kAcsId).json()) == 604);
}

TEST_CASE("auth response: an Erro is a result") {
  const AuthResponse read = parse_auth_response(
      R"({"messageType":"Erro","messageVersion":"9","errorCode":"305","errorDetail":"d"})", ours());
  REQUIRE(read.erro);
  CHECK(read.message_type == "Erro");
  CHECK(read.erro->erro.error_code == "305");
  CHECK(read.erro->manual_code == 1101);
}

TEST_CASE("auth response: whatever cannot be used is 604 and says why") {
  struct Case {
    const char* what;
    std::string text;
    const char* says;
  };
  std::string big = ares().text("cardholderInfo", std::string(16U << 20, 'x')).json();
  const std::vector<Case> cases = {
      {"empty", "", "empty"},
      {"blank", " \n", "empty"},
      {"no JSON", "hello, world", "neither"},
      {"HTML", "<html></html>", "neither"},
      {"base64 of nothing", "IAog", "neither"},
      {"an array", "[1]", "no JSON object"},
      {"base64 of an array", "WzFd", "no JSON object"},
      {"cut off", ares().json().substr(0, 50), "JSON"},
      {"16 MiB", std::move(big), "used: 16777"},
      {"100,000 brackets", std::string(100000, '['), "deeper"},
      {"deep inside", "{\"a\":" + std::string(100000, '[') + "}", "deeper"},
      {"twice", ares().again("transStatus", "\"Y\"").json(), "twice"},
      {"half a surrogate pair", ares().raw("acsTransID", R"("\ud800")").json(), "surrogate"},
      {"U+0000", ares().raw("acsTransID", R"("a\u0000")").json(), "U+0000"},
      {"not UTF-8", ares().raw("acsTransID", "\"\xFF\"").json(), "UTF-8"},
      {"nothing known", R"({"hello":"world"})", "transStatus"},
      {"empty object", "{}", "transStatus"},
      {"whole, no status", ares().without("transStatus").json(), "transStatus"},
      {"CRes", cres(Version::k220, 1).json(), "messageType"},
      {"type a number", ares().raw("messageType", "1").json(), "messageType"},
      {"other version", ares().text("messageVersion", "2.1.0").json(), "2.1.0"},
      {"unknown version", ares().text("messageVersion", "3.0").json(), "3.0"},
      {"version a number", ares().raw("messageVersion", "2.2").json(), "messageVersion"},
      {"status a number", ares().raw("transStatus", "1").json(), "transStatus"},
      {"status long", ares().text("transStatus", "YES").json(), "YES"},
      {"no signed content", ares().without("acsSignedContent").json(), "acsSignedContent"},
      {"signed content empty", ares().text("acsSignedContent", "").json(), "acsSignedContent"},
      {"signed content an object", ares().raw("acsSignedContent", "{}").json(), "acsSignedContent"},
      {"no ACS id", ares().without("acsTransID").json(), "acsTransID"},
      {"ACS id null", ares().raw("acsTransID", "null").json(), "acsTransID"},
      {"ACS id a number", ares().raw("acsTransID", "7").json(), "acsTransID"},
      {"no server id", ares().without("threeDSServerTransID").json(), "threeDSServerTransID"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    const std::clock_t begin = std::clock();  // of the processor: others may use it too
    CHECK(refusal(one.text) == 604);
    CHECK(std::clock() - begin < 5 * CLOCKS_PER_SEC);
    CAPTURE(last_text());
    CHECK(last_text().find(one.says) != std::string::npos);
    CHECK(last_text().find('\n') == std::string::npos);
    CHECK(last_text().size() < 400);
  }
}
