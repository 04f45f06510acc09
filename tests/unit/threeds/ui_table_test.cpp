// Which elements a screen must have, may have, does not have: the tables 9.2 and 9.4 as data,
// written down apart from the library's own.
#include <doctest/doctest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "message_fixture.h"
#include "threeds/ui_elements.h"

using namespace threeds_test;
using threeds::Screen;

namespace {

// Whether the screen shows the element, with the value that `sample` gives it.
struct Element {
  std::string_view name;
  std::string_view sample;  // JSON
  bool (*shown)(const Screen&);
};

const std::vector<Element> kElements = {
    {"challengeInfoHeader", "\"v\"",
     [](const Screen& s) { return s.challenge_info_header == "v"; }},
    {"challengeInfoText", "\"v\"", [](const Screen& s) { return s.challenge_info_text == "v"; }},
    {"challengeInfoLabel", "\"v\"", [](const Screen& s) { return s.challenge_info_label == "v"; }},
    {"challengeEntryBox", R"({"challengeDataEntryLabel":"v"})",
     [](const Screen& s) { return s.entry_box.label == "v"; }},
    {"challengeEntryBoxTwo", R"({"challengeDataEntryLabel":"v"})",
     [](const Screen& s) { return s.entry_box_two.label == "v" && s.facts.entry_box_two; }},
    {"resendInformationLabel", "\"v\"",
     [](const Screen& s) { return s.resend_information_label == "v"; }},
    {"challengeSelectInfo", R"([{"v":"w"}])",
     [](const Screen& s) { return s.select_info.size() == 1 && s.select_info[0].first == "v"; }},
    {"submitAuthenticationLabel", "\"v\"",
     [](const Screen& s) { return s.submit_authentication_label == "v"; }},
    {"oobAppLabel", "\"v\"", [](const Screen& s) { return s.oob_app_label == "v"; }},
    {"oobContinueLabel", "\"v\"", [](const Screen& s) { return s.oob_continue_label == "v"; }},
    {"infoContinueLabel", "\"v\"", [](const Screen& s) { return s.info_continue_label == "v"; }},
    {"challengeAddLabel", "\"v\"",
     [](const Screen& s) { return s.challenge_additional_label == "v" && s.facts.add_label; }},
    {"challengeInfoTextIndicator", "\"Y\"",
     [](const Screen& s) { return s.enable_challenge_info_text_indicator; }},
    {"deviceBindingInfoText", "\"v\"",
     [](const Screen& s) {
       return s.device_binding_information_text == "v" && s.facts.device_binding_text;
     }},
    {"trustListInfoText", "\"v\"",
     [](const Screen& s) {
       return s.whitelisting_information_text == "v" && s.facts.trust_list_text;
     }},
    {"whitelistingInfoText", "\"v\"",
     [](const Screen& s) {
       return s.whitelisting_information_text == "v" && s.facts.whitelisting_text;
     }},
    {"togglePositionInd", "\"01\"",
     [](const Screen& s) { return s.toggle_position_indicator == 1; }},
    {"whyInfoLabel", "\"v\"", [](const Screen& s) { return s.why_information_label == "v"; }},
    {"whyInfoText", "\"v\"", [](const Screen& s) { return s.why_information_text == "v"; }},
    {"expandInfoLabel", "\"v\"",
     [](const Screen& s) { return s.expandable_information_label == "v"; }},
    {"expandInfoText", "\"v\"",
     [](const Screen& s) { return s.expandable_information_text == "v"; }},
    {"acsHTML", "\"dg\"", [](const Screen& s) { return s.acs_html == "v"; }},
    {"acsHTMLRefresh", "\"dg\"", [](const Screen& s) { return s.acs_html_refresh == "v"; }},
    {"challengeAddInfo", "\"v\"",
     [](const Screen& s) { return s.challenge_additional_information == "v"; }},
};

const Element& element(std::string_view name) {
  for (const Element& one : kElements) {
    if (one.name == name) return one;
  }
  FAIL("no sample for " << name);
  return kElements[0];
}

// Table 9.4, columns 01 02 03 04 07, its grouped rows taken apart.
struct Row {
  std::string_view name;
  std::string_view rules;
};
const std::vector<Row> kTable94 = {
    {"challengeInfoHeader", "MMMMM"},
    {"challengeInfoText", "MMMMM"},
    {"challengeInfoLabel", "NMMOO"},
    {"challengeEntryBox", "MNNNN"},
    {"challengeEntryBoxTwo", "ONNNN"},
    {"resendInformationLabel", "ONNNN"},
    {"challengeSelectInfo", "NMMNN"},
    {"submitAuthenticationLabel", "MMMNN"},
    {"oobAppLabel", "NNNCN"},
    {"oobContinueLabel", "NNNCN"},
    {"infoContinueLabel", "NNNNM"},
    {"challengeAddLabel", "OOOOO"},
    {"challengeInfoTextIndicator", "OOOOO"},
    {"deviceBindingInfoText", "OOOOO"},
    {"trustListInfoText", "OOOOO"},
    {"togglePositionInd", "OOOOO"},
    {"whyInfoLabel", "OOOOO"},
    {"whyInfoText", "OOOOO"},
    {"expandInfoLabel", "OOOOO"},
    {"expandInfoText", "OOOOO"},
};
constexpr int kColumns[] = {1, 2, 3, 4, 7};

// Present with its sample, absent, and present with a type that no rule allows.
void check_rule(char rule, const Element& one, Version version, int ui_type) {
  CAPTURE(one.name);
  CAPTURE(ui_type);
  CAPTURE(threeds::version_text(version));
  const threeds::CresExpectations expected = expected_by(version);
  Members message = cres(version, ui_type);
  const Screen with = screen_of(message.raw(one.name, one.sample).json(), expected);
  const auto without = threeds::parse_cres(message.without(one.name).json(), expected);
  const auto wrong = fault_of(message.raw(one.name, "5").json(), expected);
  CHECK(with.acs_ui_type == ui_type);
  CHECK(one.shown(with) == (rule != 'N'));
  CHECK(wrong.emv_code == (rule == 'N' ? "" : "203"));
  if (rule == 'M') {
    CHECK(as<threeds::ProtocolFault>(without).emv_code == "201");
    CHECK(as<threeds::ProtocolFault>(without).error_detail == one.name);
    CHECK(fault_of(message.raw(one.name, "null").json(), expected).emv_code == "201");
    CHECK(fault_of(message.raw(one.name, "\"\"").json(), expected).emv_code == "201");
  } else if (rule != 'C') {
    CHECK(as<Screen>(without).acs_ui_type == ui_type);
    CHECK_FALSE(one.shown(as<Screen>(without)));
  }
}

}  // namespace

TEST_CASE("screens: table 9.4, each element on each template of 2.3.1") {
  std::size_t cases = 0;
  for (const Row& row : kTable94) {
    for (std::size_t column = 0; column < 5; ++column) {
      check_rule(row.rules[column], element(row.name), Version::k231, kColumns[column]);
      ++cases;
    }
  }
  CHECK(cases == kTable94.size() * 5);
  std::printf("mandatory elements (section 9.4): %zu rows, %zu cases\n", kTable94.size(), cases);
}

TEST_CASE("screens: out of band needs one of two labels (2.3.1)") {
  const auto expected = expected_by(Version::k231);
  Members message = cres(Version::k231, 4).without("oobContinueLabel");
  CHECK(fault_of(message.json(), expected).emv_code == "201");
  CHECK(fault_of(message.json(), expected).error_detail == "oobContinueLabel");
  CHECK(screen_of(message.text("oobAppLabel", "Open").json(), expected).acs_ui_type == 4);
}

TEST_CASE("screens: the pages of 2.3.1") {
  for (const int ui_type : {5, 6})
    check_rule('M', element("acsHTML"), Version::k231, ui_type);
  for (const char* removed : {"acsHTMLRefresh", "challengeAddInfo"}) {
    for (const int ui_type : {1, 2, 3, 4, 5, 6, 7})
      check_rule('N', element(removed), Version::k231, ui_type);
  }
}

TEST_CASE("screens: the hard checks and the rest of 2.1.0 and 2.2.0") {
  // The five checks; all that is not named here may be absent.
  const std::vector<Row> mandatory = {{"submitAuthenticationLabel", "MMMNN"},
                                      {"challengeSelectInfo", "NMMNN"},
                                      {"oobContinueLabel", "NNNMN"},
                                      {"acsHTML", "NNNNM"}};
  const std::vector<std::string_view> optional = {"challengeInfoHeader",
                                                  "challengeInfoText",
                                                  "challengeInfoLabel",
                                                  "resendInformationLabel",
                                                  "challengeInfoTextIndicator",
                                                  "whyInfoLabel",
                                                  "whyInfoText",
                                                  "expandInfoLabel",
                                                  "expandInfoText",
                                                  "challengeAddInfo",
                                                  "oobAppLabel"};
  const std::vector<std::string_view> later = {
      "challengeEntryBox", "challengeEntryBoxTwo", "challengeAddLabel", "deviceBindingInfoText",
      "trustListInfoText", "togglePositionInd",    "infoContinueLabel"};
  std::size_t cases = 0;
  for (const Version version : {Version::k210, Version::k220}) {
    for (int ui_type = 1; ui_type <= 5; ++ui_type) {
      for (const Row& row : mandatory) {
        check_rule(row.rules[static_cast<std::size_t>(ui_type - 1)], element(row.name), version,
                   ui_type);
        ++cases;
      }
      for (const std::string_view name : optional) {
        check_rule('O', element(name), version, ui_type);
        ++cases;
      }
      for (const std::string_view name : later) {
        check_rule('N', element(name), version, ui_type);
        ++cases;
      }
      check_rule(version == Version::k220 ? 'O' : 'N', element("whitelistingInfoText"), version,
                 ui_type);
      check_rule(ui_type == 5 ? 'O' : 'N', element("acsHTMLRefresh"), version, ui_type);
      cases += 2;
    }
  }
  std::printf("elements of 2.1.0 and 2.2.0 (section 9.2): %zu cases\n", cases);
}

TEST_CASE("screens: the library has a rule for each element that the tables name, and a reader") {
  for (const threeds::UiElement& one : threeds::ui_elements()) {
    CAPTURE(one.name);
    CHECK(one.in_210.size() == 5);
    CHECK(one.in_220.size() == 5);
    CHECK(one.in_231.size() == 7);
    const bool elsewhere =
        one.name == "oobAppURL" || one.name == "issuerImage" || one.name == "psImage";
    if (!elsewhere) CHECK(element(one.name).name == one.name);
  }
  CHECK(threeds::ui_rule("noSuchElement", Version::k231, 1) == 'N');
  CHECK(threeds::ui_rule("acsHTML", Version::k210, 6) == 'N');
  CHECK(threeds::ui_rule("acsHTML", Version::k231, 0) == 'N');
}
