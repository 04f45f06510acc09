// CReqs as tests expect them.
#pragma once

#include <string>

#include "message_fixture.h"
#include "threeds/creq.h"

namespace threeds_test {

inline Version version_of(char digit) {
  return digit == '1' ? Version::k210 : digit == '2' ? Version::k220 : Version::k231;
}

// The fields that every CReq has, without the closing brace.
inline std::string creq_base(Version version, std::string_view counter = "000") {
  std::string out = R"({"threeDSServerTransID":"8a880dc0-d2d2-4067-bcb1-b08d1690b26e",)"
                    R"("acsTransID":"d7c1ee99-9478-44a6-b1f2-391e29c6b340",)"
                    R"("messageType":"CReq","messageVersion":")";
  out += threeds::version_text(version);
  out += R"(","sdkTransID":"b2385523-a66c-4907-ac3c-91848e8c0067","sdkCounterStoA":")";
  out += counter;
  out += '"';
  if (version == Version::k231) out += R"(,"oobAppURLInd":"01")";
  return out;
}

inline threeds::CreqState creq_state(Version version, int ui_type) {
  threeds::CreqState out;
  out.version = version;
  out.ids = ids();
  out.last.ui_type = ui_type;
  return out;
}

inline threeds::CreqInput entry(std::string_view data) {
  threeds::CreqInput out;
  out.challenge_data_entry = core::Secret(std::string(data));
  return out;
}

inline std::string creq_json(const threeds::CreqState& state, const threeds::CreqInput& input) {
  return threeds::build_creq(state, input).json.reveal();
}

}  // namespace threeds_test
