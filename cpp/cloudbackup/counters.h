// The counters of a run, read at any time from any thread (contract section 3).
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace coffer::cloudbackup {

// What became of a message; each listed one is counted once, here or through fail().
enum class Fate { kSaved, kUnchanged, kSkipped, kGone };

struct CounterValues {
  std::int64_t listed = 0;
  std::int64_t saved = 0;
  std::int64_t unchanged = 0;
  std::int64_t skipped = 0;
  std::int64_t gone = 0;
  std::int64_t failed = 0;
  std::int64_t deleted = 0;
  std::int64_t bytes_saved = 0;
  std::int64_t pending() const { return listed - saved - unchanged - skipped - gone - failed; }
};

struct FailedMessage {
  std::string id;
  std::int32_t code = 0;
  std::string text;
};

// Threads: any.
class Counters {
 public:
  void reset();
  void add_listed();
  void settle(Fate fate, std::int64_t bytes = 0);
  void fail(FailedMessage message);
  void add_deleted();
  CounterValues values() const;
  FailedMessage failed_message(std::int64_t index) const;  // index checked by the caller

 private:
  mutable std::mutex mutex_;
  CounterValues values_;
  std::vector<FailedMessage> failed_;
};

}  // namespace coffer::cloudbackup
