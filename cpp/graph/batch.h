// JSON batches of GETs (graph-mail 5): the Sync phase's proof that an id does not exist.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graph/service_error.h"

namespace coffer::graph {

struct BatchItem {
  std::string id;   // ours, "1" to "20"
  std::string url;  // relative to the service root: "/users/x/messages/…?$select=id"
};
std::string batch_body(const std::vector<BatchItem>& items, bool immutable_ids);

struct BatchReply {
  std::string id;
  int status = 0;
  std::string retry_after;
  std::string body;  // the JSON of the item's body, as text
};
// Throws core::Error 706. Answers to ids that were not asked, and second answers, are 706 too.
std::vector<BatchReply> parse_batch_reply(std::string_view body,
                                          const std::vector<BatchItem>& items);

}  // namespace coffer::graph
