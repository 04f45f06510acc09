#include "cloudbackup/run.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "cloudbackup/backup_phase.h"
#include "cloudbackup/listing_phase.h"
#include "cloudbackup/sync_phase.h"
#include "core/error.h"

namespace coffer::cloudbackup {
namespace {
// Nothing depends on it: every source of progress wakes the loop.
constexpr std::chrono::milliseconds kLongestWait{1000};
}  // namespace

Run::Run(RunSettings settings, Ports ports)
    : settings_(std::move(settings)), ports_(std::move(ports)) {}

Run::~Run() = default;

void Run::abort() noexcept {
  aborted_.store(true);
  ports_.transport.wake();
}

void Run::fail(std::int32_t code, const std::string& text) {
  if (failed_ || aborted_.load()) {
    return;
  }
  failed_ = true;
  ports_.log.error(std::to_string(code) + " " + text);
  if (ports_.events.wants(kOnError)) {
    auto event = std::make_unique<ErrorEvent>();
    event->error_code = code;
    event->description = text;
    ports_.events.post(kOnError, std::move(event), nullptr);
  }
}

void Run::begin() {
  const auto fail = [this](std::int32_t code, const std::string& text) { this->fail(code, text); };
  client_ = std::make_unique<GraphClient>(
      settings_,
      GraphClient::Ports{ports_.transport, ports_.credentials, ports_.clock, ports_.log, fail});
  context_ = std::make_unique<RunContext>(RunContext{settings_,
                                                     *client_,
                                                     ports_.store,
                                                     ports_.events,
                                                     ports_.log,
                                                     ports_.counters,
                                                     ports_.clock,
                                                     timers_,
                                                     nullptr,
                                                     {},
                                                     0,
                                                     0,
                                                     false,
                                                     fail,
                                                     alive_});
  context_->last_row = ports_.store.last_row();
  context_->run = ports_.store.begin_run(settings_.resume);
  context_->spool =
      ListingSpool::create(ports_.store.temporary_path("listing.db"), ports_.sqlite_vfs);
}

store::RunEnd Run::execute() {
  try {
    begin();
    ports_.phase_changed(Phase::kInitialization);
    ListingPhase listing(*context_);
    loop(listing);
    if (!ended()) {
      ports_.phase_changed(Phase::kBackup);
      BackupPhase backup(*context_);
      loop(backup);
      // What was handed to the disk is still counted and told, also by a run that was aborted.
      ports_.store.drain();
      if (!ended()) {
        sync();
      }
      alive_.reset();  // answers that come later find no phase to go on with
    }
  } catch (const core::Error& error) {
    fail(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    fail(30002, "Out of memory.");
  } catch (const std::exception& error) {
    fail(30005, std::string("Internal error: ") + error.what());
  }
  alive_.reset();
  if (client_) {
    client_->cancel_all();
  }
  timers_.clear();
  ports_.store.drain();
  say_sums();
  if (context_) {
    context_->spool.reset();
  }
  const store::RunEnd end = failed_           ? store::RunEnd::kFailed
                            : aborted_.load() ? store::RunEnd::kAborted
                                              : store::RunEnd::kComplete;
  try {
    ports_.store.end_run(end);
  } catch (const core::Error& error) {
    fail(error.code(), error.what());
  }
  ports_.phase_changed(Phase::kIdle);
  return end;
}

void Run::sync() {
  if (!settings_.sync_deletes) {
    return;
  }
  if (context_->item_given_up) {
    ports_.log.error(
        "The Sync phase is left out: the listing held items that could not be "
        "understood, so nothing proves what is missing.");
    return;
  }
  ports_.phase_changed(Phase::kSync);
  SyncPhase phase(*context_);
  loop(phase);
  alive_.reset();
  client_->cancel_all();
}

void Run::loop(RunPhase& phase) {
  while (!ended()) {
    phase.step();
    // What a handler has answered stays answered, also for a process that is killed now.
    ports_.store.keep_marks();
    if (phase.done() || ended()) {
      return;
    }
    client_->pump();
    if (ended()) {
      return;
    }
    auto wait = phase.busy() ? std::chrono::milliseconds{0} : kLongestWait;
    const core::Clock::Time now = ports_.clock.now();
    const auto consider = [&](const std::optional<core::Clock::Time>& when) {
      if (when) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*when - now);
        wait = std::clamp(left, std::chrono::milliseconds{0}, wait);
      }
    };
    consider(timers_.next());
    consider(client_->next_event());
    ports_.transport.run_once(wait);
    ports_.run_answers();
    ports_.store.run_completions();
    timers_.run_due(ports_.clock.now());
  }
}

void Run::say_sums() {
  const CounterValues sums = ports_.counters.values();
  std::string text = std::to_string(sums.listed) + " listed: " + std::to_string(sums.saved) +
                     " saved, " + std::to_string(sums.unchanged) + " unchanged, " +
                     std::to_string(sums.skipped) + " skipped, " + std::to_string(sums.gone) +
                     " gone, " + std::to_string(sums.failed) + " failed, " +
                     std::to_string(sums.pending()) + " pending; " + std::to_string(sums.deleted) +
                     " deleted locally.";
  if (failed_ || aborted_.load() || sums.failed > 0 || sums.pending() > 0) {
    text += " The backup is incomplete.";
  }
  ports_.log.info(text);
}

}  // namespace coffer::cloudbackup
