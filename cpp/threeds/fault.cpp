#include "threeds/fault.h"

#include <algorithm>
#include <array>

#include "core/utf8.h"
#include "threeds/message_json.h"

namespace coffer::threeds {
namespace {

constexpr std::size_t kLongestDetail = 2048;  // emv-3ds section 11.1

struct EmvCode {
  std::string_view code;
  std::int32_t manual;  // 0: none of its own
  std::string_view description;
};
// emv-3ds section 11.2: those that an SDK sends.
constexpr std::array<EmvCode, 10> kCodes = {{
    {"101", 1101, "Message received invalid"},
    {"102", 1102, "Message version number not supported"},
    {"201", 1201, "Required element missing"},
    {"202", 1202, "Critical message extension not recognised"},
    {"203", 0, "Format or value of an element invalid"},
    {"204", 0, "Duplicate element"},
    {"207", 0, "Reserved value not recognised"},
    {"301", 1301, "Transaction id not recognised"},
    {"302", 1302, "Data decryption failure"},
    {"402", 0, "Transaction timed out"},
}};
constexpr std::int32_t kOther = 1101;

const EmvCode* find(std::string_view code) noexcept {
  const auto* const entry = std::find_if(kCodes.begin(), kCodes.end(),
                                         [code](const EmvCode& e) { return e.code == code; });
  return entry == kCodes.end() ? nullptr : entry;
}

}  // namespace

std::string shown(std::string_view text, std::size_t longest) {
  std::string out;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const std::size_t length = core::utf8_length(at, end);
    const auto c = static_cast<unsigned char>(*at);
    const bool plain = length > 1 || (length == 1 && c >= 0x20 && c != 0x7F);
    if (out.size() + std::max<std::size_t>(length, 1) > longest) break;
    if (plain) {
      out.append(at, length);
    } else {
      out += '?';
    }
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::int32_t manual_code_of(std::string_view emv_code) noexcept {
  const EmvCode* const entry = find(emv_code);
  return entry != nullptr && entry->manual != 0 ? entry->manual : kOther;
}

std::string_view error_description_of(std::string_view emv_code) noexcept {
  const EmvCode* const entry = find(emv_code);
  return entry != nullptr ? entry->description : "Error";
}

ProtocolFault make_fault(std::string_view emv_code, std::string_view detail,
                         std::string_view message_type) {
  ProtocolFault fault;
  fault.emv_code = emv_code;
  fault.error_description = error_description_of(emv_code);
  // errorDetail is a required element, so it is never empty.
  fault.error_detail = shown(detail.empty() ? fault.error_description : detail, kLongestDetail);
  fault.error_message_type = message_type;
  fault.manual_code = manual_code_of(emv_code);
  fault.text = "The ACS's message breaks the protocol, error " + fault.emv_code + " (" +
               fault.error_description + "): " + shown(fault.error_detail) +
               "; the challenge is over, begin a new transaction";
  return fault;
}

void Faults::add(std::string_view emv_code, std::string_view element) {
  if (code_.empty()) code_ = emv_code;
  if (code_ != emv_code) return;
  if (std::find(elements_.begin(), elements_.end(), element) == elements_.end()) {
    elements_.emplace_back(element);
  }
}

ProtocolFault Faults::first() const {
  std::string detail;
  for (const std::string& element : elements_) {
    if (!detail.empty()) detail += ',';
    detail += element;
  }
  return make_fault(code_, detail);
}

}  // namespace coffer::threeds
