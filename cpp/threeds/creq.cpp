#include "threeds/creq.h"

#include <array>
#include <cstdio>

#include "core/error.h"
#include "threeds/creq_answers.h"
#include "threeds/extensions.h"
#include "threeds/json_object.h"

namespace coffer::threeds {
namespace {

constexpr std::int32_t kInvalid = 603;
constexpr std::uint32_t kLastCounter = 255;  // 8 bits, and never again (emv-3ds section 6)

std::string counter_text(std::uint32_t counter) {
  std::array<char, 12> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%03u", counter);
  return buffer.data();
}

void append_base(JsonObject& out, const CreqState& state, const CreqInput& input) {
  out.string("threeDSServerTransID", state.ids.three_ds_server_trans_id)
      .string("acsTransID", state.ids.acs_trans_id)
      .string("messageType", "CReq")
      .string("messageVersion", version_text(state.version))
      .string("sdkTransID", state.ids.sdk_trans_id)
      .string("sdkCounterStoA", counter_text(state.counter));
  if (state.version != Version::k210) {
    out.string_if("threeDSRequestorAppURL", input.requestor_app_url);
  }
  if (state.version == Version::k231) {
    out.string("oobAppURLInd", "0" + std::to_string(input.oob_app_url_indicator));
  }
}

void append_answers(JsonObject& out, const CreqState& state, const CreqInput& input,
                    const Answers& answers) {
  const bool newest = state.version == Version::k231;
  const auto consent = [](bool given) { return given ? "Y" : "N"; };
  const std::string& entry = input.challenge_data_entry.reveal();
  if (answers.cancel) out.string("challengeCancel", input.challenge_cancellation_indicator);
  if (answers.entry) out.string("challengeDataEntry", entry);
  if (answers.entry_two) {
    out.string("challengeDataEntryTwo", input.challenge_data_entry_two.reveal());
  }
  if (answers.no_entry) out.string("challengeNoEntry", "Y");
  if (answers.html_entry) out.string("challengeHTMLDataEntry", entry);
  if (answers.resend || answers.resend_no) {
    out.string("resendChallenge", consent(answers.resend));
  }
  if (answers.oob_continue) {
    const std::string_view kind = answers.oob_automatic ? "\"02\"" : "\"01\"";
    out.raw("oobContinue", newest ? kind : "true");
  }
  if (answers.oob_status) out.string("oobAppStatus", "01");
  if (answers.info_continue) out.raw("infoContinueIndicator", "true");
  if (answers.add_code) out.string("challengeAddCode", "Y");
  if (answers.whitelisting) {
    out.string("whitelistingDataEntry", consent(input.whitelisting_data_entry));
  }
  if (answers.trust_list) {
    out.string("trustListDataEntry", consent(input.whitelisting_data_entry));
  }
  if (answers.device_binding) {
    out.string("deviceBindingDataEntry", consent(input.device_binding_data_entry));
  }
}

}  // namespace

CreqResult build_creq(const CreqState& state, const CreqInput& input) {
  if (state.counter > kLastCounter) {
    throw core::Error(kInvalid,
                      "This challenge has used up its 256 messages: begin a new transaction");
  }
  Answers answers = choose_answers(state, input);
  JsonObject out;
  append_base(out, state, input);
  append_answers(out, state, input, answers);
  check_raw_extensions(input.message_extension);
  if (!input.message_extension.empty()) out.raw("messageExtension", input.message_extension);
  append_request_fields(out, input.extra);
  CreqResult result;
  result.json = core::Secret(out.take());
  result.used = std::move(answers.used);
  result.left_out = std::move(answers.left_out);
  return result;
}

}  // namespace coffer::threeds
