// The Sync Phase: deletes local messages that the service itself says do not exist (contract
// section 4). Not in the listing is no proof; a 404 ErrorItemNotFound for that very id is.
//
// Threads: one (the engine's).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "cloudbackup/run_context.h"
#include "graph/batch.h"

namespace coffer::cloudbackup {

class SyncPhase final : public RunPhase {
 public:
  explicit SyncPhase(RunContext& run) : run_(run) {}
  void step() override;
  bool done() const override;

 private:
  struct Candidate {
    store::StoredMessage message;
    int failures = 0;
  };

  void collect();
  void ask_service();
  void batch_arrived(std::vector<Candidate> asked, const std::vector<graph::BatchItem>& items,
                     CallResult&& result);
  void judge(Candidate candidate, const graph::BatchReply& reply);
  void again(Candidate candidate, const std::string& why);
  void search_by_message_id(const store::StoredMessage& lost);
  void propose(const store::StoredMessage& message);
  void remove(const store::StoredMessage& message);
  void give_up(const std::string& why);

  RunContext& run_;
  bool announced_ = false;
  bool exhausted_ = false;
  bool given_up_ = false;
  std::int64_t after_row_ = 0;
  std::deque<Candidate> waiting_;
  int pending_ = 0;  // batches, searches, timers and handlers under way
};

}  // namespace coffer::cloudbackup
