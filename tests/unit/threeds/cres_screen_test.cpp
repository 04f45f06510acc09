#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "creq_fixture.h"
#include "message_fixture.h"
#include "threeds/html_text.h"

using namespace threeds_test;
using threeds::CresExpectations;
using threeds::Screen;

namespace {

using Three = std::array<std::string, 3>;

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at))
    text.replace(at, from.size(), to);
  return text;
}

std::string with_ids(std::string text) {
  text = replaced(std::move(text), "<server>", kServerId);
  text = replaced(std::move(text), "<acs>", kAcsId);
  return replaced(std::move(text), "<sdk>", kSdkId);
}

}  // namespace

TEST_CASE("CRes: a text screen of 2.3.1 with everything, and its answer") {
  const std::string message = with_ids(
      R"({"messageType":"CRes","messageVersion":"2.3.1","threeDSServerTransID":"<server>",)"
      R"("acsTransID":"<acs>","sdkTransID":"<sdk>","acsCounterAtoS":"000",)"
      R"("challengeCompletionInd":"N","acsUiType":"01","challengeInfoHeader":"Confirm",)"
      R"("challengeInfoText":"Code sent to **1234**\nEnter it","challengeEntryBox":)"
      R"({"challengeDataEntryKeyboardType":"01","challengeDataEntryAutofill":"Y",)"
      R"("challengeDataEntryAutofillType":"01","challengeDataEntryLengthMax":"06",)"
      R"("challengeDataEntryLabel":"Code","challengeDataEntryMasking":"Y",)"
      R"("challengeDataEntryToggle":"Y"},"resendInformationLabel":"Resend",)"
      R"("submitAuthenticationLabel":"OK","trustListInfoText":"Trust this shop?",)"
      R"("togglePositionInd":"01","psImage":{"default":"https://i.example/p.png",)"
      R"("dark":"https://i.example/pd.png"}})");
  const Screen screen = screen_of(message, expected_by(Version::k231));
  CHECK(screen.acs_ui_type == 1);
  CHECK(screen.challenge_info_header == "Confirm");
  CHECK(screen.challenge_info_text == "Code sent to **1234**\nEnter it");
  CHECK(screen.entry_box.present);
  CHECK(screen.entry_box.keyboard_type == 1);
  CHECK(screen.entry_box.autofill);
  CHECK(screen.entry_box.autofill_type == 1);
  CHECK(screen.entry_box.length_max == 6);
  CHECK(screen.entry_box.label == "Code");
  CHECK(screen.entry_box.masking);
  CHECK(screen.entry_box.masking_toggle);
  CHECK_FALSE(screen.entry_box_two.present);
  CHECK(screen.resend_information_label == "Resend");
  CHECK(screen.submit_authentication_label == "OK");
  CHECK(screen.whitelisting_information_text == "Trust this shop?");
  CHECK(screen.toggle_position_indicator == 1);
  CHECK(screen.payment_system_image ==
        Three{"https://i.example/p.png", "https://i.example/pd.png", ""});
  CHECK(screen.issuer_image == Three{});
  CHECK(screen.notes.empty());

  threeds::CreqState state = creq_state(Version::k231, 0);
  state.last = screen.facts;
  CHECK(creq_json(state, entry("123456")) ==
        creq_base(Version::k231) + R"(,"challengeDataEntry":"123456","trustListDataEntry":"N"})");
}

TEST_CASE("CRes: a choice of 2.2.0, and its answer") {
  Members message = cres(Version::k220, 2);
  message.text("challengeInfoHeader", "Choose").text("challengeInfoLabel", "Send code by");
  message.raw("challengeSelectInfo", R"([{"phone":"Mobile *123"},{"mail":"Mail a**@b"}])");
  message.text("submitAuthenticationLabel", "Next");
  message.text("whitelistingInfoText", "Trust this shop?");
  message.raw("issuerImage", R"({"medium":"https://i.example/m.png",)"
                             R"("high":"https://i.example/h.png",)"
                             R"("extraHigh":"https://i.example/x.png"})");
  const Screen screen = screen_of(message.json(), expected_by(Version::k220));
  CHECK(screen.acs_ui_type == 2);
  CHECK(screen.select_info == std::vector<std::pair<std::string, std::string>>{
                                  {"phone", "Mobile *123"}, {"mail", "Mail a**@b"}});
  CHECK(screen.challenge_info_label == "Send code by");
  CHECK(screen.whitelisting_information_text == "Trust this shop?");
  CHECK(screen.issuer_image ==
        Three{"https://i.example/m.png", "https://i.example/h.png", "https://i.example/x.png"});

  threeds::CreqState state = creq_state(Version::k220, 0);
  state.last = screen.facts;
  threeds::CreqInput input = entry("phone");
  input.whitelisting_data_entry = true;
  CHECK(creq_json(state, input) ==
        creq_base(Version::k220) + R"(,"challengeDataEntry":"phone","whitelistingDataEntry":"Y"})");
}

TEST_CASE("CRes: images in both forms in every version") {
  constexpr std::string_view kOld = R"({"medium":"m","high":"h","extraHigh":"x"})";
  constexpr std::string_view kNew = R"({"default":"f","dark":"d","monochrome":"o"})";
  constexpr std::string_view kBoth =
      R"({"medium":"m","high":"h","extraHigh":"x","default":"f","dark":"d","monochrome":"o"})";
  for (const Version version : kVersions) {
    const auto images = [&](std::string_view json) {
      return screen_of(cres(version, 1).raw("psImage", json).json(), expected_by(version))
          .payment_system_image;
    };
    CHECK(images(kOld) == Three{"m", "h", "x"});
    CHECK(images(kNew) == Three{"f", "d", "o"});
    CHECK(images(kBoth) ==
          (version == Version::k231 ? Three{"f", "d", "o"} : Three{"m", "h", "x"}));
    CHECK(images("{}") == Three{});
  }
}

TEST_CASE("CRes: choices as one object, as elements with several pairs, in their order") {
  for (const char* list : {R"([{"b":"1"},{"a":"2"},{"c":"3"}])", R"({"b":"1","a":"2","c":"3"})",
                           R"([{"b":"1","a":"2"},{"c":"3"}])"}) {
    CAPTURE(list);
    const Screen screen = screen_of(cres(Version::k210, 3).raw("challengeSelectInfo", list).json(),
                                    expected_by(Version::k210));
    CHECK(screen.select_info ==
          std::vector<std::pair<std::string, std::string>>{{"b", "1"}, {"a", "2"}, {"c", "3"}});
  }
}

TEST_CASE("CRes: base64 of pages in every dress") {
  const std::string page = "<html>\xC3\xBC\xC3\xBF?>~</html>";
  for (const char* text : {"PGh0bWw-w7zDvz8-fjwvaHRtbD4", "PGh0bWw+w7zDvz8+fjwvaHRtbD4=",
                           "PGh0bWw-w7zDvz8-\\r\\n fjwvaHRtbD4 ="}) {
    CAPTURE(text);
    const std::string json =
        cres(Version::k210, 5).raw("acsHTML", "\"" + std::string(text) + "\"").json();
    CHECK(screen_of(json, expected_by(Version::k210)).acs_html == page);
  }
  CHECK(threeds::decode_html("gAD_") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK_FALSE(threeds::decode_html("a"));
  CHECK_FALSE(threeds::decode_html("ab=c"));
  CHECK_FALSE(threeds::decode_html("ab==="));
  // Blank pages are refused from 2.3.1 on only.
  const std::string blank = cres(Version::k220, 5).text("acsHTML", "IAogDQ").json();
  CHECK(screen_of(blank, expected_by(Version::k220)).acs_html == " \n \r");
}

TEST_CASE("CRes: a link to another app counts only where it may") {
  CresExpectations expected = expected_by(Version::k231);
  Members message = cres(Version::k231, 4).text("oobAppURL", "HTTPS://bank.example/open");
  Screen screen = screen_of(message.json(), expected);
  CHECK(screen.oob_app_url == "");  // there is no button for it
  CHECK(screen.notes.size() == 1);
  message.text("oobAppLabel", "Open");
  CHECK(screen_of(message.json(), expected).oob_app_url == "HTTPS://bank.example/open");
  expected.oob_app_url_indicator = 2;
  CHECK(screen_of(message.json(), expected).oob_app_url == "");
  expected.oob_app_url_indicator = 1;
  const Members page = cres(Version::k231, 6).text("oobAppURL", "https://bank.example/open");
  CHECK(screen_of(page.json(), expected).oob_app_url == "https://bank.example/open");
  // Before 2.3.1 any link passes.
  const Members old = cres(Version::k220, 4).text("oobAppURL", "bank://open");
  CHECK(screen_of(old.json(), expected_by(Version::k220)).oob_app_url == "bank://open");
}

TEST_CASE("CRes: entry boxes, sloppy ones included") {
  const auto box = [](std::string_view more) {
    const std::string json = R"({"challengeDataEntryLabel":"l")" + std::string(more) + "}";
    return screen_of(cres(Version::k231, 1)
                         .raw("challengeEntryBox", json)
                         .raw("challengeEntryBoxTwo", json)
                         .json(),
                     expected_by(Version::k231));
  };
  CHECK(box("").entry_box_two.present);
  CHECK(box("").entry_box.length_max == 45);
  CHECK(box(R"(,"challengeDataEntryLengthMax":"6")").entry_box.length_max == 6);
  CHECK(box(R"(,"challengeDataEntryLengthMax":"99")").entry_box_two.length_max == 45);
  CHECK(box(R"(,"challengeDataEntryLengthMax":"00")").notes.size() == 2);
  CHECK(box(R"(,"challengeDataEntryKeyboardType":"02")").entry_box_two.keyboard_type == 2);
  CHECK(box(R"(,"challengeDataEntryKeyboardType":"03")").entry_box.keyboard_type == 0);
  CHECK_FALSE(box(R"(,"challengeDataEntryMasking":"N")").entry_box.masking);
  CHECK_FALSE(box(R"(,"challengeDataEntryMasking":"yes")").entry_box.masking);
}

TEST_CASE("CRes: what users asked to be tolerated passes, StrictMessages refuses it") {
  struct Case {
    const char* what;
    Version version;
    int ui_type;
    void (*change)(Members&);
    bool strict_refuses;
  };
  const std::vector<Case> cases = {
      {"empty text", Version::k210, 1, [](Members& m) { m.text("whyInfoText", ""); }, false},
      {"null text", Version::k220, 1, [](Members& m) { m.raw("whyInfoText", "null"); }, false},
      {"empty text", Version::k231, 1, [](Members& m) { m.text("whyInfoText", ""); }, true},
      {"long header", Version::k231, 1,
       [](Members& m) { m.text("challengeInfoHeader", std::string(46, 'x')); }, true},
      {"long text", Version::k210, 4,
       [](Members& m) { m.text("challengeInfoText", std::string(351, 'x')); }, true},
      {"nine choices", Version::k210, 2,
       [](Members& m) {
         m.raw("challengeSelectInfo", R"({"1":"x","2":"x","3":"x","4":"x","5":"x","6":"x",)"
                                      R"("7":"x","8":"x","9":"x"})");
       },
       true},
      {"indicator", Version::k231, 1,
       [](Members& m) { m.text("challengeInfoTextIndicator", "yes"); }, true},
      {"toggle", Version::k231, 1, [](Members& m) { m.text("togglePositionInd", "02"); }, true},
      {"length of one digit", Version::k231, 1,
       [](Members& m) {
         m.raw("challengeEntryBox",
               R"({"challengeDataEntryLabel":"Code","challengeDataEntryLengthMax":"6"})");
       },
       true},
      {"truth value as text", Version::k210, 1,
       [](Members& m) {
         m.raw("messageExtension",
               R"([{"name":"n","id":"i","criticalityIndicator":"false","data":{"a":1}}])");
       },
       true},
      {"no default image", Version::k231, 1,
       [](Members& m) { m.raw("psImage", R"({"dark":"https://x"})"); }, true},
      {"unknown members", Version::k231, 1,
       [](Members& m) { m.raw("acsFuture", "[1,{\"a\":null}]"); }, false},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    Members message = cres(one.version, one.ui_type);
    one.change(message);
    CresExpectations expected = expected_by(one.version);
    CHECK(screen_of(message.json(), expected).acs_ui_type == one.ui_type);
    expected.strict = true;
    const auto fault = fault_of(message.json(), expected);
    CHECK(fault.emv_code.empty() != one.strict_refuses);
  }
}

TEST_CASE("CRes: a screen of the other interface is noted, refused when strict") {
  CresExpectations expected = expected_by(Version::k220);
  expected.acs_interface = "01";
  CHECK(screen_of(cres(Version::k220, 1).json(), expected).notes.empty());
  CHECK(screen_of(cres(Version::k220, 5).json(), expected).notes.size() == 1);
  expected.strict = true;
  CHECK(fault_of(cres(Version::k220, 5).json(), expected).error_detail == "acsUiType");
  expected.acs_interface = "02";
  CHECK(fault_of(cres(Version::k220, 1).json(), expected).emv_code == "203");
  CHECK(screen_of(cres(Version::k220, 5).json(), expected).acs_ui_type == 5);
}

TEST_CASE("CRes: the final one carries the status; whatever else stands in it is ignored") {
  for (const Version version : kVersions) {
    for (const char* status : {"Y", "N"}) {
      Members message = final_cres(version, status, 1);
      message.raw("challengeInfoText", "5").raw("acsUiType", "\"99\"");
      const auto end =
          as<threeds::FinalResult>(threeds::parse_cres(message.json(), expected_by(version)));
      CHECK(end.trans_status == status);
      CHECK(end.counter == 1);
    }
    // A status in a message that is not the last says nothing.
    CHECK(screen_of(cres(version, 1).text("transStatus", "Y").json(), expected_by(version))
              .acs_ui_type == 1);
  }
  const std::string sample =
      R"({"threeDSServerTransID":"8a880dc0-d2d2-4067-bcb1-b08d1690b26e","acsCounterAtoS":"000",)"
      R"("acsTransID":"d7c1ee99-9478-44a6-b1f2-391e29c6b340","challengeCompletionInd":"Y",)"
      R"("messageType":"CRes","messageVersion":"2.1.0",)"
      R"("sdkTransID":"b2385523-a66c-4907-ac3c-91848e8c0067","transStatus":"Y"})";
  const auto end =
      as<threeds::FinalResult>(threeds::parse_cres(sample, expected_by(Version::k210)));
  CHECK(end.trans_status == "Y");
}

TEST_CASE("CRes: ids are compared without regard to case") {
  CresExpectations expected = expected_by(Version::k210);
  expected.ids.acs_trans_id = "D7C1EE99-9478-44A6-B1F2-391E29C6B340";
  CHECK(screen_of(cres(Version::k210, 1).json(), expected).acs_ui_type == 1);
}
