#include "threeds/ui_elements.h"

#include <algorithm>
#include <array>

namespace coffer::threeds {
namespace {

// clang-format off
constexpr std::array<UiElement, 27> kElements = {{
    {"challengeInfoHeader",        "OOOOO", "OOOOO", "MMMMNNM", 45},
    {"challengeInfoText",          "OOOOO", "OOOOO", "MMMMNNM", 350},
    {"challengeInfoLabel",         "OOOOO", "OOOOO", "NMMONNO", 45},
    {"challengeEntryBox",          "NNNNN", "NNNNN", "MNNNNNN", 0},
    {"challengeEntryBoxTwo",       "NNNNN", "NNNNN", "ONNNNNN", 0},
    {"challengeSelectInfo",        "NMMNN", "NMMNN", "NMMNNNN", 0},
    {"submitAuthenticationLabel",  "MMMNN", "MMMNN", "MMMNNNN", 45},
    {"oobContinueLabel",           "NNNMN", "NNNMN", "NNNCNNN", 45},
    {"infoContinueLabel",          "NNNNN", "NNNNN", "NNNNNNM", 45},
    {"acsHTML",                    "NNNNM", "NNNNM", "NNNNMMN", 0},
    {"acsHTMLRefresh",             "NNNNO", "NNNNO", "NNNNNNN", 0},
    {"challengeAddInfo",           "OOOOO", "OOOOO", "NNNNNNN", 256},
    {"challengeAddLabel",          "NNNNN", "NNNNN", "OOOONNO", 45},
    {"challengeInfoTextIndicator", "OOOOO", "OOOOO", "OOOONNO", 0},
    {"deviceBindingInfoText",      "NNNNN", "NNNNN", "OOOONNO", 64},
    {"expandInfoLabel",            "OOOOO", "OOOOO", "OOOONNO", 45},
    {"expandInfoText",             "OOOOO", "OOOOO", "OOOONNO", 256},
    {"issuerImage",                "CCCCC", "CCCCC", "CCCCCCC", 0},
    {"psImage",                    "CCCCC", "CCCCC", "CCCCCCC", 0},
    {"oobAppLabel",                "OOOOO", "OOOOO", "NNNCNNN", 45},
    {"oobAppURL",                  "OOOOO", "OOOOO", "NNNCNCN", 2048},
    {"resendInformationLabel",     "OOOOO", "OOOOO", "ONNNNNN", 45},
    {"togglePositionInd",          "NNNNN", "NNNNN", "OOOONNO", 0},
    {"trustListInfoText",          "NNNNN", "NNNNN", "OOOONNO", 64},
    {"whitelistingInfoText",       "NNNNN", "OOOOO", "NNNNNNN", 64},
    {"whyInfoLabel",               "OOOOO", "OOOOO", "OOOONNO", 45},
    {"whyInfoText",                "OOOOO", "OOOOO", "OOOONNO", 256},
}};
// clang-format on

const UiElement* find(std::string_view name) noexcept {
  const auto* const at = std::find_if(kElements.begin(), kElements.end(),
                                      [name](const UiElement& e) { return e.name == name; });
  return at == kElements.end() ? nullptr : at;
}

}  // namespace

UiElements ui_elements() noexcept {
  return {kElements.data(), kElements.data() + kElements.size()};
}

char ui_rule(std::string_view element, Version version, std::int32_t ui_type) noexcept {
  const UiElement* const entry = find(element);
  if (entry == nullptr || ui_type < 1) return 'N';
  const std::string_view rules = version == Version::k210   ? entry->in_210
                                 : version == Version::k220 ? entry->in_220
                                                            : entry->in_231;
  const auto at = static_cast<std::size_t>(ui_type - 1);
  return at < rules.size() ? rules[at] : 'N';
}

std::size_t ui_longest(std::string_view element) noexcept {
  const UiElement* const entry = find(element);
  return entry == nullptr ? 0 : entry->longest;
}

}  // namespace coffer::threeds
