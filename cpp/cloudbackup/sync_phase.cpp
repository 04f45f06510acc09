#include "cloudbackup/sync_phase.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "graph/list_page.h"
#include "graph/list_query.h"

namespace coffer::cloudbackup {
namespace {

constexpr std::size_t kBlock = 512;        // rows read at a time
constexpr std::size_t kLargestBatch = 20;  // graph-mail 5
constexpr int kBatchWeight = 4;  // contract section 4: a batch counts as min(4, its items)
constexpr int kMostPending = 8;

}  // namespace

bool SyncPhase::done() const {
  return pending_ == 0 && (given_up_ || (exhausted_ && waiting_.empty()));
}

void SyncPhase::step() {
  if (!announced_) {
    announced_ = true;
    run_.log.info(
        "Sync Phase: local messages that the listing did not name are checked one by one.");
  }
  while (!given_up_ && pending_ < kMostPending && !run_.events.full()) {
    if (waiting_.size() < kLargestBatch && !exhausted_) {
      collect();
      continue;
    }
    if (waiting_.empty()) {
      return;
    }
    ask_service();
  }
}

void SyncPhase::collect() {
  const std::vector<store::StoredMessage> block = run_.store.stored_after(after_row_, kBlock);
  for (const store::StoredMessage& message : block) {
    after_row_ = message.row;
    // Rows beyond last_row were written by this very run.
    if (message.row <= run_.last_row && !run_.seen.contains(message.row)) {
      waiting_.push_back({message, 0});
    }
  }
  exhausted_ = block.size() < kBlock || after_row_ >= run_.last_row;
}

void SyncPhase::ask_service() {
  // A batch must fit what may be in flight; below four that is its number of items.
  const auto limit = static_cast<std::size_t>(run_.client.limit());
  const std::size_t most = limit >= kBatchWeight ? kLargestBatch : limit;
  const std::string mailbox = graph::mailbox_url("", run_.settings.user_id);
  std::vector<Candidate> asked;
  std::vector<graph::BatchItem> items;
  while (!waiting_.empty() && asked.size() < most) {
    asked.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    items.push_back(
        {std::to_string(asked.size()),
         mailbox + "/messages/" + core::percent_encode(asked.back().message.id) + "?$select=id"});
  }
  Call call;
  call.method = "POST";
  call.url = run_.settings.graph_url + "/$batch";
  call.body = graph::batch_body(items, run_.settings.immutable_ids);
  call.weight = std::min<int>(kBatchWeight, static_cast<int>(items.size()));
  call.done = [this, asked = std::move(asked), items](CallResult&& result) {
    batch_arrived(asked, items, std::move(result));
  };
  ++pending_;
  run_.client.submit(std::move(call));
}

void SyncPhase::batch_arrived(std::vector<Candidate> asked,
                              const std::vector<graph::BatchItem>& items, CallResult&& result) {
  --pending_;
  if (result.code != 0 && !result.transient) {
    give_up(result.text);
    return;
  }
  if (result.code != 0) {
    for (Candidate& candidate : asked) {
      again(std::move(candidate), result.text);
    }
    return;
  }
  std::vector<graph::BatchReply> replies;
  try {
    replies = graph::parse_batch_reply(result.reply.body, items);
  } catch (const core::Error& error) {
    for (Candidate& candidate : asked) {
      again(std::move(candidate), error.what());
    }
    return;
  }
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto reply = std::find_if(
        replies.begin(), replies.end(),
        [&](const graph::BatchReply& candidate) { return candidate.id == items[i].id; });
    if (reply == replies.end()) {
      again(std::move(asked[i]), "The service did not answer for this message.");
    } else {
      judge(std::move(asked[i]), *reply);
    }
  }
}

void SyncPhase::judge(Candidate candidate, const graph::BatchReply& reply) {
  if (reply.status == 200) {
    return;  // it exists; it is outside Filter, or the listing missed it
  }
  const graph::Classified verdict =
      graph::classify(reply.status, reply.retry_after, "", reply.body);
  switch (verdict.verdict) {
    case graph::Verdict::kGone:
      // The code must be this one for this status: anything else is no proof.
      if (reply.status != 404 ||
          !core::equal_ignoring_case(verdict.error.code, "ErrorItemNotFound")) {
        break;
      }
      if (run_.settings.immutable_ids) {
        propose(candidate.message);
      } else {
        search_by_message_id(candidate.message);
      }
      return;
    case graph::Verdict::kThrottled:
      if (run_.client.throttled(verdict)) {
        again(std::move(candidate), verdict.text);
      }
      return;
    case graph::Verdict::kUnauthorized:
    case graph::Verdict::kTransient:
      again(std::move(candidate), verdict.text);
      return;
    default:
      break;
  }
  run_.log.verbose("Message " + candidate.message.id + " is kept: " + verdict.text);
}

void SyncPhase::again(Candidate candidate, const std::string& why) {
  if (given_up_) {
    return;
  }
  if (++candidate.failures > run_.settings.max_retry_count) {
    give_up(why);
    return;
  }
  ++pending_;
  run_.timers.at(run_.clock.now() + run_.settings.retry_interval,
                 [this, candidate = std::move(candidate)]() mutable {
                   --pending_;
                   waiting_.push_back(std::move(candidate));
                 });
}

// A mutable id changes when its message moves: the 404 may only mean that.
void SyncPhase::search_by_message_id(const store::StoredMessage& lost) {
  const std::string message_id = run_.store.message_id_of(lost);
  if (message_id.empty()) {
    run_.log.verbose("Message " + lost.id +
                     " is kept: it has no Message-ID by which it could be looked for.");
    return;
  }
  ++pending_;
  const std::string mailbox = graph::mailbox_url(run_.settings.graph_url, run_.settings.user_id);
  get_with_retries(
      run_, graph::message_search_url(mailbox, message_id), true,
      [this, message = lost](CallResult&& result) {
        --pending_;
        if (result.code != 0) {
          run_.log.verbose("Message " + message.id + " is kept: " + result.text);
          return;
        }
        try {
          const auto document = core::Document::parse(result.reply.body, 706, "a search");
          const core::JsonView found = document.root()["value"];
          if (found.is_array() && found.size() == 0 && !document.root()["@odata.nextLink"]) {
            propose(message);
          }
        } catch (const core::Error& error) {
          run_.log.verbose("Message " + message.id + " is kept: " + error.what());
        }
      });
}

void SyncPhase::propose(const store::StoredMessage& message) {
  ++pending_;
  run_.ask<MessageDeleteEvent>(
      kOnMessageDelete,
      [&message](MessageDeleteEvent& event, bool) {
        event.id = message.id;
        event.backup_file = message.path;
        event.skip = false;
      },
      [this, message](const MessageDeleteEvent& event) {
        --pending_;
        if (!event.skip && !given_up_) {
          remove(message);
        }
      });
}

void SyncPhase::remove(const store::StoredMessage& message) {
  try {
    run_.store.remove(message);
    run_.counters.add_deleted();
    run_.log.info("Deleted " + message.path + ": the message does not exist any more.");
  } catch (const core::Error& error) {
    run_.log.error("Message " + message.id + ": " + error.what());
    run_.tell<MessageErrorEvent>(kOnMessageError, [&](MessageErrorEvent& event) {
      event.id = message.id;
      event.error_code = error.code();
      event.error_message = error.what();
      event.retry = false;
    });
  }
}

void SyncPhase::give_up(const std::string& why) {
  if (given_up_) {
    return;
  }
  given_up_ = true;
  waiting_.clear();
  run_.fail(705,
            "A check of the Sync phase was given up; nothing was deleted because of it. " + why);
}

}  // namespace coffer::cloudbackup
