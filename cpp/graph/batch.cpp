#include "graph/batch.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"

namespace coffer::graph {
namespace {

using core::JsonView;

[[noreturn]] void not_understood(const std::string& why) {
  throw core::Error(706, "The service's answer to a batch cannot be understood: " + why);
}

// The value of a header in the item's own headers; Graph sends strings, proxies may send numbers.
std::string header_of(JsonView headers, std::string_view name) {
  if (!headers.is_object()) return {};
  for (JsonView header = headers.first(); header; header = header.next()) {
    if (!core::equal_ignoring_case(header.name(), name)) continue;
    return header.is_number() ? header.text() : header.string_or("");
  }
  return {};
}

int status_of(JsonView value) {
  const double status = value.number().value_or(0);
  if (!(status >= 100 && status <= 599) || status != std::floor(status)) {
    not_understood("an item without a status");
  }
  return static_cast<int>(status);
}

}  // namespace

// Per-item headers are not inherited from the batch (graph-mail 5).
std::string batch_body(const std::vector<BatchItem>& items, bool immutable_ids) {
  std::string out = "{\"requests\":[";
  for (const BatchItem& item : items) {
    if (out.back() != '[') out += ',';
    out += "{\"id\":" + core::json_quoted(item.id) +
           ",\"method\":\"GET\",\"url\":" + core::json_quoted(item.url);
    if (immutable_ids) {
      out += ",\"headers\":{\"Prefer\":" + core::json_quoted("IdType=\"ImmutableId\"") + "}";
    }
    out += '}';
  }
  return out + "]}";
}

std::vector<BatchReply> parse_batch_reply(std::string_view body,
                                          const std::vector<BatchItem>& items) {
  const core::Document document = core::Document::parse(body, 706, "service's answer to a batch");
  const JsonView responses = document.root()["responses"];
  if (!responses.is_array()) not_understood("it holds no list of responses");
  std::vector<BatchReply> replies;
  std::vector<bool> answered(items.size());
  for (JsonView response = responses.first(); response; response = response.next()) {
    const std::optional<std::string> id = response["id"].string();
    if (!id) not_understood("an item without an id");
    const auto asked = std::find_if(items.begin(), items.end(),
                                    [&id](const BatchItem& item) { return item.id == *id; });
    if (asked == items.end()) not_understood("an item that was not asked for");
    const auto index = static_cast<std::size_t>(asked - items.begin());
    if (answered[index]) not_understood("two answers to one item");
    answered[index] = true;
    BatchReply reply;
    reply.id = *id;
    reply.status = status_of(response["status"]);
    reply.retry_after = header_of(response["headers"], "Retry-After");
    if (const JsonView content = response["body"]) reply.body = content.text();
    replies.push_back(std::move(reply));
  }
  return replies;
}

}  // namespace coffer::graph
