#include "threeds/auth_response.h"

#include <initializer_list>

#include "core/error.h"
#include "core/text.h"
#include "threeds/html_text.h"
#include "threeds/message_json.h"

namespace coffer::threeds {
namespace {

constexpr std::int32_t kUnusable = 604;

[[noreturn]] void refuse(const std::string& why) {
  throw core::Error(kUnusable, "The auth response cannot be used: " + why);
}

// The clear JSON of what the 3DS Server gave to the app.
std::string clear_json(std::string_view text) {
  if (text.size() > kLongestAuthResponse) {
    refuse(std::to_string(text.size()) + " octets, more than the limit of " +
           std::to_string(kLongestAuthResponse));
  }
  text = core::trim(text);
  if (text.empty()) refuse("it is empty; give the ARes that the 3DS Server received");
  if (text.front() == '{' || text.front() == '[') return std::string(text);
  auto decoded = decode_base64_leniently(text);
  if (!decoded || core::trim(*decoded).empty()) {
    refuse("it is neither a JSON object nor base64 text of one");
  }
  return *decoded;
}

// A member under its EMV name, else under one of the names that other SDKs use.
std::string text_of(core::JsonView root, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const core::JsonView value = root[name];
    if (!value || value.is_null()) continue;
    if (!value.is_string()) refuse(std::string(name) + " is not a string");
    if (auto text = value.string_or(""); !text.empty()) return text;
  }
  return "";
}

// Informative members: another type counts as absent.
std::string optional_text(core::JsonView root, std::string_view name) {
  return root[name].string_or("");
}

std::string cardholder_info_of(core::JsonView value) {
  return value.is_object() ? value["text"].string_or("") : value.string_or("");
}

// emv-3ds section 5: D and I from 2.2.0 on; S is the browser's.
void check_status(std::string_view status, Version version) {
  const std::string_view known = version == Version::k210 ? "YNUACR" : "YNUACRDI";
  if (status.size() == 1 && known.find(status.front()) != std::string_view::npos) return;
  if (status == "S") refuse("transStatus S is for browsers, not for apps");
  refuse("transStatus \"" + shown(status, 20) + "\" is unknown to version " +
         std::string(version_text(version)));
}

void check_version(const AuthResponse& response, const AuthExpectations& expected) {
  const std::string_view ours = version_text(expected.version);
  if (response.message_version == ours) return;
  refuse("its messageVersion is \"" + shown(response.message_version, 20) +
         "\", the request's was " + std::string(ours));
}

void check_ids(const AuthResponse& response, const AuthExpectations& expected) {
  if (response.sdk_trans_id.empty() || expected.sdk_trans_id.empty()) return;
  if (core::equal_ignoring_case(response.sdk_trans_id, expected.sdk_trans_id)) return;
  refuse("its sdkTransID belongs to another transaction");
}

void check_challenge(const AuthResponse& response) {
  if (response.trans_status != "C") return;
  if (response.acs_signed_content.empty()) {
    refuse("transStatus is C, but acsSignedContent is missing");
  }
  if (response.acs_trans_id.empty()) refuse("transStatus is C, but acsTransID is missing");
  if (response.three_ds_server_trans_id.empty()) {
    refuse("transStatus is C, but threeDSServerTransID is missing");
  }
}

void read_ids(core::JsonView root, AuthResponse& out) {
  out.three_ds_server_trans_id = text_of(
      root, {"threeDSServerTransID", "threeDSServerTransactionID", "3DSServerTransactionID"});
  out.acs_trans_id = text_of(root, {"acsTransID", "acsTransactionID"});
  out.ds_trans_id = text_of(root, {"dsTransID", "dsTransactionID"});
  out.sdk_trans_id = text_of(root, {"sdkTransID", "sdkTransactionID"});
}

void read_members(core::JsonView root, AuthResponse& out) {
  out.acs_reference_number = text_of(root, {"acsReferenceNumber", "acsRefNumber"});
  out.acs_signed_content = text_of(root, {"acsSignedContent"});
  out.trans_status_reason = optional_text(root, "transStatusReason");
  const core::JsonView rendering = root["acsRenderingType"];
  out.acs_interface = optional_text(rendering, "acsInterface");
  out.acs_ui_template = optional_text(rendering, "acsUiTemplate");
  out.device_user_interface_mode = optional_text(rendering, "deviceUserInterfaceMode");
  out.acs_challenge_mandated = optional_text(root, "acsChallengeMandated");
  out.acs_dec_con_ind = optional_text(root, "acsDecConInd");
  out.cardholder_info = cardholder_info_of(root["cardholderInfo"]);
  out.device_info_recognised_version = optional_text(root, "deviceInfoRecognisedVersion");
  out.extensions = read_extensions_leniently(root, out.json);
}

}  // namespace

AuthResponse parse_auth_response(std::string_view text, const AuthExpectations& expected) {
  AuthResponse out;
  out.json = clear_json(text);
  const std::string problem = core::json_problem(out.json, message_limits());
  if (!problem.empty()) refuse("its JSON is not acceptable: " + problem);
  const auto document =
      core::Document::parse(out.json, kUnusable, "auth response", message_limits());
  const core::JsonView root = document.root();
  if (!root.is_object()) refuse("it is no JSON object");
  out.message_type = text_of(root, {"messageType"});
  if (out.message_type == "Erro") {
    out.erro = read_erro(root);
    return out;
  }
  const bool part = out.message_type.empty();
  if (!part && out.message_type != "ARes") {
    refuse("its messageType is \"" + shown(out.message_type, 20) + "\", not ARes or Erro");
  }
  out.message_type = "ARes";
  out.trans_status = text_of(root, {"transStatus"});
  read_ids(root, out);
  read_members(root, out);
  if (out.trans_status.empty()) {
    // The challenge parameters of other SDKs have no transStatus: a signed content means C.
    if (!part || out.acs_signed_content.empty()) refuse("transStatus is missing");
    out.trans_status = "C";
  }
  out.message_version = text_of(root, {"messageVersion"});
  if (out.message_version.empty()) out.message_version = version_text(expected.version);
  check_version(out, expected);
  check_ids(out, expected);
  check_status(out.trans_status, expected.version);
  check_challenge(out);
  return out;
}

}  // namespace coffer::threeds
