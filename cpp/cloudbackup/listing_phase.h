// The Initialization Phase: resolves the folder names of Filter, reads the listing page by page,
// and settles or spools what it names.
//
// Threads: one (the engine's).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cloudbackup/run_context.h"
#include "graph/list_page.h"

namespace coffer::cloudbackup {

class ListingPhase final : public RunPhase {
 public:
  explicit ListingPhase(RunContext& run) : run_(run) {}
  void step() override;
  bool done() const override { return done_; }
  bool busy() const override { return page_.has_value(); }

 private:
  void resolve_next_folder();
  void folder_resolved(const std::string& name, CallResult&& result);
  void start_listing();
  void fetch_page(const std::string& url);
  void page_arrived(const std::string& url, CallResult&& result);
  void page_failed(const CallResult& result);
  bool follow(const std::string& next_link);
  bool check_identity(const graph::ListPage& page, const net::Reply& reply);
  void take(const graph::Message& message);
  void take_page();

  RunContext& run_;
  bool started_ = false;
  bool done_ = false;
  bool bound_ = false;
  int unreadable_pages_ = 0;
  int empty_pages_ = 0;
  std::optional<graph::ListPage> page_;  // not taken yet
  bool next_is_sent_ = false;            // the request for the page behind page_
  std::vector<std::string> folders_;
  std::size_t next_folder_ = 0;
  std::unordered_map<std::string, std::string> folder_ids_;
  std::unordered_set<std::string> links_;  // SHA-1 of each nextLink followed
};

}  // namespace coffer::cloudbackup
