#include "threeds/erro.h"

#include "core/text.h"
#include "threeds/json_object.h"
#include "threeds/message_json.h"

namespace coffer::threeds {
namespace {

constexpr std::int32_t kBadErrorCode = 605;

bool three_digits(std::string_view text) noexcept {
  if (text.size() != 3) return false;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

Erro erro_of(std::string_view code, Version version, const TransactionIds& ids) {
  Erro out;
  out.message_version = version_text(version);
  out.error_code = code;
  out.error_component = "C";  // the SDK
  out.three_ds_server_trans_id = ids.three_ds_server_trans_id;
  out.acs_trans_id = ids.acs_trans_id;
  out.ds_trans_id = ids.ds_trans_id;
  out.sdk_trans_id = ids.sdk_trans_id;
  return out;
}

}  // namespace

Erro erro_for(const ProtocolFault& fault, Version version, const TransactionIds& ids) {
  Erro out = erro_of(fault.emv_code, version, ids);
  out.error_description = fault.error_description;
  out.error_detail = fault.error_detail;
  out.error_message_type = fault.error_message_type;
  return out;
}

Erro timeout_erro(Version version, const TransactionIds& ids) {
  Erro out = erro_of("402", version, ids);
  out.error_description = error_description_of("402");
  out.error_detail = "The time allowed for the challenge has passed";
  return out;
}

std::string erro_json(const Erro& erro) {
  JsonObject out;
  return out.string("messageType", "Erro")
      .string("messageVersion", erro.message_version)
      .string_if("threeDSServerTransID", erro.three_ds_server_trans_id)
      .string_if("acsTransID", erro.acs_trans_id)
      .string_if("dsTransID", erro.ds_trans_id)
      .string_if("sdkTransID", erro.sdk_trans_id)
      .string("errorCode", erro.error_code)
      .string("errorComponent", erro.error_component)
      .string("errorDescription", erro.error_description)
      .string("errorDetail", erro.error_detail)
      .string_if("errorMessageType", erro.error_message_type)
      .take();
}

ReceivedErro read_erro(core::JsonView root) {
  ReceivedErro out;
  const auto text = [root](std::string_view name) { return root[name].string_or(""); };
  out.erro.message_version = text("messageVersion");
  out.erro.error_code = text("errorCode");
  out.erro.error_component = text("errorComponent");
  out.erro.error_description = text("errorDescription");
  out.erro.error_detail = text("errorDetail");
  out.erro.error_message_type = text("errorMessageType");
  out.erro.three_ds_server_trans_id = text("threeDSServerTransID");
  out.erro.acs_trans_id = text("acsTransID");
  out.erro.ds_trans_id = text("dsTransID");
  out.erro.sdk_trans_id = text("sdkTransID");
  if (!three_digits(out.erro.error_code)) {
    out.manual_code = kBadErrorCode;
    out.text =
        "An error message was received whose errorCode is missing or has not three digits; begin "
        "a new transaction";
    return out;
  }
  out.manual_code = manual_code_of(out.erro.error_code);
  out.text = "An error message was received, error " + out.erro.error_code;
  if (!out.erro.error_description.empty()) {
    out.text += " (" + shown(out.erro.error_description) + ")";
  }
  if (!out.erro.error_detail.empty()) out.text += ": " + shown(out.erro.error_detail);
  out.text += "; begin a new transaction";
  return out;
}

bool is_erro(std::string_view body) {
  const core::JsonLimits limits = message_limits();
  if (!core::json_problem(body, limits).empty()) return false;
  const auto document = core::Document::parse(body, kBadErrorCode, "reply", limits);
  return document.root()["messageType"].string_or("") == "Erro";
}

}  // namespace coffer::threeds
