// send_challenge_request: the app's answer out, the ACS's next screen or the result in.
#include <array>
#include <utility>
#include <variant>

#include "client_surface.h"
#include "core/error.h"
#include "core/value_tables.h"
#include "jose/jwk.h"
#include "threeds/client.h"
#include "threeds/client_listener.h"
#include "threeds/extensions.h"

namespace coffer::threeds {
namespace {

using core::Error;

constexpr std::int32_t kInvalidOperation = 603;

// Cleared after each successful send (emv-3ds.md 8).
constexpr std::array kAnswers = {kChallengeCancellationIndicator,
                                 kChallengeDataEntry,
                                 kChallengeDataEntryTwo,
                                 kDeviceBindingDataEntry,
                                 kOOBAppStatus,
                                 kOOBContinuationIndicator,
                                 kUseAdditionalChallenge,
                                 kUseInformationContinuation,
                                 kWhitelistingDataEntry};

// In the order of show_entry_box.
constexpr std::array kEntryBox = {kChallengeEntryBoxAutofill,     kChallengeEntryBoxAutofillType,
                                  kChallengeEntryBoxKeyboardType, kChallengeEntryBoxLabel,
                                  kChallengeEntryBoxLengthMax,    kChallengeEntryBoxMasking,
                                  kChallengeEntryBoxMaskingToggle};
constexpr std::array kEntryBoxTwo = {
    kChallengeEntryBoxTwoAutofill,     kChallengeEntryBoxTwoAutofillType,
    kChallengeEntryBoxTwoKeyboardType, kChallengeEntryBoxTwoLabel,
    kChallengeEntryBoxTwoLengthMax,    kChallengeEntryBoxTwoMasking,
    kChallengeEntryBoxTwoMaskingToggle};

// However a send is left, an error of our own included: without an outcome nothing may follow.
class EndUnless {
 public:
  explicit EndUnless(Transaction& transaction) : transaction_(&transaction) {}
  EndUnless(const EndUnless&) = delete;
  EndUnless& operator=(const EndUnless&) = delete;
  ~EndUnless() {
    if (transaction_ != nullptr) {
      transaction_->finish();
    }
  }
  void keep() noexcept { transaction_ = nullptr; }

 private:
  Transaction* transaction_;
};

std::string joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) {
    text += (text.empty() ? "" : ", ") + std::string(name);
  }
  return text;
}

}  // namespace

core::Secret Client::secret_text(int property) const {
  core::Value value = get(property);
  core::Secret secret{std::get<std::string>(value)};
  core::wipe_value(value);
  return secret;
}

CreqInput Client::creq_input() const {
  CreqInput input;
  input.challenge_data_entry = secret_text(kChallengeDataEntry);
  input.challenge_data_entry_two = secret_text(kChallengeDataEntryTwo);
  input.challenge_cancellation_indicator = text(kChallengeCancellationIndicator);
  input.resend_challenge_info = setting_text(kSetResendChallengeInfo);
  input.oob_continuation_indicator = static_cast<std::int32_t>(number(kOOBContinuationIndicator));
  input.oob_app_status = static_cast<std::int32_t>(number(kOOBAppStatus));
  input.use_additional_challenge = flag(kUseAdditionalChallenge);
  input.use_information_continuation = flag(kUseInformationContinuation);
  input.whitelisting_data_entry = flag(kWhitelistingDataEntry);
  input.device_binding_data_entry = flag(kDeviceBindingDataEntry);
  input.oob_app_url_indicator = static_cast<std::int32_t>(number(kOOBAppURLIndicator));
  input.requestor_app_url = text(kRequestorAppURL);
  input.message_extension = outgoing_extensions();
  const std::lock_guard<std::mutex> lock(mutex_);
  input.extra = extra_fields_;
  return input;
}

ChallengeConduct Client::conduct() const {
  ChallengeConduct conduct;
  conduct.encryption = transaction_.encryption;
  conduct.timeout = request_timeout(number(kTimeout));
  conduct.strict = setting_flag(kSetStrictMessages);
  conduct.known_extensions = extension_ids(setting_text(kSetKnownExtensions));
  return conduct;
}

// The first CReq: from here on the private key is gone and the time runs.
void Client::open_challenge() {
  const std::string reference =
      transaction_.ours ? transaction_.reference : setting_text(kSetSDKReferenceNumber);
  const std::chrono::minutes limit = transaction_.ours
                                         ? transaction_.max_timeout
                                         : std::chrono::minutes(setting_number(kSetSDKMaxTimeout));
  if (reference.empty()) {
    throw Error(kInvalidOperation, "SDKReferenceNumber must be set as it was for GetAuthRequest.");
  }
  spent_ = transaction_.keys.own();
  transaction_.keys.agree(*transaction_.acs_key, reference);
  transaction_.encryption =
      setting_flag(kSetUseAESGCM) ? jose::Encryption::kA128Gcm : jose::Encryption::kA128CbcHs256;
  transaction_.timer.start(ports_.clock->now(), limit);
  transaction_.stage = Stage::kChallengeOpen;
}

void Client::send_next_request() {
  if (transaction_.stage == Stage::kDone) {
    throw Error(kInvalidOperation, "The transaction is over; call GetAuthRequest for another one.");
  }
  if (transaction_.stage != Stage::kChallengeReady && transaction_.stage != Stage::kChallengeOpen) {
    throw Error(kInvalidOperation,
                "No challenge is required so far; call CheckAuthResponse first.");
  }
  Challenge& challenge = *transaction_.challenge;
  if (transaction_.timer.over(ports_.clock->now())) {
    EndUnless guard(transaction_);
    channel_.open(transport_options(), connection_key());
    conclude(challenge.expire(conduct()));
    return;
  }
  if (challenge.exhausted()) {
    transaction_.finish();
    throw Error(kInvalidOperation, "The challenge had more requests than it may have; it is over.");
  }
  const CreqInput input = creq_input();
  const CreqResult creq = challenge.build(input);
  channel_.open(transport_options(), connection_key());
  if (transaction_.stage == Stage::kChallengeReady) {
    open_challenge();
  }
  EndUnless guard(transaction_);
  if (!creq.left_out.empty()) {
    log_.info("Not sent, for it fits neither the screen nor the version: " + joined(creq.left_out) +
              ".");
  }
  ChallengeOutcome outcome = challenge.send(creq, input, conduct());
  if (std::holds_alternative<Screen>(outcome)) {
    guard.keep();
  }
  conclude(std::move(outcome));
}

void Client::conclude(ChallengeOutcome outcome) {
  clear_answers();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    extra_fields_.clear();
  }
  if (const auto* screen = std::get_if<Screen>(&outcome)) {
    show(*screen);
    remember_extensions(screen->extensions);
    log_.info("The ACS shows a screen of type " + std::to_string(screen->acs_ui_type) + ".");
    return;
  }
  transaction_.finish();
  show({});
  if (const auto* result = std::get_if<FinalResult>(&outcome)) {
    remember_extensions(result->extensions);
    store(kChallengeComplete, true);
    store(kTransactionStatus, result->trans_status);
    log_.info("The challenge is complete: transStatus " + result->trans_status + ".");
    return;
  }
  const auto& end = std::get<ChallengeEnd>(outcome);
  if (end.erro) {
    remember_erro(*end.erro, end.error_packet);
  }
  log_.info("The challenge is over: " + end.text);
  throw Error(end.code, end.text);
}

void Client::clear_answers() {
  for (const int property : kAnswers) {
    store_default(property);
  }
  store_setting(kSetResendChallengeInfo, "");
}

void Client::show_entry_box(const std::array<Property, 7>& properties, const EntryBox& box) {
  store(properties[0], box.autofill);
  store(properties[1], box.autofill_type);
  store(properties[2], box.keyboard_type);
  store(properties[3], box.label);
  store(properties[4], box.length_max);
  store(properties[5], box.masking);
  store(properties[6], box.masking_toggle);
}

void Client::show(const Screen& screen) {
  store(kACSUIType, screen.acs_ui_type);
  store(kACSHTML, screen.acs_html);
  store(kACSHTMLRefresh, screen.acs_html_refresh);
  store(kChallengeAdditionalInformation, screen.challenge_additional_information);
  store(kChallengeAdditionalLabel, screen.challenge_additional_label);
  store(kChallengeComplete, false);
  show_entry_box(kEntryBox, screen.entry_box);
  show_entry_box(kEntryBoxTwo, screen.entry_box_two);
  store(kChallengeInfoHeader, screen.challenge_info_header);
  store(kChallengeInfoLabel, screen.challenge_info_label);
  store(kChallengeInfoText, screen.challenge_info_text);
  store(kEnableChallengeInfoTextIndicator, screen.enable_challenge_info_text_indicator);
  store(kChallengeSelectInfoCount, static_cast<std::int32_t>(screen.select_info.size()));
  for (std::size_t i = 0; i < screen.select_info.size(); ++i) {
    store(kChallengeSelectInfoName, screen.select_info[i].first, static_cast<int>(i));
    store(kChallengeSelectInfoValue, screen.select_info[i].second, static_cast<int>(i));
  }
  store(kDeviceBindingInformationText, screen.device_binding_information_text);
  store(kExpandableInformationLabel, screen.expandable_information_label);
  store(kExpandableInformationText, screen.expandable_information_text);
  store(kIssuerImage1, screen.issuer_image[0]);
  store(kIssuerImage2, screen.issuer_image[1]);
  store(kIssuerImage3, screen.issuer_image[2]);
  store(kPaymentSystemImage1, screen.payment_system_image[0]);
  store(kPaymentSystemImage2, screen.payment_system_image[1]);
  store(kPaymentSystemImage3, screen.payment_system_image[2]);
  store(kOOBAppLabel, screen.oob_app_label);
  store(kOOBAppURL, screen.oob_app_url);
  store(kOOBContinueLabel, screen.oob_continue_label);
  store(kResendInformationLabel, screen.resend_information_label);
  store(kSubmitAuthenticationLabel, screen.submit_authentication_label);
  store(kTogglePositionIndicator, screen.toggle_position_indicator);
  store(kWhitelistingInformationText, screen.whitelisting_information_text);
  store(kWhyInformationLabel, screen.why_information_label);
  store(kWhyInformationText, screen.why_information_text);
}

// What a transaction leaves behind: identifiers, what the ACS sent, answers, errors.
void Client::clear_transaction_values() {
  clear_answers();
  show({});
  store(kTransactionStatus, std::string());
  store(kDataPacketOut, std::string());
  store(kErrorPacket, std::string());
  store(kSDKTransactionId, std::string());
  constexpr std::array kTexts = {kSetACSRenderingDeviceUserInterfaceMode,
                                 kSetACSRenderingInterface,
                                 kSetACSRenderingUITemplate,
                                 kSetACSSignedContent,
                                 kSetACSTransactionId,
                                 kSetACSURL,
                                 kSetChallengeResponse,
                                 kSetDSTransactionId,
                                 kSetErrorCode,
                                 kSetErrorDescription,
                                 kSetErrorDetail,
                                 kSetMessageType,
                                 kSetSDKEphemeralPublicKey,
                                 kSetServerTransactionId,
                                 kSetTransactionStatusReason};
  for (const int setting : kTexts) {
    store_setting(setting, "");
  }
  remember_extensions({});
  set_last_message("");
}

}  // namespace coffer::threeds
