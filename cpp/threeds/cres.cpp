#include "threeds/cres.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/text.h"
#include "threeds/json_scan.h"
#include "threeds/message_json.h"
#include "threeds/screen_reader.h"
#include "threeds/ui_elements.h"

namespace coffer::threeds {
namespace {

using core::JsonView;

constexpr std::int32_t kVersionRefused = 1102;  // manual code (emv-3ds section 17, 4)
constexpr std::uint32_t kLastCounter = 255;
constexpr std::int32_t kUnreachable = 30005;

constexpr std::array<std::string_view, 9> kTypes = {"AReq", "ARes", "CReq", "CRes", "PReq",
                                                    "PRes", "RReq", "RRes", "Erro"};

// errorMessageType names only what is a message type.
std::string_view type_to_report(std::string_view type) noexcept {
  const auto* const at = std::find(kTypes.begin(), kTypes.end(), type);
  return at == kTypes.end() ? std::string_view() : *at;
}

bool is_name_twice(std::string_view problem) noexcept {
  return core::starts_with(problem, "a name used twice");
}

// Which Erro answers a text that the checker refused: twins are 204, characters that strings must
// not hold 203, all else 101.
ProtocolFault fault_of_text(std::string_view message, const std::string& problem) {
  const std::size_t octet = octet_of_problem(problem);
  const std::string type(core::trim(raw_member(message.substr(0, octet), "messageType")));
  const std::string_view reported =
      type.size() > 2 ? type_to_report(std::string_view(type).substr(1, type.size() - 2))
                      : std::string_view();
  if (is_name_twice(problem)) {
    return make_fault("204", element_at(message, octet), reported);
  }
  if (core::starts_with(problem, "half a surrogate pair") ||
      core::starts_with(problem, "the character U+0000")) {
    return make_fault("203", element_at(message, octet), reported);
  }
  return make_fault("101", "no JSON: " + problem, reported);
}

std::optional<std::uint32_t> counter_of(std::string_view text) noexcept {
  if (text.empty() || text.size() > 3 ||
      text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  const auto number = core::parse_int(text);
  if (!number || *number > kLastCounter) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

// The checks in the order of emv-3ds section 11.3; the first stage that fails decides.
class Checks {
 public:
  Checks(JsonView root, std::string_view message, const CresExpectations& expected)
      : root_(root), message_(message), expected_(expected) {}

  CresOutcome run() {
    check_version();
    if (!fault_) check_required();
    if (!fault_) check_ids();
    if (!fault_) check_counter();
    if (!fault_) check_extensions();
    if (!fault_ && root_["challengeCompletionInd"].string_or("") == "Y") return final_result();
    if (!fault_) check_ui_type();
    if (fault_) return std::move(*fault_);
    Screen screen;
    static_cast<CresCommon&>(screen) = std::move(common_);
    Faults faults;
    read_screen(root_, ui_type_, expected_, screen, faults);
    if (!faults.none()) return faults.first();
    return screen;
  }

 private:
  void stop(std::string_view code, std::string_view detail) { fault_ = make_fault(code, detail); }
  void stop(const Faults& faults) {
    if (!faults.none() && !fault_) fault_ = faults.first();
  }

  // Another version of ours is 203 (EMV Req 320), one that nobody knows 102.
  void check_version() {
    constexpr std::string_view kName = "messageVersion";
    const JsonView value = root_[kName];
    if (is_missing(value)) return stop("201", kName);
    if (!value.is_string()) return stop("203", kName);
    const std::string text = value.string_or("");
    if (text == version_text(expected_.version)) return;
    stop(known_version(text) ? "203" : "102", kName);
    fault_->manual_code = kVersionRefused;
  }

  void check_required() {
    constexpr std::array<std::string_view, 5> kAlways = {"threeDSServerTransID", "acsTransID",
                                                         "sdkTransID", "acsCounterAtoS",
                                                         "challengeCompletionInd"};
    const bool final = root_["challengeCompletionInd"].string_or("") == "Y";
    Faults missing;
    Faults wrong;
    for (const std::string_view name : kAlways) {
      if (is_missing(root_[name])) {
        missing.add("201", name);
      } else if (!root_[name].is_string()) {
        wrong.add("203", name);
      }
    }
    const std::string_view conditional = final ? "transStatus" : "acsUiType";
    if (is_missing(root_[conditional])) missing.add("201", conditional);
    const std::string completion = root_["challengeCompletionInd"].string_or("N");
    if (completion != "Y" && completion != "N") wrong.add("203", "challengeCompletionInd");
    const JsonView counter = root_["acsCounterAtoS"];
    if (counter.is_string() && !counter_of(counter.string_or(""))) {
      wrong.add("203", "acsCounterAtoS");
    }
    stop(missing);
    stop(wrong);
  }

  void check_ids() {
    Faults faults;
    const auto compare = [&](std::string_view name, const std::string& ours) {
      if (!core::equal_ignoring_case(root_[name].string_or(""), ours)) faults.add("301", name);
    };
    compare("threeDSServerTransID", expected_.ids.three_ds_server_trans_id);
    compare("acsTransID", expected_.ids.acs_trans_id);
    compare("sdkTransID", expected_.ids.sdk_trans_id);
    stop(faults);
  }

  // ACSs begin with 0 or 1; from then on each is one more than the last, up to 255.
  void check_counter() {
    common_.counter = *counter_of(root_["acsCounterAtoS"].string_or(""));
    const bool good = expected_.first ? common_.counter <= 1 : common_.counter == expected_.counter;
    if (!good) stop("302", "acsCounterAtoS");
  }

  void check_extensions() {
    Faults faults;
    common_.extensions =
        read_extensions(root_, message_, expected_.known_extensions, expected_.strict, faults);
    stop(faults);
  }

  // A status outside the list ends the challenge as not authenticated, without an Erro.
  FinalResult final_result() {
    FinalResult out;
    static_cast<CresCommon&>(out) = std::move(common_);
    const std::string status = root_["transStatus"].string_or("");
    const bool known =
        status == "Y" || status == "N" || (status == "D" && expected_.version == Version::k231);
    out.trans_status = known ? status : "N";
    if (!known) out.notes.emplace_back("transStatus has a value that is not known, taken as N");
    return out;
  }

  void check_ui_type() {
    constexpr std::string_view kName = "acsUiType";
    const std::string text = root_[kName].string_or("");
    const bool digits =
        text.size() == 2 && text.find_first_not_of("0123456789") == std::string::npos;
    const auto number = digits ? core::parse_int(text) : std::nullopt;
    if (number && *number >= 1 && *number <= last_ui_type(expected_.version)) {
      ui_type_ = static_cast<std::int32_t>(*number);
      return;
    }
    const bool reserved = number && *number != 0 && expected_.version == Version::k231;
    stop(reserved ? "207" : "203", kName);
  }

  const JsonView root_;
  const std::string_view message_;
  const CresExpectations& expected_;
  CresCommon common_;
  std::int32_t ui_type_ = 0;
  std::optional<ProtocolFault> fault_;
};

}  // namespace

CresOutcome parse_cres(std::string_view message, const CresExpectations& expected) {
  const core::JsonLimits limits = message_limits();
  const std::string problem = core::json_problem(message, limits);
  if (!problem.empty()) return fault_of_text(message, problem);
  const auto document = core::Document::parse(message, kUnreachable, "CRes", limits);
  const JsonView root = document.root();
  if (!root.is_object()) return make_fault("101", "no JSON object", "");
  const std::string type = root["messageType"].string_or("");
  if (type == "Erro") return read_erro(root);
  if (type != "CRes") return make_fault("101", "messageType", type_to_report(type));
  return Checks(root, message, expected).run();
}

ProtocolFault undecipherable(std::string_view detail) {
  return make_fault("302", detail);
}

}  // namespace coffer::threeds
