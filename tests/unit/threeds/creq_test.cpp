#include "threeds/creq.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "creq_fixture.h"

using namespace threeds_test;
using threeds::build_creq;
using threeds::CreqInput;
using threeds::CreqState;

namespace {

bool holds(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

struct Answer {
  std::string_view name;
  void (*set)(CreqInput&);
};

const std::vector<Answer> kAnswers = {
    {"challenge_cancellation_indicator",
     [](CreqInput& in) { in.challenge_cancellation_indicator = "01"; }},
    {"ResendChallengeInfo", [](CreqInput& in) { in.resend_challenge_info = "Y"; }},
    {"use_additional_challenge", [](CreqInput& in) { in.use_additional_challenge = true; }},
    {"challenge_data_entry", [](CreqInput& in) { in.challenge_data_entry = core::Secret("1"); }},
    {"oob_continuation_indicator", [](CreqInput& in) { in.oob_continuation_indicator = 1; }},
    {"use_information_continuation", [](CreqInput& in) { in.use_information_continuation = true; }},
};

}  // namespace

TEST_CASE("CReq: the plaintext of the published sample") {
  CreqState state = creq_state(Version::k210, 0);
  state.counter = 1;
  CHECK(creq_json(state, CreqInput()) ==
        R"({"threeDSServerTransID":"8a880dc0-d2d2-4067-bcb1-b08d1690b26e",)"
        R"("acsTransID":"d7c1ee99-9478-44a6-b1f2-391e29c6b340","messageType":"CReq",)"
        R"("messageVersion":"2.1.0","sdkTransID":"b2385523-a66c-4907-ac3c-91848e8c0067",)"
        R"("sdkCounterStoA":"001"})");
}

TEST_CASE("CReq: the counter has three digits, is unsigned and ends at 255") {
  CreqState state = creq_state(Version::k220, 1);
  for (const auto& [counter, text] : std::vector<std::pair<std::uint32_t, std::string>>{
           {0, "000"}, {9, "009"}, {99, "099"}, {127, "127"}, {128, "128"}, {255, "255"}}) {
    state.counter = counter;
    CHECK(creq_json(state, entry("1")).find("\"sdkCounterStoA\":\"" + text + "\"") !=
          std::string::npos);
  }
  state.counter = 256;
  CHECK(code_of([&] { build_creq(state, entry("1")); }) == 603);
}

TEST_CASE("CReq: two answers to one screen are refused, both are named") {
  struct Screen {
    int ui_type;
    std::vector<std::size_t> fitting;  // of kAnswers
  };
  // 2.3.1, with an additional choice on native screens.
  const std::vector<Screen> screens = {{1, {0, 1, 2, 3}}, {2, {0, 2, 3}}, {3, {0, 2, 3}},
                                       {4, {0, 2, 4}},    {5, {0, 3}},    {6, {0, 3}},
                                       {6, {0, 4}},       {7, {0, 2, 5}}};
  std::size_t refused = 0;
  for (const Screen& screen : screens) {
    for (const std::size_t a : screen.fitting) {
      for (const std::size_t b : screen.fitting) {
        if (a >= b) continue;
        CreqState state = creq_state(Version::k231, screen.ui_type);
        state.last.add_label = true;
        CreqInput input;
        kAnswers[a].set(input);
        kAnswers[b].set(input);
        CAPTURE(screen.ui_type);
        CHECK(code_of([&] { build_creq(state, input); }) == 603);
        CHECK(last_text().find(kAnswers[a].name) != std::string::npos);
        CHECK(last_text().find(kAnswers[b].name) != std::string::npos);
        ++refused;
      }
    }
  }
  CHECK(refused == 21);
}

TEST_CASE("CReq: an entry contradicts an automatic return, a failed link a pressed button") {
  CreqState state = creq_state(Version::k231, 6);
  CreqInput input = entry("a=b");
  input.oob_continuation_indicator = 2;
  CHECK(code_of([&] { build_creq(state, input); }) == 603);
  CHECK(last_text().find("challenge_data_entry") != std::string::npos);
  CHECK(last_text().find("oob_continuation_indicator") != std::string::npos);
  input = entry("a=b");
  input.oob_app_status = 1;
  CHECK(code_of([&] { build_creq(state, input); }) == 603);
  CHECK(last_text().find("oob_app_status") != std::string::npos);
  input = CreqInput();
  input.oob_continuation_indicator = 1;
  input.oob_app_status = 1;
  CHECK(code_of([&] { build_creq(state, input); }) == 603);
  state.last.ui_type = 4;
  CHECK(code_of([&] { build_creq(state, input); }) == 603);
  CHECK(last_text().find("oob_app_status") != std::string::npos);
  CHECK(last_text().find("oob_continuation_indicator") != std::string::npos);
}

TEST_CASE("CReq: what does not fit contradicts nothing and is reported") {
  CreqState state = creq_state(Version::k210, 0);
  CreqInput input = entry("1");
  input.challenge_cancellation_indicator = "01";
  input.use_additional_challenge = true;
  input.oob_continuation_indicator = 1;
  input.oob_app_status = 1;
  input.whitelisting_data_entry = true;
  input.device_binding_data_entry = true;
  const auto result = build_creq(state, input);
  CHECK(result.json.reveal() == creq_base(Version::k210) + R"(,"challengeCancel":"01"})");
  CHECK(result.used == std::vector<std::string_view>{"challenge_cancellation_indicator"});
  CHECK(result.left_out.size() == 6);
  for (const char* name :
       {"challenge_data_entry", "use_additional_challenge", "oob_continuation_indicator",
        "oob_app_status", "whitelisting_data_entry", "device_binding_data_entry"}) {
    CAPTURE(name);
    CHECK(holds(result.left_out, name));
  }
}

TEST_CASE("CReq: a screen that needs an answer does not go out without one") {
  struct Case {
    Version version;
    int ui_type;
    std::string_view named;
  };
  for (const Case& one : std::vector<Case>{{Version::k210, 4, "oob_continuation_indicator"},
                                           {Version::k220, 4, "oob_continuation_indicator"},
                                           {Version::k231, 4, "oob_continuation_indicator"},
                                           {Version::k210, 5, "challenge_data_entry"},
                                           {Version::k220, 5, "challenge_data_entry"},
                                           {Version::k231, 5, "challenge_data_entry"},
                                           {Version::k231, 6, "challenge_data_entry"},
                                           {Version::k231, 7, "use_information_continuation"}}) {
    CAPTURE(one.ui_type);
    CHECK(code_of([&] { build_creq(creq_state(one.version, one.ui_type), CreqInput()); }) == 603);
    CHECK(last_text().find(one.named) != std::string::npos);
  }
  // The button of a page comes with the page's data.
  CreqInput button;
  button.oob_continuation_indicator = 1;
  CHECK(code_of([&] { build_creq(creq_state(Version::k231, 6), button); }) == 603);
}

TEST_CASE("CReq: entries are counted in characters and never cut") {
  std::string forty_five;
  for (int i = 0; i < 45; ++i)
    forty_five += "\xC3\xA4";
  CHECK(threeds::character_count(forty_five) == 45);
  for (int ui_type = 1; ui_type <= 3; ++ui_type) {
    const CreqState state = creq_state(Version::k231, ui_type);
    CHECK(creq_json(state, entry(forty_five)).find(forty_five) != std::string::npos);
    CHECK(code_of([&] { build_creq(state, entry(forty_five + "x")); }) == 603);
    CHECK(last_text().find("46") != std::string::npos);
    CHECK(last_text().find("\xC3\xA4") == std::string::npos);
  }
  CreqState two = creq_state(Version::k231, 1);
  two.last.entry_box_two = true;
  CreqInput input;
  input.challenge_data_entry_two = core::Secret(forty_five + "x");
  CHECK(code_of([&] { build_creq(two, input); }) == 603);
  CHECK(last_text().find("challenge_data_entry_two") != std::string::npos);
  two.last.entry_box_two = false;  // then it is not sent at all
  CHECK(code_of([&] { build_creq(two, input); }) == 0);
  const CreqState page = creq_state(Version::k220, 5);
  CHECK(code_of([&] { build_creq(page, entry(std::string(256, 'x'))); }) == 0);
  CHECK(code_of([&] { build_creq(page, entry(std::string(257, 'x'))); }) == 603);
}

TEST_CASE("CReq: data go out as typed") {
  const std::string typed = " \"\\\t\xE2\x82\xAC ";
  const std::string json = creq_json(creq_state(Version::k220, 1), entry(typed));
  const auto document = core::Document::parse(json, 1, "CReq");
  CHECK(document.root()["challengeDataEntry"].string_or("") == typed);
}

TEST_CASE("CReq: the app's URL and the indicator of links in every message of their versions") {
  CreqInput input = entry("1");
  input.requestor_app_url = "https://app.example/return?x=1";
  input.oob_app_url_indicator = 3;
  CHECK(creq_json(creq_state(Version::k210, 1), input).find("example") == std::string::npos);
  CHECK(creq_json(creq_state(Version::k210, 1), input).find("oobAppURLInd") == std::string::npos);
  CHECK(creq_json(creq_state(Version::k220, 1), input)
            .find(R"("threeDSRequestorAppURL":"https://app.example/return?x=1","challengeData)") !=
        std::string::npos);
  for (const int ui_type : {0, 1}) {
    CHECK(creq_json(creq_state(Version::k231, ui_type), input)
              .find(R"("threeDSRequestorAppURL":"https://app.example/return?x=1",)"
                    R"("oobAppURLInd":"03")") != std::string::npos);
  }
  input.requestor_app_url = "merchantScheme://appName?transID=1";
  CHECK(code_of([&] { build_creq(creq_state(Version::k220, 1), input); }) == 0);
  CHECK(code_of([&] { build_creq(creq_state(Version::k231, 1), input); }) == 713);
}

TEST_CASE("CReq: values that no version knows are 713") {
  const auto refused = [](Version version, void (*set)(CreqInput&)) {
    CreqInput input;
    set(input);
    return code_of([&] { build_creq(creq_state(version, 1), input); });
  };
  CHECK(refused(Version::k210, [](CreqInput& in) { in.challenge_cancellation_indicator = "1"; }) ==
        713);
  CHECK(refused(Version::k210,
                [](CreqInput& in) { in.challenge_cancellation_indicator = "cancel"; }) == 713);
  CHECK(refused(Version::k210, [](CreqInput& in) { in.resend_challenge_info = "yes"; }) == 713);
  CHECK(refused(Version::k231, [](CreqInput& in) { in.oob_app_status = 2; }) == 713);
  CHECK(refused(Version::k231, [](CreqInput& in) { in.oob_continuation_indicator = 3; }) == 713);
  CHECK(refused(Version::k231, [](CreqInput& in) { in.oob_app_url_indicator = 0; }) == 713);
  CHECK(refused(Version::k231, [](CreqInput& in) { in.oob_app_url_indicator = 4; }) == 713);
  for (const char* indicator : {"01", "06", "08", "99"}) {
    CreqInput input;
    input.challenge_cancellation_indicator = indicator;
    CHECK(creq_json(creq_state(Version::k210, 1), input)
              .find(std::string(R"("challengeCancel":")") + indicator + "\"}") !=
          std::string::npos);
  }
}

TEST_CASE("CReq: extensions, then the fields of the app at the end") {
  CreqInput input = entry("1");
  input.message_extension = "[{\"id\":\"i\"}]";
  input.extra = {{"custom", "{\"a\":true}", 0}};
  CHECK(creq_json(creq_state(Version::k210, 1), input) ==
        creq_base(Version::k210) +
            R"(,"challengeDataEntry":"1","messageExtension":[{"id":"i"}],"custom":{"a":true}})");
  input.extra = {{"challengeDataEntry", "2", 2}};
  CHECK(code_of([&] { build_creq(creq_state(Version::k210, 1), input); }) == 603);
  input.extra.clear();
  input.message_extension = "{}";
  CHECK(code_of([&] { build_creq(creq_state(Version::k210, 1), input); }) == 713);
}
