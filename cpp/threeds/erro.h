// The error message "Erro" (emv-3ds section 11.1), ours and the ACS's.
//
// Threads: plain values and free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/json.h"
#include "threeds/fault.h"
#include "threeds/version.h"

namespace coffer::threeds {

struct Erro {
  std::string message_version;
  std::string error_code;
  std::string error_component;
  std::string error_description;
  std::string error_detail;
  std::string error_message_type;
  std::string three_ds_server_trans_id;
  std::string acs_trans_id;
  std::string ds_trans_id;
  std::string sdk_trans_id;
};

struct TransactionIds {
  std::string three_ds_server_trans_id;
  std::string acs_trans_id;
  std::string ds_trans_id;
  std::string sdk_trans_id;
};

// errorComponent is "C", the SDK. Ids that are not known yet are left out.
Erro erro_for(const ProtocolFault& fault, Version version, const TransactionIds& ids);
// After a timeout: 402.
Erro timeout_erro(Version version, const TransactionIds& ids);
std::string erro_json(const Erro& erro);

struct ReceivedErro {
  Erro erro;                     // members of other types read as ""
  std::int32_t manual_code = 0;  // 605 when errorCode is missing or has not three digits
  std::string text;              // for core::Error
};
// `root` is an object whose messageType is "Erro".
ReceivedErro read_erro(core::JsonView root);
// A clear reply body, e.g. of an answer with another HTTP status than 200: true when it is a JSON
// object with messageType "Erro".
bool is_erro(std::string_view body);

}  // namespace coffer::threeds
