// One run: the three phases in a loop of their own, from the first request to EndBackup.
//
// Threads: execute belongs to one thread (the engine's); abort and wake to any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "cloudbackup/run_context.h"

namespace coffer::cloudbackup {

enum class Phase : int { kIdle = 0, kInitialization = 1, kBackup = 2, kSync = 3 };

class Run {
 public:
  struct Ports {
    net::Transport& transport;
    Credentials& credentials;
    store::BackupStore& store;
    RunEvents& events;
    core::Log& log;
    Counters& counters;
    const core::Clock& clock;
    std::string sqlite_vfs;
    std::function<std::size_t()> run_answers;  // of the event queue
    std::function<void(Phase)> phase_changed;
  };
  Run(RunSettings settings, Ports ports);
  ~Run();

  // Runs to the end. The Error event, if any, has been posted; EndBackup is the caller's.
  store::RunEnd execute();
  void abort() noexcept;

 private:
  void begin();
  void loop(RunPhase& phase);
  bool ended() const { return aborted_.load() || failed_; }
  void fail(std::int32_t code, const std::string& text);
  void sync();
  void say_sums();

  RunSettings settings_;
  Ports ports_;
  Timers timers_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  std::unique_ptr<GraphClient> client_;
  std::unique_ptr<RunContext> context_;
  std::atomic<bool> aborted_{false};
  bool failed_ = false;
};

}  // namespace coffer::cloudbackup
