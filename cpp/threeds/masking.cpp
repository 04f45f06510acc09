#include "threeds/masking.h"

#include <algorithm>
#include <array>

#include "core/json.h"
#include "threeds/json_scan.h"

namespace coffer::threeds {
namespace {

constexpr std::string_view kStars = "******";  // manual, MaskSensitive
constexpr std::array<std::string_view, 3> kSensitive = {
    "challengeDataEntry", "challengeDataEntryTwo", "challengeHTMLDataEntry"};

}  // namespace

bool is_sensitive_member(std::string_view name) noexcept {
  return std::find(kSensitive.begin(), kSensitive.end(), name) != kSensitive.end();
}

std::string masked_message(std::string_view json) {
  if (!core::json_problem(json).empty()) {
    std::size_t cut = json.size();
    for (const std::string_view name : kSensitive)
      cut = std::min(cut, json.find(name));
    return std::string(json.substr(0, cut)) + std::string(cut < json.size() ? kStars : "");
  }
  std::string out;
  std::size_t copied = 0;
  for (const JsonMember& member : json_members(json)) {
    if (!is_sensitive_member(member.name) || member.value < copied) continue;
    out += json.substr(copied, member.value - copied);
    out += '"';
    out += kStars;
    out += '"';
    copied = member.value_end;
  }
  out += json.substr(copied);
  return out;
}

}  // namespace coffer::threeds
