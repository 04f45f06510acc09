// The table of errors, as far as the text of a message shows them: for each row what the ACS sends
// and the Erro that answers it.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "message_fixture.h"
#include "spec_tables.h"
#include "threeds/erro.h"

using namespace threeds_test;
using threeds::CresExpectations;
using threeds::ProtocolFault;

namespace {

constexpr std::string_view kText = "challengeInfoText";

struct Case {
  std::string_view row;
  std::string_view versions;
  int ui_type;
  void (*change)(Members&);
  std::string_view code;
  std::string_view detail;
  std::int32_t manual_code;
  bool strict = false;
};

template <std::size_t Which>
void drop(Members& m) {
  constexpr std::string_view kNames[] = {
      "messageVersion", "threeDSServerTransID",   "acsTransID", "sdkTransID",
      "acsCounterAtoS", "challengeCompletionInd", "acsUiType",  "submitAuthenticationLabel"};
  m.without(kNames[Which]);
}
void two_missing(Members& m) {
  m.without("sdkTransID").raw("acsTransID", "null").text("acsCounterAtoS", "");
}
void final_without_status(Members& m) {
  m.text("challengeCompletionInd", "Y");
}

const std::vector<Case> kCases = {
    {"not_cres", "123", 1, [](Members& m) { m.text("messageType", "CReq"); }, "101", "messageType",
     1101},
    {"not_cres", "123", 1, [](Members& m) { m.text("messageType", "Nonsense"); }, "101",
     "messageType", 1101},
    {"not_cres", "123", 1, [](Members& m) { m.raw("messageType", "5"); }, "101", "messageType",
     1101},
    {"not_cres", "123", 1, [](Members& m) { m.without("messageType"); }, "101", "messageType",
     1101},
    {"version_differs", "12", 1, [](Members& m) { m.text("messageVersion", "2.3.1"); }, "203",
     "messageVersion", 1102},
    {"version_differs", "3", 1, [](Members& m) { m.text("messageVersion", "2.2.0"); }, "203",
     "messageVersion", 1102},
    {"version_unknown", "123", 1, [](Members& m) { m.text("messageVersion", "2.0.0"); }, "102",
     "messageVersion", 1102},
    {"version_unknown", "123", 1, [](Members& m) { m.text("messageVersion", "9.9.9"); }, "102",
     "messageVersion", 1102},
    {"missing", "123", 1, drop<0>, "201", "messageVersion", 1201},
    {"missing", "123", 1, drop<1>, "201", "threeDSServerTransID", 1201},
    {"missing", "123", 1, drop<2>, "201", "acsTransID", 1201},
    {"missing", "123", 1, drop<3>, "201", "sdkTransID", 1201},
    {"missing", "123", 1, drop<4>, "201", "acsCounterAtoS", 1201},
    {"missing", "123", 1, drop<5>, "201", "challengeCompletionInd", 1201},
    {"missing", "123", 1, drop<6>, "201", "acsUiType", 1201},
    {"missing", "123", 1, drop<7>, "201", "submitAuthenticationLabel", 1201},
    {"missing", "123", 1, two_missing, "201", "acsTransID,sdkTransID,acsCounterAtoS", 1201},
    {"missing", "123", 1, final_without_status, "201", "transStatus", 1201},
    {"missing", "3", 1, [](Members& m) { m.raw("challengeEntryBox", "{\"x\":\"y\"}"); }, "201",
     "challengeEntryBox.challengeDataEntryLabel", 1201},
    {"missing", "123", 1,
     [](Members& m) { m.raw("messageExtension", R"([{"name":"n","id":"","data":{}}])"); }, "201",
     "messageExtension.id,messageExtension.criticalityIndicator", 1201},
    {"critical", "123", 1,
     [](Members& m) {
       m.raw("messageExtension",
             R"([{"name":"n","id":"A","criticalityIndicator":true,"data":{}},)"
             R"({"name":"n","id":"known","criticalityIndicator":true,"data":{}},)"
             R"({"name":"n","id":"soft","criticalityIndicator":false,"data":{}},)"
             R"({"name":"n","id":"B","criticalityIndicator":"true","data":{}}])");
     },
     "202", "A,B", 1202},
    {"format", "123", 1, [](Members& m) { m.raw("messageVersion", "2"); }, "203", "messageVersion",
     1101},
    {"format", "123", 1, [](Members& m) { m.raw("sdkTransID", "[]"); }, "203", "sdkTransID", 1101},
    {"format", "123", 1, [](Members& m) { m.text("challengeCompletionInd", "X"); }, "203",
     "challengeCompletionInd", 1101},
    {"format", "123", 1, [](Members& m) { m.raw("challengeCompletionInd", "true"); }, "203",
     "challengeCompletionInd", 1101},
    {"format", "123", 1, [](Members& m) { m.text("acsCounterAtoS", "abc"); }, "203",
     "acsCounterAtoS", 1101},
    {"format", "123", 1, [](Members& m) { m.text("acsCounterAtoS", "256"); }, "203",
     "acsCounterAtoS", 1101},
    {"format", "123", 1, [](Members& m) { m.raw("acsCounterAtoS", "0"); }, "203", "acsCounterAtoS",
     1101},
    {"format", "123", 1, [](Members& m) { m.text("acsUiType", "1"); }, "203", "acsUiType", 1101},
    {"format", "123", 1, [](Members& m) { m.text("acsUiType", "00"); }, "203", "acsUiType", 1101},
    {"format", "123", 1, [](Members& m) { m.raw("acsUiType", "1"); }, "203", "acsUiType", 1101},
    {"format", "12", 1, [](Members& m) { m.text("acsUiType", "06"); }, "203", "acsUiType", 1101},
    {"format", "123", 1, [](Members& m) { m.raw(kText, "5"); }, "203", kText, 1101},
    {"format", "123", 2, [](Members& m) { m.raw("challengeSelectInfo", "[\"a\"]"); }, "203",
     "challengeSelectInfo", 1101},
    {"format", "123", 2, [](Members& m) { m.raw("challengeSelectInfo", "[{\"a\":1}]"); }, "203",
     "challengeSelectInfo", 1101},
    {"format", "3", 1, [](Members& m) { m.raw("challengeEntryBox", "\"box\""); }, "203",
     "challengeEntryBox", 1101},
    {"format", "3", 1,
     [](Members& m) {
       m.raw("challengeEntryBox",
             R"({"challengeDataEntryLabel":"x","challengeDataEntryLengthMax":6})");
     },
     "203", "challengeEntryBox.challengeDataEntryLengthMax", 1101},
    {"format", "123", 1, [](Members& m) { m.text("issuerImage", "https://i.example/x"); }, "203",
     "issuerImage", 1101},
    {"format", "123", 1, [](Members& m) { m.raw("psImage", "{\"high\":[]}"); }, "203",
     "psImage.high", 1101},
    {"format", "123", 1, [](Members& m) { m.raw("messageExtension", "{}"); }, "203",
     "messageExtension", 1101},
    {"format", "123", 1,
     [](Members& m) {
       m.raw("messageExtension",
             R"([{"name":"n","id":"i","criticalityIndicator":"maybe","data":"d"}])");
     },
     "203", "messageExtension.criticalityIndicator,messageExtension.data", 1101},
    {"format", "123", 5, [](Members& m) { m.text("acsHTML", "<html>"); }, "203", "acsHTML", 1101},
    {"format", "3", 5, [](Members& m) { m.text("acsHTML", "IAogDQ"); }, "203", "acsHTML", 1101},
    {"format", "3", 6, [](Members& m) { m.text("oobAppURL", "http://a.example/"); }, "203",
     "oobAppURL", 1101},
    {"format", "3", 4,
     [](Members& m) { m.text("oobAppURL", "bank://open").text("oobAppLabel", "Open"); }, "203",
     "oobAppURL", 1101},
    {"format", "123", 1, [](Members& m) { m.raw(kText, R"("a\ud800b")"); }, "203", kText, 1101},
    {"format", "123", 1, [](Members& m) { m.raw(kText, R"("a\u0000b")"); }, "203", kText, 1101},
    {"format", "3", 1,
     [](Members& m) { m.raw("challengeEntryBox", R"({"challengeDataEntryLabel":"\udfff"})"); },
     "203", "challengeEntryBox.challengeDataEntryLabel", 1101},
    {"empty", "3", 1, [](Members& m) { m.text("whyInfoText", ""); }, "203", "whyInfoText", 1101,
     true},
    {"empty", "3", 1, [](Members& m) { m.raw("trustListInfoText", "null"); }, "203",
     "trustListInfoText", 1101, true},
    {"reserved", "3", 1, [](Members& m) { m.text("acsUiType", "08"); }, "207", "acsUiType", 1101},
    {"reserved", "12", 1, [](Members& m) { m.text("acsUiType", "08"); }, "203", "acsUiType", 1101},
    {"duplicate", "123", 1, [](Members& m) { m.again("acsTransID", "\"x\""); }, "204", "acsTransID",
     1101},
    {"duplicate", "123", 1, [](Members& m) { m.raw("psImage", R"({"a":"1","b":"2","a":"3"})"); },
     "204", "psImage.a", 1101},
    {"duplicate", "123", 2,
     [](Members& m) { m.raw("challengeSelectInfo", R"([{"a":"1"},{"b":"2"},{"a":"1"}])"); }, "204",
     "challengeSelectInfo", 1101},
    {"duplicate", "123", 1,
     [](Members& m) {
       m.raw("messageExtension",
             R"([{"name":"n","id":"i","criticalityIndicator":false,"data":{}},)"
             R"({"name":"n","id":"i","criticalityIndicator":false,"data":{}}])");
     },
     "204", "messageExtension", 1101},
    {"id", "123", 1, [](Members& m) { m.text("threeDSServerTransID", kSdkId); }, "301",
     "threeDSServerTransID", 1301},
    {"id", "123", 1, [](Members& m) { m.text("acsTransID", kSdkId); }, "301", "acsTransID", 1301},
    {"id", "123", 1, [](Members& m) { m.text("sdkTransID", kAcsId).text("acsTransID", "x"); },
     "301", "acsTransID,sdkTransID", 1301},
    {"counter", "123", 1, [](Members& m) { m.text("acsCounterAtoS", "002"); }, "302",
     "acsCounterAtoS", 1302},
};

char digit_of(Version version) {
  return version == Version::k210 ? '1' : version == Version::k220 ? '2' : '3';
}

}  // namespace

TEST_CASE("CRes: every row of the table of errors") {
  TableReport report("errors shown by messages (section 11.3)", kMessageErrors);
  for (const Case& one : kCases) {
    for (const Version version : kVersions) {
      const char digit = digit_of(version);
      if (one.versions.find(digit) == std::string_view::npos) continue;
      CresExpectations expected = expected_by(version);
      expected.known_extensions = {"known"};
      expected.strict = one.strict;
      Members message = cres(version, one.ui_type);
      one.change(message);
      CAPTURE(one.row);
      CAPTURE(message.json());
      const ProtocolFault fault = fault_of(message.json(), expected);
      CHECK(fault.emv_code == one.code);
      CHECK(fault.error_detail == one.detail);
      CHECK(fault.manual_code == one.manual_code);
      CHECK(fault.error_description == threeds::error_description_of(one.code));
      CHECK(fault.text.find(fault.emv_code) != std::string::npos);
      const threeds::Erro erro = threeds::erro_for(fault, version, ids());
      CHECK(erro.error_component == "C");
      CHECK(core::json_problem(threeds::erro_json(erro)) == "");
      report.seen(one.row, digit);
    }
  }
  for (const Version version : kVersions) {
    const char digit = digit_of(version);
    CHECK(threeds::undecipherable("tag").emv_code == "302");
    CHECK(threeds::undecipherable("tag").manual_code == 1302);
    report.seen("undecipherable", digit);
    const auto received = as<threeds::ReceivedErro>(
        threeds::parse_cres(R"({"messageType":"Erro","errorCode":"305"})", expected_by(version)));
    CHECK(received.manual_code == 1101);
    report.seen("erro", digit);
    for (const char* status : {"X", "C", "U", "D"}) {
      const auto end = as<threeds::FinalResult>(
          threeds::parse_cres(final_cres(version, status).json(), expected_by(version)));
      const bool decoupled = std::string_view(status) == "D" && version == Version::k231;
      CHECK(end.trans_status == (decoupled ? "D" : "N"));
      CHECK(end.notes.empty() == decoupled);
      report.seen("status", digit);
    }
    for (const char* text : {"", " ", "x", "{", "[]", "\"CRes\"", "<html>502</html>", "null",
                             "{\"messageType\":\"CRes\"", "\xFF"}) {
      CAPTURE(text);
      const ProtocolFault fault = fault_of(text, expected_by(version));
      CHECK(fault.emv_code == "101");
      CHECK(fault.manual_code == 1101);
      CHECK_FALSE(fault.error_detail.empty());
      report.seen("not_cres", digit);
    }
  }
  report.finish();
}

TEST_CASE("CRes: errorMessageType is the bad message's type when it can be read") {
  const CresExpectations expected = expected_by(Version::k210);
  Members message = cres(Version::k210, 1);
  CHECK(fault_of(message.text("messageType", "ARes").json(), expected).error_message_type ==
        "ARes");
  CHECK(fault_of(message.text("messageType", "Foo").json(), expected).error_message_type == "");
  CHECK(fault_of(message.without("messageType").json(), expected).error_message_type == "");
  message = cres(Version::k210, 1);
  CHECK(fault_of(message.again("acsTransID", "1").json(), expected).error_message_type == "CRes");
  CHECK(fault_of(message.json() + "x", expected).error_message_type == "CRes");
  CHECK(fault_of("{\"messageType\"", expected).error_message_type == "");
}

TEST_CASE("CRes: the order of the checks") {
  const CresExpectations expected = expected_by(Version::k231);
  Members message;
  message.text("messageType", "CRes").text("messageVersion", "2.2.0");
  const auto code = [&] { return fault_of(message.json(), expected).emv_code; };
  CHECK(fault_of(message.json() + "}", expected).emv_code == "101");
  CHECK(code() == "203");  // the version, before what is missing
  message.text("messageVersion", "2.3.1");
  CHECK(code() == "201");  // what is missing, before the ids
  message.text("threeDSServerTransID", "other").text("acsTransID", kAcsId);
  message.text("sdkTransID", kSdkId).text("acsCounterAtoS", "077");
  message.text("challengeCompletionInd", "N").text("acsUiType", "99");
  message.raw("messageExtension", "5");
  CHECK(code() == "301");  // the ids, before the counter
  message.text("threeDSServerTransID", kServerId);
  CHECK(code() == "302");  // the counter, before the extensions
  message.text("acsCounterAtoS", "000");
  CHECK(fault_of(message.json(), expected).error_detail == "messageExtension");
  message.without("messageExtension");
  CHECK(code() == "207");  // the extensions, before the screen
}

TEST_CASE("CRes: the counter") {
  CresExpectations expected = expected_by(Version::k210);
  const auto counter = [&](int value) {
    const auto outcome = threeds::parse_cres(cres(Version::k210, 1, value).json(), expected);
    const auto* const screen = std::get_if<threeds::Screen>(&outcome);
    return screen == nullptr ? -1 : static_cast<int>(screen->counter);
  };
  CHECK(counter(0) == 0);
  CHECK(counter(1) == 1);
  CHECK(counter(2) == -1);
  CHECK(counter(255) == -1);
  expected.first = false;
  for (const int value : {1, 2, 127, 128, 200, 254, 255}) {
    expected.counter = static_cast<std::uint32_t>(value);
    CAPTURE(value);
    CHECK(counter(value) == value);
    CHECK(counter(value - 1) == -1);  // a repeated one
    CHECK(counter((value + 1) % 256) == -1);
  }
  expected.counter = 256;  // no number is left
  for (const int value : {0, 255})
    CHECK(counter(value) == -1);
}
