// The Log event: levels, types, masking. One object per component; any thread.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace coffer::core {

// The manual's levels (Log event). An entry passes when its level is below or at LogLevel, except
// that LogLevel 0 logs nothing and errors (level 0) pass from 1 on.
enum class LogLevel : int { kError = 0, kInfo = 1, kVerbose = 2, kDebug = 3 };

class Log {
 public:
  // (level, message, type): the type is one of the manual's LogType words.
  using Sink = std::function<void(int, const std::string&, const char*)>;

  void set_sink(Sink sink);  // before anything is logged
  // Whether anybody hears it; before anything is logged. Without it: whoever set the sink does.
  void set_heard(std::function<bool()> heard) { heard_ = std::move(heard); }
  void set_level(int level) noexcept { level_.store(level, std::memory_order_relaxed); }
  int level() const noexcept { return level_.load(std::memory_order_relaxed); }
  bool passes(LogLevel entry) const noexcept;

  void error(const std::string& message) { write(LogLevel::kError, message, "Error"); }
  void info(const std::string& message) { write(LogLevel::kInfo, message, "Info"); }
  void verbose(const std::string& message) { write(LogLevel::kVerbose, message, "Verbose"); }
  void debug(const std::string& message) { write(LogLevel::kDebug, message, "Debug"); }
  // Texts longer than 64 KiB go out in pieces, cut between UTF-8 characters.
  void write(LogLevel entry, const std::string& message, const char* type);

 private:
  std::atomic<int> level_{1};
  Sink sink_;
  std::function<bool()> heard_;
};

// "Authorization: Bearer abc" -> "Authorization: Bearer ******"; also Proxy-Authorization, Cookie,
// Set-Cookie. One header line.
std::string masked_header(std::string_view line);
// Bodies: tokens, codes, secrets, passwords and assertions in JSON objects and form-urlencoded
// text, whatever the case of their names.
std::string masked_body(std::string_view body);
// Query parameters of the same names, and userinfo.
std::string masked_url(std::string_view url);

}  // namespace coffer::core
