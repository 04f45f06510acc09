// .meta/run.json: which run was the last and how it ended. Not a cache: it decides what
// ResumeBackup continues (contract section 4).
//
// Threads: free functions without state.
#pragma once

#include <cstdint>
#include <optional>

#include "fs/file_system.h"

namespace coffer::store {

enum class RunState { kNone, kRunning, kAborted, kFailed, kComplete };

struct RunRecord {
  std::int64_t run = 0;      // a resume continues its number
  std::int64_t session = 0;  // counts every start and resume: tells an index that missed one
  RunState state = RunState::kNone;
};

// `problem` says what is wrong with a record that is there and cannot be understood; the record
// returned is then an empty one. StartBackup never needs it to be safe.
RunRecord read_run_record(fs::Directory& meta, std::string& problem);
void write_run_record(fs::Directory& meta, const RunRecord& record);
// Its holder is dead if it says running: the reader has the lock.
bool unfinished(const RunRecord& record) noexcept;

}  // namespace coffer::store
