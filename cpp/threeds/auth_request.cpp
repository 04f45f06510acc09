#include "threeds/auth_request.h"

#include <algorithm>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "threeds/extensions.h"
#include "threeds/message_json.h"

namespace coffer::threeds {
namespace {

constexpr std::int32_t kMissing = 603;
constexpr std::int32_t kBadValue = 713;
constexpr std::int32_t kAllTypes = 127;
constexpr std::size_t kLongestReference = 32;

std::string two_digits(std::int32_t number) {
  const std::string digits = std::to_string(number);
  return digits.size() == 1 ? "0" + digits : digits;
}

std::string array_of(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) {
    if (out.size() > 1) out += ',';
    out += core::json_quoted(item);
  }
  return out + "]";
}

// The bits of DeviceRenderingUIType as sdkUiType, ascending: ACSs take the first as the template.
std::vector<std::string> ui_types(Version version, std::string_view interface, std::int32_t bits) {
  std::vector<std::string> out;
  const std::int32_t last = version == Version::k231 ? 7 : 5;
  for (std::int32_t type = 1; type <= last; ++type) {
    const bool html = type == 5 || type == 6;
    if (html && interface == "01") continue;  // 05 and 06 make sense only with HTML
    const auto bit = std::uint32_t{1} << static_cast<std::uint32_t>(type - 1);
    if ((static_cast<std::uint32_t>(bits) & bit) != 0) out.push_back(two_digits(type));
  }
  return out;
}

std::vector<std::string> authentication_types(std::string_view list) {
  std::vector<std::string> out;
  if (core::trim(list).empty()) return out;
  for (const std::string_view part : core::split(list, ',')) {
    const std::string type(core::trim(part));
    const auto number = type.size() == 2 ? core::parse_int(type) : std::nullopt;
    if (!number || type[0] == '+' || type[0] == '-' || *number < 1 || *number > 11) {
      throw core::Error(kBadValue,
                        "SdkAuthenticationType is a list of 01 to 11 separated by commas; \"" +
                            shown(type, 20) + "\" is none of them");
    }
    if (std::find(out.begin(), out.end(), type) != out.end()) {
      throw core::Error(kBadValue, "SdkAuthenticationType names " + type + " twice");
    }
    out.push_back(type);
  }
  return out;
}

std::string interface_or_default(std::string_view interface) {
  if (interface.empty()) return "03";
  if (interface != "01" && interface != "02" && interface != "03") {
    throw core::Error(kBadValue,
                      "DeviceRenderingInterface must be 01 (native), 02 (HTML) or 03 (both), not "
                      "\"" +
                          shown(interface, 20) + "\"");
  }
  return std::string(interface);
}

void check_timeout(std::int32_t minutes) {
  if (minutes >= 5 && minutes <= 99) return;
  throw core::Error(kBadValue,
                    "SDKMaxTimeout must be 5 to 99 minutes, not " + std::to_string(minutes));
}

JsonObject& append_identity(JsonObject& out, const AuthRequest& request) {
  return out.string("messageVersion", version_text(request.version))
      .string("deviceChannel", "01")
      .string("sdkTransID", request.sdk_trans_id)
      .string("sdkAppID", core::lower(request.sdk_app_id))
      .string("sdkReferenceNumber", request.sdk_reference_number)
      .string("sdkMaxTimeout", two_digits(request.sdk_max_timeout));
}

}  // namespace

bool is_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (hyphen ? c != '-' : !hex) return false;
  }
  return true;
}

std::string device_render_options_json(Version version, std::string_view interface,
                                       std::int32_t ui_type_bits,
                                       std::string_view authentication_type_list) {
  const std::string checked = interface_or_default(interface);
  if (ui_type_bits < 1 || ui_type_bits > kAllTypes) {
    throw core::Error(kBadValue,
                      "DeviceRenderingUIType must be a sum of 1, 2, 4, 8, 16, 32 and "
                      "64, not " +
                          std::to_string(ui_type_bits));
  }
  const std::vector<std::string> types = ui_types(version, checked, ui_type_bits);
  if (types.empty()) {
    throw core::Error(kBadValue, "DeviceRenderingUIType " + std::to_string(ui_type_bits) +
                                     " leaves no type that version " +
                                     std::string(version_text(version)) +
                                     " and DeviceRenderingInterface " + checked + " have: add one");
  }
  const auto authentication = authentication_types(authentication_type_list);
  JsonObject out;
  out.string("sdkInterface", checked).raw("sdkUiType", array_of(types));
  if (version == Version::k231 && !authentication.empty()) {
    out.raw("sdkAuthenticationType", array_of(authentication));
  }
  return out.take();
}

void check_authentication_types(std::string_view list) {
  authentication_types(list);
}

void check_reference_number(std::string_view number) {
  if (number.size() > kLongestReference) {
    throw core::Error(kBadValue, "SDKReferenceNumber may have 32 characters, not " +
                                     std::to_string(number.size()));
  }
  for (const char c : number) {
    // It goes octet for octet into the session keys of both sides.
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) {
      throw core::Error(kBadValue, "SDKReferenceNumber must be ASCII text");
    }
  }
}

void check_auth_request(const AuthRequest& request) {
  if (request.sdk_app_id.empty()) {
    throw core::Error(kMissing, "sdk_app_id is not set: give the UUID of this installation");
  }
  if (!is_uuid(request.sdk_app_id)) {
    throw core::Error(kBadValue,
                      "sdk_app_id must be a UUID of 36 characters, for example "
                      "8a880dc0-d2d2-4067-bcb1-b08d1690b26e");
  }
  if (request.sdk_reference_number.empty()) {
    throw core::Error(kMissing,
                      "SDKReferenceNumber is not set: give the number that EMVCo "
                      "assigned to this SDK");
  }
  check_reference_number(request.sdk_reference_number);
  check_timeout(request.sdk_max_timeout);
  device_render_options_json(request.version, request.device_rendering_interface,
                             request.device_rendering_ui_type, request.sdk_authentication_type);
  check_raw_extensions(request.message_extension);
  for (const RequestField& field : request.extra)
    check_request_field(field);
}

std::string auth_request_json(const AuthRequest& request) {
  check_auth_request(request);
  JsonObject out;
  append_identity(out, request).raw("sdkEphemPubKey", request.sdk_ephem_pub_key);
  out.raw("deviceRenderOptions",
          device_render_options_json(request.version, request.device_rendering_interface,
                                     request.device_rendering_ui_type,
                                     request.sdk_authentication_type));
  out.string("sdkEncData", request.sdk_enc_data);
  if (request.version == Version::k231) {
    out.string("sdkType", "01").raw("defaultSdkType", "{\"sdkVariant\":\"01\"}");
  }
  if (!request.message_extension.empty()) {
    out.raw("messageExtension", request.message_extension);
  }
  append_request_fields(out, request.extra);
  return out.take();
}

}  // namespace coffer::threeds
