// A screen as the ACS describes it in a CRes (emv-3ds sections 9.2 and 9.3), under the names of the
// properties that show it.
//
// Threads: plain values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "threeds/creq.h"
#include "threeds/extensions.h"

namespace coffer::threeds {

struct EntryBox {
  bool present = false;
  bool autofill = false;
  std::int32_t autofill_type = 0;
  std::int32_t keyboard_type = 0;
  std::string label;
  std::int32_t length_max = 0;
  bool masking = false;
  bool masking_toggle = false;
};

// What each CRes has, also the final one.
struct CresCommon {
  std::uint32_t counter = 0;  // acsCounterAtoS as received; the next must be one more
  IncomingExtensions extensions;
  std::vector<std::string> notes;  // tolerated deviations, for the log; no secrets
};

struct Screen : CresCommon {
  std::int32_t acs_ui_type = 0;
  std::string acs_html;  // decoded
  std::string acs_html_refresh;
  std::string challenge_additional_information;
  std::string challenge_additional_label;
  EntryBox entry_box;
  EntryBox entry_box_two;
  std::string challenge_info_header;
  std::string challenge_info_label;
  std::string challenge_info_text;
  bool enable_challenge_info_text_indicator = false;
  std::vector<std::pair<std::string, std::string>> select_info;  // name, value
  std::string device_binding_information_text;
  std::string expandable_information_label;
  std::string expandable_information_text;
  std::string info_continue_label;  // no property: ChallengeResponse and XPath show it
  std::array<std::string, 3> issuer_image;
  std::array<std::string, 3> payment_system_image;
  std::string oob_app_label;
  std::string oob_app_url;
  std::string oob_continue_label;
  std::string resend_information_label;
  std::string submit_authentication_label;
  std::int32_t toggle_position_indicator = 0;
  std::string whitelisting_information_text;  // whitelistingInfoText or trustListInfoText
  std::string why_information_label;
  std::string why_information_text;
  ScreenFacts facts;  // for the next CReq
};

struct FinalResult : CresCommon {
  std::string trans_status;  // Y, N or (2.3.1) D; "N" for anything that is not in the list
};

}  // namespace coffer::threeds
