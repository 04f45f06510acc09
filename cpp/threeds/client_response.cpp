// check_auth_response: what the 3DS Server handed back, verified before anything is believed.
#include <utility>

#include "client_surface.h"
#include "core/error.h"
#include "threeds/client.h"
#include "threeds/client_listener.h"
#include "threeds/signed_content.h"

namespace coffer::threeds {
namespace {

using core::Error;

constexpr std::int32_t kInvalidOperation = 603;

std::string truth(bool value) {
  return value ? "True" : "False";
}

}  // namespace

void Client::set_last_message(std::string json) {
  const std::lock_guard<std::mutex> lock(mutex_);
  last_message_.set_message(std::move(json));
}

void Client::remember_erro(const Erro& erro, const std::string& packet) {
  store(kErrorPacket, packet);
  store_setting(kSetErrorCode, erro.error_code);
  store_setting(kSetErrorDescription, erro.error_description);
  store_setting(kSetErrorDetail, erro.error_detail);
}

void Client::remember_extensions(const IncomingExtensions& extensions) {
  store_setting(kSetIncomingExtensionCount, std::to_string(extensions.list.size()));
  for (std::size_t i = 0; i < extensions.list.size(); ++i) {
    const Extension& extension = extensions.list[i];
    const int at = static_cast<int>(i);
    store_setting(kSetIncomingExtensionId, extension.id, at);
    store_setting(kSetIncomingExtensionName, extension.name, at);
    store_setting(kSetIncomingExtensionCritical, truth(extension.critical), at);
    store_setting(kSetIncomingExtensionData, extension.data, at);
  }
  store_setting(kSetIncomingRawExtensions, extensions.raw);
}

AuthExpectations Client::auth_expectations() const {
  AuthExpectations expected;
  expected.version =
      transaction_.ours ? transaction_.version : require_version(text(kMessageVersion));
  expected.sdk_trans_id = transaction_.ours ? transaction_.sdk_trans_id : text(kSDKTransactionId);
  return expected;
}

void Client::take_auth_response(const std::string& text_in) {
  switch (transaction_.stage) {
    case Stage::kIdle:
    case Stage::kRequested:
      break;
    case Stage::kChallengeReady:
      throw Error(kInvalidOperation,
                  "This transaction's auth response was accepted already; call "
                  "SendChallengeRequest.");
    case Stage::kChallengeOpen:
    case Stage::kDone:
      throw Error(kInvalidOperation,
                  "This transaction needs no auth response any more; call GetAuthRequest for "
                  "another one.");
  }
  const AuthExpectations expected = auth_expectations();
  if (expected.sdk_trans_id.empty()) {
    throw Error(kInvalidOperation,
                "There is no transaction: call GetAuthRequest first, or set SDKTransactionId and "
                "SDKEphemeralPrivateKey of the transaction to go on with.");
  }
  const AuthResponse response = parse_auth_response(text_in, expected);
  set_last_message(response.json);
  store_setting(kSetMessageType, response.message_type);
  log_message(response.erro ? "Erro" : "ARes", response.json);
  if (response.erro) {
    remember_erro(response.erro->erro, response.json);
    transaction_.finish();
    throw Error(response.erro->manual_code, response.erro->text);
  }
  if (response.trans_status == "C") {
    transaction_.version = expected.version;
    transaction_.sdk_trans_id = expected.sdk_trans_id;
    prepare_challenge(response);
  }
  throw_if_interrupted();
  accept_auth_response(response);
}

// Nothing is kept unless all of it is good.
void Client::prepare_challenge(const AuthResponse& response) {
  if (!transaction_.keys.has_private()) {
    throw Error(kInvalidOperation,
                "The transaction's key is not here: set SDKEphemeralPrivateKey, or call "
                "GetAuthRequest for a new transaction.");
  }
  const bool any = setting_flag(kSetAcceptAnyACSCert);
  if (!any && number(kACSRootCertCount) == 0) {
    throw Error(kInvalidOperation,
                "ACSRootCerts is empty: add the root certificates of the payment system.");
  }
  const auto roots = any ? std::vector<certs::Certificate>() : acs_roots();
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(ports_.clock->wall().time_since_epoch());
  const SignedContent content = verify_signed_content(
      response.acs_signed_content, {roots, any, now.count(), *transaction_.keys.own()});
  if (any) {
    log_.info("The chain of the ACS's certificate was not checked (AcceptAnyACSCert).");
  }
  throw_if_interrupted();

  ChallengeTerms terms;
  terms.version = transaction_.version;
  terms.ids = {response.three_ds_server_trans_id, response.acs_trans_id, response.ds_trans_id,
               transaction_.sdk_trans_id};
  terms.acs_url = content.acs_url;
  terms.acs_interface = response.acs_interface;
  transaction_.challenge = std::make_unique<Challenge>(
      std::move(terms), Challenge::Ports{channel_, *ports_.clock, *ports_.random, transaction_.keys,
                                         transaction_.timer, *listener_});
  transaction_.acs_key = content.acs_key;
  store_setting(kSetACSURL, content.acs_url);
}

void Client::accept_auth_response(const AuthResponse& response) {
  if (response.trans_status == "C") {
    transaction_.stage = Stage::kChallengeReady;
  } else {
    transaction_.finish();
    store_setting(kSetACSURL, "");
  }
  store(kTransactionStatus, response.trans_status);
  store_setting(kSetTransactionStatusReason, response.trans_status_reason);
  store_setting(kSetServerTransactionId, response.three_ds_server_trans_id);
  store_setting(kSetACSTransactionId, response.acs_trans_id);
  store_setting(kSetDSTransactionId, response.ds_trans_id);
  store_setting(kSetACSSignedContent, response.acs_signed_content);
  store_setting(kSetACSRenderingInterface, response.acs_interface);
  store_setting(kSetACSRenderingUITemplate, response.acs_ui_template);
  store_setting(kSetACSRenderingDeviceUserInterfaceMode, response.device_user_interface_mode);
  remember_extensions(response.extensions);
  log_.info("The auth response was accepted: transStatus " + response.trans_status + ".");
}

}  // namespace coffer::threeds
