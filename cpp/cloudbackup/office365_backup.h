// The object behind the handle: properties and settings become a run, a run becomes events.
//
// Threads: see core::Component. A run has a thread of its own; handlers run only inside do_events
// and authorize, in the thread that calls them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cloudbackup/counters.h"
#include "cloudbackup/run.h"
#include "core/component.h"
#include "core/event_queue.h"
#include "core/log.h"
#include "net/options.h"

namespace coffer::oauth {
class TokenSource;
}

namespace coffer::cloudbackup {

class Office365Backup final : public core::Component {
 public:
  Office365Backup();
  ~Office365Backup() override;

  void start_backup() { start(false); }
  void resume_backup() { start(true); }
  void abort_backup() noexcept;
  void do_events();
  void authorize();
  void shut_down() noexcept override;

 protected:
  core::Value compute(int property, int index) const override;
  std::string compute_setting(int setting, int index) const override;
  void after_set(int property, int index) override;
  void check_setting(int setting, int index, const std::string& value) const;
  void after_set_setting(int setting, int index) override;
  bool locked() const noexcept override { return active_.load(); }

 private:
  class QueueEvents;
  struct Active;  // what lives as long as a run: transport, store, credentials, the run

  void start(bool resume);
  void run_to_end(Active& active);
  void join();
  RunSettings run_settings(bool resume) const;
  net::TransportOptions transport_options();
  std::shared_ptr<oauth::TokenSource> token_source();
  void log_entry(int level, const std::string& message, const char* type);

  core::EventQueue queue_;
  core::Log log_;
  Counters counters_;
  core::SystemClock clock_;
  std::atomic<bool> active_{false};
  std::atomic<int> phase_{0};
  std::atomic<std::uint64_t> requests_sent_{0};

  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<Active> current_;
  std::thread thread_;
  std::thread::id inline_thread_;  // inside authorize: events fire at once
  bool interrupted_ = false;
  net::ServerCertificate last_certificate_;
  std::shared_ptr<oauth::TokenSource> tokens_;
};

}  // namespace coffer::cloudbackup
