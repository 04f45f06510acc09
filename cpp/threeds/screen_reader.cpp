#include "threeds/screen_reader.h"

#include <algorithm>
#include <set>

#include "core/text.h"
#include "threeds/html_text.h"
#include "threeds/screen_values.h"
#include "threeds/ui_elements.h"

namespace coffer::threeds {
namespace {

using core::JsonView;

constexpr std::size_t kMostChoices = 8;
constexpr std::size_t kLongestChoice = 45;

class Reader {
 public:
  Reader(JsonView root, std::int32_t ui_type, const CresExpectations& expected, Screen& screen)
      : root_(root), screen_(screen), values_(expected, screen.notes), expected_(expected) {
    screen_.acs_ui_type = ui_type;
  }

  void run(Faults& faults) {
    check_mandatory();
    if (values_.missing().none()) {
      read_texts();
      read_pages();
      read_choices();
      read_oob();
      read_boxes();
      read_images();
      check_interface();
    }
    for (const Faults* stage : {&values_.missing(), &values_.wrong(), &values_.twice()}) {
      if (stage->none()) continue;
      const ProtocolFault fault = stage->first();
      faults.add(fault.emv_code, fault.error_detail);
      return;
    }
    collect_facts();
  }

 private:
  char rule(std::string_view name) const {
    return ui_rule(name, expected_.version, screen_.acs_ui_type);
  }

  // What the template does not have is ignored (EMV Req 362).
  JsonView element(std::string_view name) const {
    return rule(name) == 'N' ? JsonView() : root_[name];
  }

  void check_mandatory() {
    for (const UiElement& e : ui_elements()) {
      const JsonView value = root_[e.name];
      const bool empty =
          is_missing(value) || ((value.is_array() || value.is_object()) && value.size() == 0);
      if (rule(e.name) == 'M' && empty) values_.missing().add("201", e.name);
    }
    const bool oob = screen_.acs_ui_type == 4 && rule("oobContinueLabel") == 'C';
    if (oob && is_missing(root_["oobContinueLabel"]) && is_missing(root_["oobAppLabel"])) {
      values_.missing().add("201", "oobContinueLabel");
    }
  }

  std::string text(std::string_view name) {
    return values_.text(element(name), name, ui_longest(name));
  }

  void read_texts() {
    screen_.challenge_additional_information = text("challengeAddInfo");
    screen_.challenge_additional_label = text("challengeAddLabel");
    screen_.challenge_info_header = text("challengeInfoHeader");
    screen_.challenge_info_label = text("challengeInfoLabel");
    screen_.challenge_info_text = text("challengeInfoText");
    screen_.enable_challenge_info_text_indicator =
        values_.flag(element("challengeInfoTextIndicator"), "challengeInfoTextIndicator");
    screen_.device_binding_information_text = text("deviceBindingInfoText");
    screen_.expandable_information_label = text("expandInfoLabel");
    screen_.expandable_information_text = text("expandInfoText");
    screen_.info_continue_label = text("infoContinueLabel");
    screen_.resend_information_label = text("resendInformationLabel");
    screen_.submit_authentication_label = text("submitAuthenticationLabel");
    screen_.toggle_position_indicator =
        values_.code(element("togglePositionInd"), "togglePositionInd", 1);
    screen_.whitelisting_information_text =
        text(expected_.version == Version::k231 ? "trustListInfoText" : "whitelistingInfoText");
    screen_.why_information_label = text("whyInfoLabel");
    screen_.why_information_text = text("whyInfoText");
  }

  void read_pages() {
    screen_.acs_html = page("acsHTML");
    screen_.acs_html_refresh = page("acsHTMLRefresh");
  }

  std::string page(std::string_view name) {
    const std::string raw = values_.text(element(name), name, 0);
    if (raw.empty()) return "";
    const auto html = decode_html(raw);
    if (!html) {
      values_.wrong().add("203", name);
      return "";
    }
    // Req 474, 2.3.1.
    if (expected_.version == Version::k231 && is_blank(*html)) values_.wrong().add("203", name);
    values_.check_page(name, raw.size(), html->size());
    return *html;
  }

  // An array of objects with one pair each; one object with all pairs occurs too.
  void read_choices() {
    constexpr std::string_view kName = "challengeSelectInfo";
    const JsonView list = element(kName);
    if (is_missing(list)) return;
    if (list.is_object()) {
      read_pairs(list, kName);
    } else if (list.is_array()) {
      for (JsonView item = list.first(); item; item = item.next()) {
        if (!item.is_object() || item.size() == 0) {
          values_.wrong().add("203", kName);
          return;
        }
        read_pairs(item, kName);
      }
    } else {
      values_.wrong().add("203", kName);
    }
    values_.check_count(kName, screen_.select_info.size(), kMostChoices);
    std::set<std::string> names;
    for (const auto& choice : screen_.select_info) {
      if (!names.insert(choice.first).second) values_.twice().add("204", kName);
    }
  }

  void read_pairs(JsonView object, std::string_view name) {
    for (JsonView pair = object.first(); pair; pair = pair.next()) {
      if (!pair.is_string()) {
        values_.wrong().add("203", name);
        return;
      }
      screen_.select_info.emplace_back(pair.name(), values_.text(pair, name, kLongestChoice));
    }
  }

  void read_oob() {
    screen_.oob_continue_label = text("oobContinueLabel");
    screen_.oob_app_label = text("oobAppLabel");
    const std::string url = text("oobAppURL");
    if (url.empty()) return;
    if (expected_.version != Version::k231) {
      screen_.oob_app_url = url;
      return;
    }
    if (!core::starts_with(core::lower(url), "https://")) {
      values_.wrong().add("203", "oobAppURL");
      return;
    }
    // Only after oobAppURLInd 01, and on the native screen only with its button.
    const bool allowed = expected_.oob_app_url_indicator == 1 &&
                         (screen_.acs_ui_type == 6 || !screen_.oob_app_label.empty());
    if (allowed) {
      screen_.oob_app_url = url;
    } else {
      values_.deviation("oobAppURL", "was ignored: its condition does not hold");
    }
  }

  void read_boxes() {
    screen_.entry_box = box("challengeEntryBox");
    screen_.entry_box_two = box("challengeEntryBoxTwo");
  }

  EntryBox box(std::string_view name) {
    const JsonView value = element(name);
    return is_missing(value) ? EntryBox() : values_.entry_box(value, name);
  }

  void read_images() {
    const bool newest = expected_.version == Version::k231;
    screen_.issuer_image = values_.images(element("issuerImage"), "issuerImage", newest);
    screen_.payment_system_image = values_.images(element("psImage"), "psImage", newest);
  }

  // All CRes of one challenge keep the interface of the ARes (emv-3ds section 9.4).
  void check_interface() {
    const std::string_view mine = is_html_type(screen_.acs_ui_type) ? "02" : "01";
    if (expected_.acs_interface != "01" && expected_.acs_interface != "02") return;
    if (mine != expected_.acs_interface) {
      values_.deviation("acsUiType", "is of another interface than the ARes announced");
    }
  }

  void collect_facts() {
    ScreenFacts& facts = screen_.facts;
    facts.ui_type = screen_.acs_ui_type;
    facts.entry_box_two = screen_.entry_box_two.present;
    facts.add_label = !screen_.challenge_additional_label.empty();
    const bool consent = !screen_.whitelisting_information_text.empty();
    facts.whitelisting_text = consent && expected_.version == Version::k220;
    facts.trust_list_text = consent && expected_.version == Version::k231;
    facts.device_binding_text = !screen_.device_binding_information_text.empty();
  }

  const JsonView root_;
  Screen& screen_;
  ScreenValues values_;
  const CresExpectations& expected_;
};

}  // namespace

void read_screen(core::JsonView root, std::int32_t ui_type, const CresExpectations& expected,
                 Screen& screen, Faults& faults) {
  Reader(root, ui_type, expected, screen).run(faults);
}

}  // namespace coffer::threeds
