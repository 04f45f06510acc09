// Messages of one transaction as texts that a test changes member by member.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "threeds/cres.h"

namespace threeds_test {

namespace core = coffer::core;
namespace threeds = coffer::threeds;
using threeds::Version;

constexpr Version kVersions[] = {Version::k210, Version::k220, Version::k231};
constexpr std::string_view kServerId = "8a880dc0-d2d2-4067-bcb1-b08d1690b26e";
constexpr std::string_view kAcsId = "d7c1ee99-9478-44a6-b1f2-391e29c6b340";
constexpr std::string_view kDsId = "f25084f0-5b16-4c0a-ae5d-b24808a95e4b";
constexpr std::string_view kSdkId = "b2385523-a66c-4907-ac3c-91848e8c0067";

inline threeds::TransactionIds ids() {
  return {std::string(kServerId), std::string(kAcsId), std::string(kDsId), std::string(kSdkId)};
}

inline std::string quoted(std::string_view text) {
  return core::json_quoted(text);
}

// An object as a list of names and JSON values, so that a test can leave members out, repeat them
// and give them any type.
class Members {
 public:
  Members& raw(std::string_view name, std::string_view json) {
    for (auto& member : list_) {
      if (member.first == name) {
        member.second = json;
        return *this;
      }
    }
    list_.emplace_back(name, json);
    return *this;
  }
  Members& text(std::string_view name, std::string_view value) { return raw(name, quoted(value)); }
  Members& again(std::string_view name, std::string_view json) {
    list_.emplace_back(name, json);
    return *this;
  }
  Members& without(std::string_view name) {
    std::vector<std::pair<std::string, std::string>> kept;
    for (auto& member : list_) {
      if (member.first != name) kept.push_back(std::move(member));
    }
    list_ = std::move(kept);
    return *this;
  }
  std::string json() const {
    std::string out = "{";
    for (const auto& [name, value] : list_) {
      if (out.size() > 1) out += ',';
      out += quoted(name) + ":" + value;
    }
    return out + "}";
  }

 private:
  std::vector<std::pair<std::string, std::string>> list_;
};

constexpr std::string_view kPage = "PGh0bWw-T0s8L2h0bWw-";  // <html>OK</html>

// A screen with exactly the elements that its template requires in that version.
inline Members cres(Version version, int ui_type, int counter = 0) {
  Members out;
  const std::string digits = "00" + std::to_string(counter);
  out.text("messageType", "CRes").text("messageVersion", threeds::version_text(version));
  out.text("threeDSServerTransID", kServerId).text("acsTransID", kAcsId);
  out.text("sdkTransID", kSdkId).text("acsCounterAtoS", digits.substr(digits.size() - 3));
  out.text("challengeCompletionInd", "N").text("acsUiType", "0" + std::to_string(ui_type));
  const bool native = ui_type != 5 && ui_type != 6;
  if (!native) out.text("acsHTML", kPage);
  if (native && version == Version::k231) {
    out.text("challengeInfoHeader", "Header").text("challengeInfoText", "Text");
    if (ui_type == 2 || ui_type == 3) out.text("challengeInfoLabel", "Label");
    if (ui_type == 1) {
      out.raw("challengeEntryBox", R"({"challengeDataEntryLabel":"Code"})");
    }
    if (ui_type == 7) out.text("infoContinueLabel", "Continue");
  }
  if (ui_type == 2 || ui_type == 3) {
    out.raw("challengeSelectInfo", R"([{"phone":"Mobile"},{"mail":"Mail"}])");
  }
  if (ui_type >= 1 && ui_type <= 3) out.text("submitAuthenticationLabel", "OK");
  if (ui_type == 4) out.text("oobContinueLabel", "Done");
  return out;
}

inline Members final_cres(Version version, std::string_view status, int counter = 0) {
  return cres(version, 1, counter)
      .without("acsUiType")
      .without("submitAuthenticationLabel")
      .without("challengeInfoHeader")
      .without("challengeInfoText")
      .without("challengeEntryBox")
      .text("challengeCompletionInd", "Y")
      .text("transStatus", status);
}

inline threeds::CresExpectations expected_by(Version version) {
  threeds::CresExpectations out;
  out.version = version;
  out.ids = ids();
  return out;
}

// The alternative of an outcome; an empty one of that type when it is another.
template <class T>
T as(const threeds::CresOutcome& outcome) {
  const T* const found = std::get_if<T>(&outcome);
  return found == nullptr ? T() : *found;
}

inline threeds::ProtocolFault fault_of(std::string_view text,
                                       const threeds::CresExpectations& expected) {
  return as<threeds::ProtocolFault>(threeds::parse_cres(text, expected));
}

inline threeds::Screen screen_of(std::string_view text, const threeds::CresExpectations& expected) {
  return as<threeds::Screen>(threeds::parse_cres(text, expected));
}

// The code that a call ends with, 0 when it returns; the text of the last error.
inline std::string& last_text() {
  static std::string text;
  return text;
}
inline std::int32_t code_of(const std::function<void()>& call) {
  try {
    call();
    return 0;
  } catch (const core::Error& error) {
    last_text() = error.what();
    return error.code();
  }
}

}  // namespace threeds_test
