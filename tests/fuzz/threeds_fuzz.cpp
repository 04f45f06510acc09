// What the 3DS Server and the ACS send: an auth response ends in a result or in Error 604, a CRes
// in a screen, a final result, a received Erro or a fault whose Erro is good JSON. What is shown
// can be walked, masked and answered.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "require.h"
#include "threeds/auth_response.h"
#include "threeds/cres.h"
#include "threeds/erro.h"
#include "threeds/json_path.h"
#include "threeds/json_scan.h"
#include "threeds/masking.h"

namespace core = coffer::core;
namespace threeds = coffer::threeds;

namespace {

bool one_line(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  }
  return core::valid_utf8(text);
}

void check_auth_response(std::string_view text, threeds::Version version) {
  try {
    const auto read = threeds::parse_auth_response(text, {version, "s"});
    require(core::json_problem(read.json).empty());
    require(read.erro || read.trans_status.size() == 1);
    require(read.trans_status != "C" || !read.acs_signed_content.empty());
  } catch (const core::Error& error) {
    require(error.code() == 604 && one_line(error.what()));
  }
}

void check_screen(const threeds::Screen& screen, threeds::Version version) {
  require(screen.acs_ui_type >= 1 && screen.acs_ui_type <= 7);
  require(version == threeds::Version::k231 || screen.acs_ui_type <= 5);
  require(core::valid_utf8(screen.acs_html) && screen.acs_html.find('\0') == std::string::npos);
  require(screen.entry_box.length_max <= 45 && screen.entry_box.autofill_type <= 2);
  threeds::CreqState state;
  state.version = version;
  state.last = screen.facts;
  threeds::CreqInput input;
  input.challenge_cancellation_indicator = "01";
  const auto answer = threeds::build_creq(state, input);
  require(core::json_problem(answer.json.reveal()).empty());
}

void check_cres(std::string_view text, threeds::Version version, bool strict) {
  threeds::CresExpectations expected;
  expected.version = version;
  expected.ids = {"t", "a", "d", "s"};
  expected.strict = strict;
  const auto outcome = threeds::parse_cres(text, expected);
  if (const auto* fault = std::get_if<threeds::ProtocolFault>(&outcome)) {
    require(fault->manual_code >= 1101 && fault->manual_code <= 1302);
    require(fault->emv_code.size() == 3 && one_line(fault->text));
    require(!fault->error_detail.empty() && fault->error_detail.size() <= 2048);
    const std::string erro = threeds::erro_json(threeds::erro_for(*fault, version, expected.ids));
    require(core::json_problem(erro).empty() && threeds::is_erro(erro));
  } else if (const auto* screen = std::get_if<threeds::Screen>(&outcome)) {
    require(screen->counter <= 1);
    check_screen(*screen, version);
  } else if (const auto* end = std::get_if<threeds::FinalResult>(&outcome)) {
    require(end->trans_status == "Y" || end->trans_status == "N" || end->trans_status == "D");
  } else {
    const auto& erro = std::get<threeds::ReceivedErro>(outcome);
    require(erro.manual_code != 0 && one_line(erro.text));
  }
}

// Into each first child, and back by the path that the walker itself gives.
void check_path(std::string_view text) {
  try {
    threeds::PathWalker walker(threeds::json_tree(text));
    walker.go("/json");
    while (walker.child_count() != 0)
      walker.go("[1]");
    const std::string path = walker.path();
    const std::string leaf = walker.text();
    walker.go("/json");
    walker.go(path);
    require(walker.text() == leaf && walker.path() == path);
    require(text.find(walker.sub_tree()) != std::string_view::npos);
  } catch (const core::Error& error) {
    require(error.code() == 713 && !core::json_problem(text).empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr std::array<threeds::Version, 3> kVersions = {
      threeds::Version::k210, threeds::Version::k220, threeds::Version::k231};
  for (const threeds::Version version : kVersions) {
    check_auth_response(text, version);
    check_cres(text, version, false);
    check_cres(text, version, true);
    // The fields that every CRes has, so that short inputs reach the screen.
    std::string framed = R"({"messageType":"CRes","messageVersion":")";
    framed += threeds::version_text(version);
    framed += R"(","threeDSServerTransID":"t","acsTransID":"a","sdkTransID":"s",)"
              R"("acsCounterAtoS":"000","challengeCompletionInd":"N",)";
    framed += text;
    framed += '}';
    check_cres(framed, version, false);
    check_cres(framed, version, true);
  }
  // A path is checked where the strict limits of messages hold.
  core::JsonLimits strict;
  strict.replace_lone_surrogates = false;
  strict.allow_nul = false;
  if (core::json_problem(text, strict).empty()) {
    check_path(text);
    const std::string masked = threeds::masked_message(text);
    require(core::json_problem(masked).empty() && threeds::masked_message(masked) == masked);
  }
  threeds::masked_message(text);
  for (const std::size_t at : {std::size_t{0}, size / 2, size})
    threeds::element_at(text, at);
  try {
    threeds::PathWalker walker(threeds::json_tree(R"({"a":{"b":["1","2",{"c":"3"}]},"d":"4"})"));
    walker.go(text);
    const std::string path = walker.path();
    walker.go(path);
    require(walker.path() == path);
  } catch (const core::Error& error) {
    require(error.code() == 713 && one_line(error.what()));
  }
  return 0;
}
