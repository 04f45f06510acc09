// The Backup Phase: takes the listed messages one after the other through
// BeforeMessageBackup, $value, MessageBackup, the disk and AfterMessageBackup. A slow handler parks
// its message, never the others.
//
// Threads: one (the engine's).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "cloudbackup/message_sink.h"
#include "cloudbackup/run_context.h"
#include "graph/message.h"

namespace coffer::cloudbackup {

class BackupPhase final : public RunPhase {
 public:
  explicit BackupPhase(RunContext& run) : run_(run) {}
  void step() override;
  bool done() const override { return exhausted_ && jobs_.empty(); }

 private:
  struct Job {
    std::uint64_t number = 0;
    graph::Message message;
    std::string path;
    bool unchanged = false;
    int failures = 0;
    bool fresh_connection = false;
    bool encode_twice = false;
    std::shared_ptr<MessageSink> sink;
    // Held here while the MessageBackup handler looks at it; the event shares it, so that a run
    // that is aborted meanwhile does not take it from under the handler.
    std::shared_ptr<std::unique_ptr<store::NewMessage>> file;
  };
  using JobPtr = std::shared_ptr<Job>;

  void begin(graph::Message& message);
  void offer(const JobPtr& job);
  void offered(const JobPtr& job, bool skip, const std::string& path);
  void fetch(const JobPtr& job);
  void fetched(const JobPtr& job, CallResult&& result);
  void refused(const JobPtr& job, const CallResult& result);
  void show(const JobPtr& job);
  void save(const JobPtr& job);
  void saved(const JobPtr& job, std::uint64_t octets, const store::CommitOutcome& outcome);
  void failed(const JobPtr& job, std::int32_t code, const std::string& text, bool permanent);
  void settle(const JobPtr& job, Fate fate, std::int64_t octets = 0);
  void leave(const JobPtr& job) { jobs_.erase(job->number); }

  RunContext& run_;
  bool announced_ = false;
  bool exhausted_ = false;
  std::uint64_t last_number_ = 0;
  graph::Message next_;  // read into again and again: most messages of most runs are unchanged
  std::unordered_map<std::uint64_t, JobPtr> jobs_;
};

}  // namespace coffer::cloudbackup
