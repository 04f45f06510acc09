// Reading what the ACS answered to a CReq, after decryption (emv-3ds sections 9 and 11.3).
//
// Threads: plain values and free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "threeds/erro.h"
#include "threeds/fault.h"
#include "threeds/screen.h"
#include "threeds/version.h"

namespace coffer::threeds {

struct CresExpectations {
  Version version = Version::k210;
  TransactionIds ids;  // of these the 3DS Server's, the ACS's and the SDK's are compared
  // acsCounterAtoS of this CRes: the last one received plus one. 256: no counter is left.
  std::uint32_t counter = 0;
  bool first = true;  // the first CRes may begin with 0 or 1 (emv-3ds section 17, 3)
  // 01 native, 02 HTML: acsInterface of the ARes, or "". With StrictMessages a CRes of the other
  // interface is refused; otherwise it is noted.
  std::string acs_interface;
  std::int32_t oob_app_url_indicator = 1;  // what the CReq said
  bool strict = false;                     // StrictMessages
  std::vector<std::string> known_extensions;
};

using CresOutcome = std::variant<Screen, FinalResult, ReceivedErro, ProtocolFault>;

// Never throws for what stands in the text. `message` is UTF-8 or not, JSON or not.
CresOutcome parse_cres(std::string_view message, const CresExpectations& expected);

// What could not be opened (JWE, tag, kind of body): 302, detail as given.
ProtocolFault undecipherable(std::string_view detail);

constexpr std::size_t kLongestCres = std::size_t{1} << 20;

}  // namespace coffer::threeds
