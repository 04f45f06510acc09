// Replies of the service: pages, batches, errors. Only Error 706 may leave, and an item without a
// problem has an id that can name a file.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/text.h"
#include "graph/batch.h"
#include "graph/list_page.h"
#include "graph/service_error.h"
#include "require.h"

namespace core = coffer::core;
namespace graph = coffer::graph;

namespace {

bool printable(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  }
  return true;
}

void check_message(const graph::Message& message) {
  require(message.id.size() <= 1024 && printable(message.id));
  require(!message.problem.empty() || !message.id.empty());
  for (const std::string* list : {&message.from, &message.sent_to, &message.cc, &message.bcc}) {
    require(printable(*list) && core::valid_utf8(*list));
  }
  const std::string month = graph::month_of(message.created);
  require(month == "undated" || (month.size() == 7 && month[4] == '-'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const graph::ListPage page = graph::parse_list_page(text);
    for (const graph::Message& message : page.messages)
      check_message(message);
    require(printable(page.next_link));
    require(printable(graph::mailbox_of_context(page.context)));
  } catch (const core::Error& error) {
    require(error.code() == 706 && printable(error.what()));
  }
  try {
    const auto replies = graph::parse_batch_reply(text, {{"1", "/a"}, {"2", "/b"}});
    require(replies.size() <= 2);
  } catch (const core::Error& error) {
    require(error.code() == 706 && printable(error.what()));
  }
  for (const int status : {200, 400, 404, 429, 500, 503}) {
    const graph::Classified result = graph::classify(status, "1", "", text);
    require(printable(result.text) && core::valid_utf8(result.text));
    require(result.verdict != graph::Verdict::kGone || status == 404);
  }
  require(printable(graph::mailbox_of_context(text)));
  return 0;
}
