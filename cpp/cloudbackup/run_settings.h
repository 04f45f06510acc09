// What a run takes from the component's properties and settings when it starts; later changes
// belong to the next run.
#pragma once

#include <chrono>
#include <string>

#include "graph/list_query.h"
#include "net/url.h"

namespace coffer::cloudbackup {

struct RunSettings {
  std::string graph_url;  // without a trailing '/'
  net::Url service;       // graph_url, parsed
  std::string user_id;
  graph::DateRange dates;
  std::string filter;  // as the user wrote it
  int page_size = 500;
  int max_connections = 5;
  int mailbox_concurrency = 4;  // 0: max_connections alone
  int max_retry_count = 5;
  std::chrono::seconds retry_interval{3};
  std::chrono::seconds throttle_wait_limit{1800};
  bool immutable_ids = true;
  bool sync_deletes = false;
  bool resume = false;
  std::string
      mailbox_hint;  // the token's tid and oid, when neither the listing nor UserId names it

  // Contract section 4: in flight to one mailbox.
  int concurrency() const {
    return mailbox_concurrency == 0 || max_connections < mailbox_concurrency ? max_connections
                                                                             : mailbox_concurrency;
  }
};

}  // namespace coffer::cloudbackup
