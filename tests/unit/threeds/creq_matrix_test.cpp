// The situation matrix: for each row, what the app sets, and the message that comes out.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "creq_fixture.h"
#include "spec_tables.h"

using namespace threeds_test;
using threeds::CreqInput;
using threeds::ScreenFacts;

namespace {

struct Case {
  std::string_view row;
  std::string_view versions;
  int ui_type;
  void (*screen)(ScreenFacts&);
  void (*answer)(CreqInput&);
  std::string_view added;  // behind the base fields
};

void plain(ScreenFacts& /*facts*/) {}
void two_boxes(ScreenFacts& facts) {
  facts.entry_box_two = true;
}
void more_choice(ScreenFacts& facts) {
  facts.add_label = true;
}
void whitelisting(ScreenFacts& facts) {
  facts.whitelisting_text = true;
}
void consents(ScreenFacts& facts) {
  facts.trust_list_text = true;
  facts.device_binding_text = true;
}

void nothing(CreqInput& /*in*/) {}
void typed(CreqInput& in) {
  in.challenge_data_entry = core::Secret("123456");
}
void typed_both(CreqInput& in) {
  typed(in);
  in.challenge_data_entry_two = core::Secret("x y");
}
void typed_second(CreqInput& in) {
  in.challenge_data_entry_two = core::Secret("x y");
}
void chosen_two(CreqInput& in) {
  in.challenge_data_entry = core::Secret("phone,mail");
}
void resend(CreqInput& in) {
  in.resend_challenge_info = "Y";
}
void no_resend(CreqInput& in) {
  typed(in);
  in.resend_challenge_info = "N";
}
void go_on(CreqInput& in) {
  in.oob_continuation_indicator = 1;
}
void back(CreqInput& in) {
  in.oob_continuation_indicator = 2;
}
void url_failed(CreqInput& in) {
  in.oob_app_status = 1;
}
void url_failed_back(CreqInput& in) {
  back(in);
  in.oob_app_status = 1;
}
void form(CreqInput& in) {
  in.challenge_data_entry = core::Secret("code=12%2034&ok=%C3%A4");
}
void form_button(CreqInput& in) {
  form(in);
  go_on(in);
}
void information(CreqInput& in) {
  in.use_information_continuation = true;
}
void additional(CreqInput& in) {
  in.use_additional_challenge = true;
}
void cancel(CreqInput& in) {
  in.challenge_cancellation_indicator = "01";
}
void agree(CreqInput& in) {
  typed(in);
  in.whitelisting_data_entry = true;
}
void agree_binding(CreqInput& in) {
  typed(in);
  in.device_binding_data_entry = true;
}
void cancel_agreed(CreqInput& in) {
  cancel(in);
  in.whitelisting_data_entry = true;
  in.device_binding_data_entry = true;
}

constexpr std::string_view kTyped = R"(,"challengeDataEntry":"123456")";
constexpr std::string_view kNone = R"(,"challengeNoEntry":"Y")";
constexpr std::string_view kResent = R"(,"resendChallenge":"Y")";
constexpr std::string_view kAdded = R"(,"challengeAddCode":"Y")";
constexpr std::string_view kCancelled = R"(,"challengeCancel":"01")";
constexpr std::string_view kForm = R"(,"challengeHTMLDataEntry":"code=12%2034&ok=%C3%A4")";

const std::vector<Case> kCases = {
    {"first", "123", 0, plain, nothing, ""},
    {"first", "123", 0, plain, typed_both, ""},
    {"first", "123", 0, plain, resend, ""},
    {"first", "123", 0, plain, information, ""},
    {"submit", "123", 1, plain, typed, kTyped},
    {"submit", "123", 2, plain, typed, kTyped},
    {"submit", "123", 3, plain, chosen_two, R"(,"challengeDataEntry":"phone,mail")"},
    {"submit", "3", 1, two_boxes, typed_both,
     R"(,"challengeDataEntry":"123456","challengeDataEntryTwo":"x y")"},
    {"submit", "3", 1, two_boxes, typed_second, R"(,"challengeDataEntryTwo":"x y")"},
    {"submit", "123", 1, plain, typed_both, kTyped},
    {"submit", "12", 1, two_boxes, typed_both, kTyped},
    {"submit", "3", 2, two_boxes, typed_both, kTyped},
    {"empty", "1", 1, plain, nothing, ""},
    {"empty", "1", 3, plain, nothing, ""},
    {"empty", "23", 1, plain, nothing, kNone},
    {"empty", "23", 2, plain, nothing, kNone},
    {"empty", "23", 3, plain, nothing, kNone},
    {"empty", "3", 1, two_boxes, nothing, kNone},
    {"resend", "123", 1, plain, resend, kResent},
    {"resend", "12", 2, plain, resend, kResent},
    {"resend", "12", 4, plain, resend, kResent},
    {"resend", "12", 1, plain, no_resend,
     R"(,"challengeDataEntry":"123456","resendChallenge":"N")"},
    {"resend", "3", 1, plain, no_resend, kTyped},
    {"resend", "3", 2, plain, resend, kNone},  // 2.3.1 has it on text screens alone
    {"oob", "12", 4, plain, go_on, R"(,"oobContinue":true)"},
    {"oob", "3", 4, plain, go_on, R"(,"oobContinue":"01")"},
    {"oob", "3", 4, more_choice, additional, kAdded},
    {"foreground", "12", 4, plain, back, R"(,"oobContinue":true)"},
    {"foreground", "3", 4, plain, back, R"(,"oobContinue":"02")"},
    {"url_failed", "3", 4, plain, url_failed, R"(,"oobContinue":"02","oobAppStatus":"01")"},
    {"url_failed", "3", 4, plain, url_failed_back, R"(,"oobContinue":"02","oobAppStatus":"01")"},
    {"url_failed", "3", 6, plain, url_failed, R"(,"oobContinue":"02","oobAppStatus":"01")"},
    {"html", "123", 5, plain, form, kForm},
    {"html_oob", "3", 6, plain, form,
     R"(,"challengeHTMLDataEntry":"code=12%2034&ok=%C3%A4","oobContinue":"01")"},
    {"html_oob", "3", 6, plain, form_button,
     R"(,"challengeHTMLDataEntry":"code=12%2034&ok=%C3%A4","oobContinue":"01")"},
    {"html_oob", "3", 6, plain, back, R"(,"oobContinue":"02")"},
    {"information", "3", 7, plain, information, R"(,"infoContinueIndicator":true)"},
    {"additional", "3", 1, more_choice, additional, kAdded},
    {"additional", "3", 2, more_choice, additional, kAdded},
    {"additional", "3", 3, more_choice, additional, kAdded},
    {"additional", "3", 7, more_choice, additional, kAdded},
    {"additional", "3", 1, plain, additional, kNone},  // no such button was shown
    {"cancel", "123", 0, plain, cancel, kCancelled},
    {"cancel", "123", 1, plain, cancel, kCancelled},
    {"cancel", "123", 2, plain, cancel, kCancelled},
    {"cancel", "123", 3, plain, cancel, kCancelled},
    {"cancel", "123", 4, plain, cancel, kCancelled},
    {"cancel", "123", 5, plain, cancel, kCancelled},
    {"cancel", "3", 6, plain, cancel, kCancelled},
    {"cancel", "3", 7, plain, cancel, kCancelled},
    {"cancel", "2", 1, whitelisting, cancel_agreed, kCancelled},
    {"cancel", "3", 1, consents, cancel_agreed, kCancelled},
    {"consent", "2", 1, whitelisting, agree,
     R"(,"challengeDataEntry":"123456","whitelistingDataEntry":"Y")"},
    {"consent", "2", 1, whitelisting, typed,
     R"(,"challengeDataEntry":"123456","whitelistingDataEntry":"N")"},
    {"consent", "2", 1, whitelisting, resend,
     R"(,"resendChallenge":"Y","whitelistingDataEntry":"N")"},
    {"consent", "2", 4, whitelisting, go_on, R"(,"oobContinue":true,"whitelistingDataEntry":"N")"},
    {"consent", "3", 1, consents, agree,
     R"(,"challengeDataEntry":"123456","trustListDataEntry":"Y","deviceBindingDataEntry":"N")"},
    {"consent", "3", 1, consents, agree_binding,
     R"(,"challengeDataEntry":"123456","trustListDataEntry":"N","deviceBindingDataEntry":"Y")"},
    {"consent", "3", 7, consents, information,
     R"(,"infoContinueIndicator":true,"trustListDataEntry":"N","deviceBindingDataEntry":"N")"},
    {"consent", "123", 1, plain, agree, kTyped},
    {"consent", "123", 1, plain, agree_binding, kTyped},
};

}  // namespace

TEST_CASE("CReq: every row of the situation matrix") {
  TableReport report("situation matrix (section 8)", kSituations);
  for (const Case& one : kCases) {
    for (const char digit : one.versions) {
      CAPTURE(one.row);
      CAPTURE(digit);
      CAPTURE(one.ui_type);
      threeds::CreqState state = creq_state(version_of(digit), one.ui_type);
      one.screen(state.last);
      CreqInput input;
      one.answer(input);
      CHECK(creq_json(state, input) == creq_base(state.version) + std::string(one.added) + "}");
      report.seen(one.row, digit);
    }
  }
  report.finish();
}
