#include "threeds/screen_values.h"

#include "core/text.h"
#include "threeds/screen_reader.h"

namespace coffer::threeds {
namespace {

constexpr std::size_t kLongestLabel = 45;
constexpr std::int32_t kLongestEntry = 45;           // challengeDataEntryLengthMax, also default
constexpr std::size_t kLongestPageOld = 100 * 1024;  // decoded, 2.1.0 and 2.2.0
constexpr std::size_t kLongestPage = 300000;         // characters of base64, 2.3.1
constexpr std::size_t kLongestImages = 6144;

std::string child_of(std::string_view parent, std::string_view member) {
  return std::string(parent) + "." + std::string(member);
}

bool two_digits(std::string_view text) noexcept {
  return text.size() == 2 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool is_missing(core::JsonView value) {
  return !value || value.is_null() || (value.is_string() && value.string_or("").empty());
}

void ScreenValues::deviation(std::string_view name, std::string_view what) {
  if (expected_.strict) wrong_.add("203", name);
  notes_.push_back(std::string(name) + " " + std::string(what));
}

std::string ScreenValues::text(core::JsonView value, std::string_view name, std::size_t longest) {
  if (!value) return "";
  if (is_missing(value)) {
    // Req 309. Before 2.3.1 ACSs do it so often that it is absent even when strict.
    if (expected_.version == Version::k231) {
      deviation(name, "is empty");
    } else {
      notes_.push_back(std::string(name) + " is empty");
    }
    return "";
  }
  if (!value.is_string()) {
    wrong_.add("203", name);
    return "";
  }
  std::string out = value.string_or("");
  const std::size_t count = character_count(out);
  if (longest != 0 && count > longest) {
    deviation(name,
              "has " + std::to_string(count) + " characters, more than " + std::to_string(longest));
  }
  return out;
}

bool ScreenValues::flag(core::JsonView value, std::string_view name) {
  const std::string word = text(value, name, 0);
  if (word.empty() || word == "Y" || word == "N") return word == "Y";
  deviation(name, "is neither Y nor N");
  return false;
}

// A code that is reserved for later versions is 207 where that exists (2.3.1).
void ScreenValues::unknown_code(std::string_view text, std::string_view name) {
  if (expected_.strict && expected_.version == Version::k231 && two_digits(text)) {
    wrong_.add("207", name);
  }
  deviation(name, "has a value that is not known");
}

std::int32_t ScreenValues::code(core::JsonView value, std::string_view name, std::int32_t last) {
  const std::string word = text(value, name, 0);
  if (word.empty()) return 0;
  const auto number = two_digits(word) ? core::parse_int(word) : std::nullopt;
  if (number && *number >= 1 && *number <= last) return static_cast<std::int32_t>(*number);
  unknown_code(word, name);
  return 0;
}

std::int32_t ScreenValues::length_max(core::JsonView value, std::string_view name) {
  const std::string word = text(value, name, 0);
  if (word.empty()) return kLongestEntry;
  const bool digits = word.find_first_not_of("0123456789") == std::string::npos;
  const auto number = digits && word.size() <= 3 ? core::parse_int(word) : std::nullopt;
  if (number && *number >= 1 && *number <= kLongestEntry) {
    if (!two_digits(word)) deviation(name, "has not two digits");
    return static_cast<std::int32_t>(*number);
  }
  deviation(name, "is not 01 to 45");
  return kLongestEntry;
}

EntryBox ScreenValues::entry_box(core::JsonView value, std::string_view name) {
  EntryBox out;
  if (!value.is_object()) {
    wrong_.add("203", name);
    return out;
  }
  const auto member = [&](std::string_view child) { return value[child]; };
  const std::string label = child_of(name, "challengeDataEntryLabel");
  if (is_missing(member("challengeDataEntryLabel"))) missing_.add("201", label);
  out.present = true;
  out.label = text(member("challengeDataEntryLabel"), label, kLongestLabel);
  out.autofill =
      flag(member("challengeDataEntryAutofill"), child_of(name, "challengeDataEntryAutofill"));
  out.autofill_type = code(member("challengeDataEntryAutofillType"),
                           child_of(name, "challengeDataEntryAutofillType"), 2);
  out.keyboard_type = code(member("challengeDataEntryKeyboardType"),
                           child_of(name, "challengeDataEntryKeyboardType"), 2);
  out.length_max = length_max(member("challengeDataEntryLengthMax"),
                              child_of(name, "challengeDataEntryLengthMax"));
  out.masking =
      flag(member("challengeDataEntryMasking"), child_of(name, "challengeDataEntryMasking"));
  out.masking_toggle =
      flag(member("challengeDataEntryToggle"), child_of(name, "challengeDataEntryToggle"));
  return out;
}

std::array<std::string, 3> ScreenValues::images(core::JsonView value, std::string_view name,
                                                bool newest) {
  constexpr std::array<std::string_view, 3> kOld = {"medium", "high", "extraHigh"};
  constexpr std::array<std::string_view, 3> kNew = {"default", "dark", "monochrome"};
  std::array<std::string, 3> out;
  if (is_missing(value)) return out;
  if (!value.is_object()) {
    wrong_.add("203", name);
    return out;
  }
  const auto& own = newest ? kNew : kOld;
  const auto& other = newest ? kOld : kNew;
  std::size_t total = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out.at(i) = text(value[own.at(i)], child_of(name, own.at(i)), 0);
    if (out.at(i).empty()) {
      out.at(i) = text(value[other.at(i)], child_of(name, other.at(i)), 0);
    }
    total += out.at(i).size();
  }
  if (newest && out[0].empty()) deviation(child_of(name, "default"), "is missing");
  if (newest && total > kLongestImages) deviation(name, "is longer than 6144 characters");
  return out;
}

void ScreenValues::check_count(std::string_view name, std::size_t count, std::size_t most) {
  if (count > most) {
    deviation(name,
              "has " + std::to_string(count) + " elements, more than " + std::to_string(most));
  }
}

void ScreenValues::check_page(std::string_view name, std::size_t characters, std::size_t decoded) {
  const bool long_page =
      expected_.version == Version::k231 ? characters > kLongestPage : decoded > kLongestPageOld;
  if (long_page) deviation(name, "is longer than the version allows");
}

}  // namespace coffer::threeds
