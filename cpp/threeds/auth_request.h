// The text of get_auth_request: the SDK's data elements of the AReq under their EMV names
// (emv-3ds section 4.2).
//
// Threads: plain values and free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "threeds/request_field.h"
#include "threeds/version.h"

namespace coffer::threeds {

struct AuthRequest {
  Version version = Version::k210;
  std::string sdk_trans_id;
  std::string sdk_app_id;
  std::string sdk_reference_number;
  std::int32_t sdk_max_timeout = 5;        // minutes
  std::string sdk_ephem_pub_key;           // JWK as JSON text: kty, crv, x, y alone
  std::string device_rendering_interface;  // 01, 02, 03; "" is 03
  std::int32_t device_rendering_ui_type = 127;
  std::string sdk_authentication_type;  // comma-separated 01 … 11; sent from 2.3.1 on
  std::string sdk_enc_data;             // compact JWE
  std::string message_extension;        // JSON array, or "": outgoing_extensions_json
  std::vector<RequestField> extra;
};

// Before any key is generated: all that the app could have set wrong. Throws 603 for what is
// missing, 713 for what has a bad value. Does not look at sdk_trans_id, sdk_ephem_pub_key and
// sdk_enc_data, which the class makes.
void check_auth_request(const AuthRequest& request);
// What can be said of a single setting when it is set: 713.
void check_authentication_types(std::string_view list);
void check_reference_number(std::string_view number);
// Throws the same.
std::string auth_request_json(const AuthRequest& request);

// The object deviceRenderOptions. Throws 713 when no type is left for this version and interface.
std::string device_render_options_json(Version version, std::string_view interface,
                                       std::int32_t ui_type_bits,
                                       std::string_view authentication_type_list);
// 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text) noexcept;

}  // namespace coffer::threeds
