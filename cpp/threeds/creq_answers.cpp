#include "threeds/creq_answers.h"

#include <string>

#include "core/error.h"
#include "core/text.h"
#include "core/utf8.h"
#include "threeds/message_json.h"

namespace coffer::threeds {
namespace {

constexpr std::int32_t kInvalid = 603;
constexpr std::int32_t kBadValue = 713;
constexpr std::size_t kLongestEntry = 45;
constexpr std::size_t kLongestHtmlEntry = 256;

constexpr std::string_view kEntry = "challenge_data_entry";
constexpr std::string_view kEntryTwo = "challenge_data_entry_two";
constexpr std::string_view kCancel = "challenge_cancellation_indicator";
constexpr std::string_view kResend = "ResendChallengeInfo";
constexpr std::string_view kOob = "oob_continuation_indicator";
constexpr std::string_view kOobStatus = "oob_app_status";
constexpr std::string_view kAddCode = "use_additional_challenge";
constexpr std::string_view kInfo = "use_information_continuation";
constexpr std::string_view kWhitelisting = "whitelisting_data_entry";
constexpr std::string_view kBinding = "device_binding_data_entry";

[[noreturn]] void bad_value(std::string_view name, const std::string& why) {
  throw core::Error(kBadValue, std::string(name) + " " + why);
}

bool two_digits(std::string_view text) noexcept {
  return text.size() == 2 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

void check_values(const CreqState& state, const CreqInput& input) {
  const std::string& cancel = input.challenge_cancellation_indicator;
  if (!cancel.empty() && !two_digits(cancel)) {
    bad_value(kCancel, "must be two digits, for example 01, not \"" + shown(cancel, 20) + "\"");
  }
  const std::string& resend = input.resend_challenge_info;
  if (!resend.empty() && resend != "Y" && resend != "N") {
    bad_value(kResend, "must be Y, N or empty, not \"" + shown(resend, 20) + "\"");
  }
  if (input.oob_app_status != 0 && input.oob_app_status != 1) {
    bad_value(kOobStatus, "must be 0 or 1, not " + std::to_string(input.oob_app_status));
  }
  if (state.version != Version::k231) return;
  if (input.oob_continuation_indicator < 0 || input.oob_continuation_indicator > 2) {
    bad_value(kOob, "must be 0, 1 (button) or 2 (automatic), not " +
                        std::to_string(input.oob_continuation_indicator));
  }
  if (input.oob_app_url_indicator < 1 || input.oob_app_url_indicator > 3) {
    bad_value("oob_app_url_indicator",
              "must be 1, 2 or 3, not " + std::to_string(input.oob_app_url_indicator));
  }
  const std::string& url = input.requestor_app_url;
  if (!url.empty() && !core::starts_with(core::lower(url), "https://")) {
    bad_value("requestor_app_url", "must be an https link in version 2.3.1");
  }
}

// Sorts the answers into those that fit and those that do not.
class Chooser {
 public:
  Chooser(const CreqState& state, const CreqInput& input)
      : input_(input), last_(state.last), version_(state.version) {}

  Answers run() {
    out_.cancel = take(kCancel, !input_.challenge_cancellation_indicator.empty(), true);
    choose_entries();
    choose_resend();
    choose_oob();
    const bool native = choice() || last_.ui_type == 4 || last_.ui_type == 7;
    out_.add_code =
        take(kAddCode, input_.use_additional_challenge, newest() && native && last_.add_label);
    out_.info_continue = take(kInfo, input_.use_information_continuation, last_.ui_type == 7);
    check_agreement();
    check_lengths();
    if (!out_.cancel) choose_derived();
    choose_consents();
    return std::move(out_);
  }

 private:
  bool newest() const noexcept { return version_ == Version::k231; }
  bool choice() const noexcept { return last_.ui_type >= 1 && last_.ui_type <= 3; }
  bool html() const noexcept { return last_.ui_type == 5 || last_.ui_type == 6; }

  bool take(std::string_view name, bool set, bool fits) {
    if (!set) return false;
    (fits ? out_.used : out_.left_out).push_back(name);
    return fits;
  }

  void choose_entries() {
    const bool set = !input_.challenge_data_entry.empty();
    const bool fits = take(kEntry, set, choice() || html());
    out_.entry = fits && choice();
    out_.html_entry = fits && html();
    out_.entry_two = take(kEntryTwo, !input_.challenge_data_entry_two.empty(),
                          newest() && last_.ui_type == 1 && last_.entry_box_two);
  }

  // 2.3.1: text screens alone; before: every native screen, and "N" may be said.
  void choose_resend() {
    const bool screen = newest() ? last_.ui_type == 1 : last_.ui_type >= 1 && last_.ui_type <= 4;
    const bool yes = input_.resend_challenge_info == "Y";
    const bool no = input_.resend_challenge_info == "N";
    out_.resend = take(kResend, yes, screen);
    out_.resend_no = take(kResend, no, screen && !newest() && !out_.cancel);
  }

  void choose_oob() {
    const bool screen = last_.ui_type == 4 || (newest() && last_.ui_type == 6);
    const std::int32_t indicator = input_.oob_continuation_indicator;
    out_.oob_continue = take(kOob, indicator != 0, screen);
    out_.oob_status = take(kOobStatus, input_.oob_app_status == 1, newest() && screen);
    if (out_.oob_status && !out_.oob_continue) {
      out_.oob_continue = true;  // the status goes with an automatic return
      out_.oob_automatic = true;
    }
    if (newest() && indicator == 2) out_.oob_automatic = out_.oob_continue;
  }

  // One answer to one screen (CORE231 Table A.16); contract 2: 603 naming both.
  void check_agreement() const {
    std::vector<std::string_view> answers;
    if (out_.cancel) answers.push_back(kCancel);
    if (out_.resend) answers.push_back(kResend);
    if (out_.add_code) answers.push_back(kAddCode);
    if (out_.entry || out_.html_entry) {
      answers.push_back(kEntry);
    } else if (out_.entry_two) {
      answers.push_back(kEntryTwo);
    }
    const bool with_page = out_.html_entry && !out_.cancel;  // UI 06: both make one answer
    if (out_.oob_continue && !with_page) answers.push_back(oob_name());
    if (out_.info_continue) answers.push_back(kInfo);
    if (answers.size() > 1) contradict(answers[0], answers[1]);
    if (out_.html_entry && out_.oob_automatic) contradict(kEntry, oob_name());
    if (out_.oob_status && !out_.oob_automatic) contradict(kOob, kOobStatus);
  }

  std::string_view oob_name() const noexcept {
    return input_.oob_continuation_indicator != 0 ? kOob : kOobStatus;
  }

  [[noreturn]] static void contradict(std::string_view one, std::string_view other) {
    throw core::Error(kInvalid, std::string(one) + " and " + std::string(other) +
                                    " contradict each other on this screen: clear one of them");
  }

  void check_lengths() const {
    const std::size_t longest = out_.html_entry ? kLongestHtmlEntry : kLongestEntry;
    if (out_.entry || out_.html_entry) check_length(kEntry, input_.challenge_data_entry, longest);
    if (out_.entry_two) check_length(kEntryTwo, input_.challenge_data_entry_two, kLongestEntry);
  }

  static void check_length(std::string_view name, const core::Secret& text, std::size_t longest) {
    const std::size_t count = character_count(text.reveal());
    if (count <= longest) return;
    throw core::Error(kInvalid, std::string(name) + " has " + std::to_string(count) +
                                    " characters, this screen takes at most " +
                                    std::to_string(longest) + ": ask again");
  }

  // What follows from the screen when nothing was said, and what must be said.
  void choose_derived() {
    if (out_.add_code || out_.resend) return;
    if (choice()) {
      out_.no_entry = !out_.entry && !out_.entry_two && version_ != Version::k210;
    } else if (last_.ui_type == 6 && newest()) {
      if (!out_.html_entry && !out_.oob_automatic) require(kEntry);
      out_.oob_continue = true;  // always there; "01" unless automatic
    } else if (html() && !out_.html_entry) {
      require(kEntry);
    } else if (last_.ui_type == 4 && !out_.oob_continue) {
      require(kOob);
    } else if (last_.ui_type == 7 && !out_.info_continue) {
      require(kInfo);
    }
  }

  [[noreturn]] void require(std::string_view name) const {
    throw core::Error(kInvalid, "The screen of type " + std::to_string(last_.ui_type) +
                                    " needs an answer: set " + std::string(name) + " or " +
                                    std::string(kCancel));
  }

  // The consents go with every answer but a cancel, when their texts were shown.
  void choose_consents() {
    const bool answered = !out_.cancel;
    out_.whitelisting = answered && version_ == Version::k220 && last_.whitelisting_text;
    out_.trust_list = answered && newest() && last_.trust_list_text;
    out_.device_binding = answered && newest() && last_.device_binding_text;
    take(kWhitelisting, input_.whitelisting_data_entry, out_.whitelisting || out_.trust_list);
    take(kBinding, input_.device_binding_data_entry, out_.device_binding);
  }

  const CreqInput& input_;
  const ScreenFacts& last_;
  const Version version_;
  Answers out_;
};

}  // namespace

std::size_t character_count(std::string_view text) noexcept {
  std::size_t count = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (; at != end; ++count) {
    const std::size_t length = core::utf8_length(at, end);
    at += length == 0 ? 1 : length;
  }
  return count;
}

Answers choose_answers(const CreqState& state, const CreqInput& input) {
  check_values(state, input);
  return Chooser(state, input).run();
}

}  // namespace coffer::threeds
