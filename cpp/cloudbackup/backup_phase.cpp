#include "cloudbackup/backup_phase.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "graph/list_page.h"
#include "graph/list_query.h"
#include "mime/body_type.h"

namespace coffer::cloudbackup {
namespace {

// Messages in any state between the spool and their end: enough to keep every connection busy
// while handlers think, few enough for the descriptors of one process.
constexpr std::size_t kMostJobs = 128;
constexpr std::size_t kMostCommits = 256;
// Exchange carries at most 150 MB, about 200 MB as MIME (graph-mail 2). Far above that a reply is a
// decompression bomb, not a message.
constexpr std::size_t kLargestMessage = std::size_t{1} << 30;
// The Content-Type of the body stands near the beginning.
constexpr std::size_t kBodyTypeOctets = std::size_t{1} << 20;

template <typename Payload>
void describe(const graph::Message& message, Payload& payload) {
  payload.id = message.id;
  payload.subject = message.subject;
  payload.from = message.from;
  payload.sent_to = message.sent_to;
  payload.cc = message.cc;
  payload.bcc = message.bcc;
  payload.received_date_time = message.received;
  payload.sent_date_time = message.sent;
  payload.created_date_time = message.created;
  payload.has_attachments = message.has_attachments;
}

std::string body_type_of(store::NewMessage& file) {
  std::string beginning(std::min<std::uint64_t>(file.octets(), kBodyTypeOctets), '\0');
  beginning.resize(file.read(0, beginning.data(), beginning.size()));
  return mime::body_content_type(beginning);
}

}  // namespace

void BackupPhase::step() {
  if (!announced_) {
    announced_ = true;
    run_.log.info("Backup Phase: " + std::to_string(run_.counters.values().pending()) +
                  " messages are looked at.");
  }
  while (!exhausted_ && jobs_.size() < kMostJobs && !run_.events.full() &&
         run_.store.commits_pending() < kMostCommits) {
    if (!run_.spool->next(next_)) {
      exhausted_ = true;
      return;
    }
    begin(next_);
  }
}

void BackupPhase::begin(graph::Message& message) {
  std::optional<store::StoredMessage> stored;
  bool unchanged = false;
  if (message.problem.empty()) {
    stored = run_.store.find(message.id);
    unchanged = stored && stored->modified == message.modified;
    if (run_.settings.resume && ((unchanged && stored->run == run_.run) ||
                                 run_.store.is_done(message.id, message.modified))) {
      // The run that is being continued had finished with it.
      run_.counters.settle(Fate::kUnchanged, 0);
      return;
    }
    if (unchanged && !run_.events.wants(kOnBeforeMessageBackup)) {
      run_.store.mark_done(message.id, message.modified);
      run_.counters.settle(Fate::kUnchanged, 0);
      return;
    }
  }
  auto job = std::make_shared<Job>();
  job->number = ++last_number_;
  job->message = std::move(message);
  job->unchanged = unchanged;
  jobs_.emplace(job->number, job);
  if (!job->message.problem.empty()) {
    failed(job, 706, job->message.problem, true);
    return;
  }
  // The recorded place wins over today's createdDateTime: a message has one file.
  job->path = stored
                  ? stored->path
                  : run_.store.default_path(job->message.id, graph::month_of(job->message.created));
  offer(job);
}

void BackupPhase::offer(const JobPtr& job) {
  run_.ask<BeforeMessageBackupEvent>(
      kOnBeforeMessageBackup,
      [&job](BeforeMessageBackupEvent& event, bool listened) {
        if (listened) {
          describe(job->message, event);
        }
        event.backup_file = job->path;
        event.skip = job->unchanged;
      },
      [this, job](const BeforeMessageBackupEvent& event) {
        offered(job, event.skip, event.backup_file);
      });
}

void BackupPhase::offered(const JobPtr& job, bool skip, const std::string& path) {
  if (skip) {
    run_.store.mark_done(job->message.id, job->message.modified);
    settle(job, job->unchanged ? Fate::kUnchanged : Fate::kSkipped);
    return;
  }
  if (!path.empty()) {
    job->path = path;
  }
  fetch(job);
}

void BackupPhase::fetch(const JobPtr& job) {
  Call call;
  call.url = graph::value_url(graph::mailbox_url(run_.settings.graph_url, run_.settings.user_id),
                              job->message.id);
  if (job->encode_twice) {
    // A server that takes %2F for a slash wants it encoded once more (graph-mail 3).
    for (std::size_t at = call.url.find("%2F"); at != std::string::npos;
         at = call.url.find("%2F", at + 5)) {
      call.url.replace(at, 3, "%252F");
    }
  }
  call.json = false;
  call.max_reply = kLargestMessage;
  call.fresh_connection = job->fresh_connection;
  call.make_sink = [this, job] {
    job->sink = std::make_shared<MessageSink>([this, job] {
      return run_.store.create(job->message.id, job->message.modified, job->path);
    });
    return job->sink;
  };
  call.done = [this, job](CallResult&& result) { fetched(job, std::move(result)); };
  run_.client.submit(std::move(call));
}

void BackupPhase::fetched(const JobPtr& job, CallResult&& result) {
  const std::shared_ptr<MessageSink> sink = std::move(job->sink);
  if (sink && sink->disk_code() != 0) {
    failed(job, sink->disk_code(), sink->disk_text(), true);
    return;
  }
  if (result.refused) {
    refused(job, result);
    return;
  }
  if (result.code != 0) {
    failed(job, result.code, result.text, !result.transient);
    return;
  }
  MessageSink::Result body = sink->finish();
  if (body.code != 0) {
    failed(job, body.code, body.text, body.code != 706);
    return;
  }
  job->file = std::make_shared<std::unique_ptr<store::NewMessage>>(std::move(body.message));
  show(job);
}

void BackupPhase::refused(const JobPtr& job, const CallResult& result) {
  // A 404 that speaks of the mailbox says nothing about a message (graph-mail 7); any other does.
  if (result.reply.status == 404 && result.service.verdict != graph::Verdict::kMailboxGone) {
    failed(job, 710,
           "The message is gone: it was deleted or moved after it was listed. " + result.text,
           true);
    return;
  }
  switch (result.service.verdict) {
    case graph::Verdict::kTransient:
    case graph::Verdict::kThrottled:
      job->fresh_connection = result.reply.status == 503;
      failed(job, result.code, result.text, false);
      return;
    case graph::Verdict::kBadRequest:
      if (!job->encode_twice &&
          core::equal_ignoring_case(result.service.error.code, "RequestBroker--ParseUri") &&
          job->message.id.find('/') != std::string::npos) {
        job->encode_twice = true;
        fetch(job);
        return;
      }
      failed(job, result.code, result.text, true);
      return;
    default:
      failed(job, result.code, result.text, true);
      return;
  }
}

void BackupPhase::show(const JobPtr& job) {
  run_.ask<MessageBackupEvent>(
      kOnMessageBackup,
      [&job](MessageBackupEvent& event, bool listened) {
        if (listened) {
          describe(job->message, event);
          event.body_content_type = body_type_of(**job->file);
          event.eml = core::LazyBytes([file = job->file] { return (*file)->read_all(); });
        }
        event.skip = false;
      },
      [this, job](const MessageBackupEvent& event) {
        if (event.skip) {
          job->file.reset();
          run_.store.mark_done(job->message.id, job->message.modified);
          settle(job, Fate::kSkipped);
          return;
        }
        save(job);
      });
}

void BackupPhase::save(const JobPtr& job) {
  std::unique_ptr<store::NewMessage> file = std::move(*job->file);
  job->file.reset();
  const std::uint64_t octets = file->octets();
  try {
    run_.store.commit(std::move(file),
                      [this, job, octets, guard = run_.alive](const store::CommitOutcome& outcome) {
                        if (!guard.expired()) {
                          saved(job, octets, outcome);
                        }
                      });
  } catch (const core::Error& error) {
    failed(job, error.code(), error.what(), true);
  }
}

void BackupPhase::saved(const JobPtr& job, std::uint64_t octets,
                        const store::CommitOutcome& outcome) {
  if (outcome.code != 0) {
    failed(job, outcome.code, outcome.text, true);
    return;
  }
  // Counted first: a handler that reads MessagesSaved finds its message in it.
  settle(job, Fate::kSaved, static_cast<std::int64_t>(octets));
  run_.tell<AfterMessageBackupEvent>(kOnAfterMessageBackup, [&job](AfterMessageBackupEvent& event) {
    event.id = job->message.id;
  });
}

void BackupPhase::failed(const JobPtr& job, std::int32_t code, const std::string& text,
                         bool permanent) {
  ++job->failures;
  const bool retry = !permanent && job->failures <= run_.settings.max_retry_count;
  run_.log.write(retry ? core::LogLevel::kInfo : core::LogLevel::kError,
                 "Message " + job->message.id + ": " + std::to_string(code) + " " + text,
                 retry ? "Info" : "Error");
  run_.ask<MessageErrorEvent>(
      kOnMessageError,
      [&](MessageErrorEvent& event, bool) {
        event.id = job->message.id;
        event.error_code = code;
        event.error_message = text;
        event.retry = retry;
      },
      [this, job, code, text](const MessageErrorEvent& event) {
        if (event.retry) {
          run_.timers.at(run_.clock.now() + run_.settings.retry_interval, [this, job] {
            if (job->message.problem.empty()) {
              fetch(job);
            } else {
              failed(job, 706, job->message.problem, true);
            }
          });
          return;
        }
        if (code == 710) {
          settle(job, Fate::kGone);
          return;
        }
        run_.counters.fail({job->message.id, code, text});
        leave(job);
      });
}

void BackupPhase::settle(const JobPtr& job, Fate fate, std::int64_t octets) {
  run_.counters.settle(fate, octets);
  leave(job);
}

}  // namespace coffer::cloudbackup
