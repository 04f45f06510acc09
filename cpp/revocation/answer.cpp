#include "revocation/answer.h"

#include <array>
#include <string_view>

namespace coffer::revocation {

std::string reason_name(unsigned reason) {
  constexpr std::array<std::string_view, 11> kNames = {
      "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
      "superseded",    "cessationOfOperation", "certificateHold", "",
      "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};
  if (reason < kNames.size() && !kNames[reason].empty()) return std::string(kNames[reason]);
  return std::to_string(reason);
}

}  // namespace coffer::revocation
