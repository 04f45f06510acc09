// The challenge request (emv-3ds section 8): what the app answered, as the message that fits the
// screen and the version.
//
// Threads: plain values and free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/wipe.h"
#include "threeds/erro.h"
#include "threeds/request_field.h"
#include "threeds/version.h"

namespace coffer::threeds {

// What the last CRes showed, as far as the answer depends on it.
struct ScreenFacts {
  std::int32_t ui_type = 0;  // acsUiType; 0: no screen yet
  bool entry_box_two = false;
  bool add_label = false;
  bool whitelisting_text = false;  // whitelistingInfoText, 2.2.0
  bool trust_list_text = false;    // trustListInfoText, 2.3.1
  bool device_binding_text = false;
};

struct CreqState {
  Version version = Version::k210;
  TransactionIds ids;
  std::uint32_t counter = 0;  // SDKCounterStoA of this CReq; more than 255 is refused
  ScreenFacts last;           // ui_type 0 for the first CReq
};

// The properties as the app set them. The first group is cleared after each successful send.
struct CreqInput {
  core::Secret challenge_data_entry;
  core::Secret challenge_data_entry_two;
  std::string challenge_cancellation_indicator;
  std::string resend_challenge_info;  // "Y", "N" or ""
  std::int32_t oob_continuation_indicator = 0;
  std::int32_t oob_app_status = 0;
  bool use_additional_challenge = false;
  bool use_information_continuation = false;
  bool whitelisting_data_entry = false;
  bool device_binding_data_entry = false;

  std::int32_t oob_app_url_indicator = 1;
  std::string requestor_app_url;
  std::string message_extension;  // JSON array, or "": outgoing_extensions_json
  std::vector<RequestField> extra;
};

struct CreqResult {
  core::Secret json;
  // Names of CreqInput's first group as the properties are called: what went into the message, and
  // what was set but fits neither screen nor version. Both are cleared after the send.
  std::vector<std::string_view> used;
  std::vector<std::string_view> left_out;
};

// Throws 603: answers that contradict each other (both are named), an entry that is too long, an
// answer that the screen requires and that is missing, counters used up. Throws 713: a value that
// no version knows. Nothing is changed.
CreqResult build_creq(const CreqState& state, const CreqInput& input);

// Characters, not octets, of UTF-8 text.
std::size_t character_count(std::string_view text) noexcept;

}  // namespace coffer::threeds
