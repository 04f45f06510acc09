// Which of the app's answers fit the screen and the version, and whether they agree (emv-3ds
// section 8, situation matrix).
//
// Threads: plain values and free functions.
#pragma once

#include <string_view>
#include <vector>

#include "threeds/creq.h"

namespace coffer::threeds {

// What of the one-shot inputs goes into the message.
struct Answers {
  bool cancel = false;
  bool resend = false;     // "Y"
  bool resend_no = false;  // "N", before 2.3.1
  bool add_code = false;
  bool entry = false;
  bool entry_two = false;
  bool html_entry = false;
  bool no_entry = false;  // derived
  bool oob_continue = false;
  bool oob_automatic = false;  // 2.3.1 "02"
  bool oob_status = false;
  bool info_continue = false;
  bool whitelisting = false;
  bool trust_list = false;
  bool device_binding = false;
  std::vector<std::string_view> used;
  std::vector<std::string_view> left_out;
};

// Throws 603 and 713 as build_creq does.
Answers choose_answers(const CreqState& state, const CreqInput& input);

}  // namespace coffer::threeds
