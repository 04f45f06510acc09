// The text given to check_auth_response: an ARes, a part of it, or an Erro (emv-3ds sections 4.3
// and 5).
//
// Threads: plain values and free functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "threeds/erro.h"
#include "threeds/extensions.h"
#include "threeds/version.h"

namespace coffer::threeds {

struct AuthExpectations {
  Version version = Version::k210;
  std::string sdk_trans_id;  // ours; "" is not compared
};

struct AuthResponse {
  std::string json;                  // clear, also when it came as base64 text
  std::string message_type;          // "ARes" (also for a part of one) or "Erro"
  std::optional<ReceivedErro> erro;  // then nothing below is filled

  std::string message_version;
  std::string three_ds_server_trans_id;
  std::string acs_trans_id;
  std::string ds_trans_id;
  std::string sdk_trans_id;
  std::string acs_reference_number;
  std::string trans_status;  // one letter; never empty
  std::string trans_status_reason;
  std::string acs_interface;  // acsRenderingType: 01 native, 02 HTML
  std::string acs_ui_template;
  std::string device_user_interface_mode;
  std::string acs_signed_content;  // not empty when trans_status is "C"
  std::string acs_challenge_mandated;
  std::string acs_dec_con_ind;
  std::string cardholder_info;  // the text, of either form
  std::string device_info_recognised_version;
  IncomingExtensions extensions;
};

constexpr std::size_t kLongestAuthResponse = std::size_t{1} << 20;

// Throws 604 with what is wrong. An Erro is a result, not an error.
AuthResponse parse_auth_response(std::string_view text, const AuthExpectations& expected);

}  // namespace coffer::threeds
