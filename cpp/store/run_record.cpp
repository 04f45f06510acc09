#include "store/run_record.h"

#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "store/small_file.h"

namespace coffer::store {
namespace {

constexpr const char* kName = "run.json";

constexpr std::array<std::pair<RunState, const char*>, 4> kWords = {{
    {RunState::kRunning, "running"},
    {RunState::kAborted, "aborted"},
    {RunState::kFailed, "failed"},
    {RunState::kComplete, "complete"},
}};

// A whole number that a double holds exactly, or 0.
std::int64_t counter(const core::JsonView& value) {
  constexpr double kMost = 1e15;
  const double number = value.number().value_or(0);
  return number >= 1 && number <= kMost ? static_cast<std::int64_t>(std::floor(number)) : 0;
}

}  // namespace

RunRecord read_run_record(fs::Directory& meta, std::string& problem) {
  const std::optional<std::string> text = read_small_file(meta, kName);
  if (!text) return {};
  try {
    const core::Document document = core::Document::parse(*text, 0, kName);
    RunRecord record;
    record.run = counter(document.root()["run"]);
    record.session = counter(document.root()["session"]);
    const std::string state = document.root()["state"].string_or("");
    for (const auto& [value, word] : kWords) {
      if (state == word) record.state = value;
    }
    if (record.run > 0 && record.state != RunState::kNone) return record;
    problem = "it names no run and state";
  } catch (const core::Error& error) {
    problem = error.what();
  }
  return {};
}

void write_run_record(fs::Directory& meta, const RunRecord& record) {
  const char* state = "";
  for (const auto& [value, word] : kWords) {
    if (record.state == value) state = word;
  }
  write_small_file(meta, kName,
                   "{\"run\":" + std::to_string(record.run) + ",\"session\":" +
                       std::to_string(record.session) + ",\"state\":\"" + state + "\"}\n");
}

bool unfinished(const RunRecord& record) noexcept {
  return record.state == RunState::kRunning || record.state == RunState::kAborted ||
         record.state == RunState::kFailed;
}

}  // namespace coffer::store
