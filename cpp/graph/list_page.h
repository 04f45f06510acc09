// A page of a message listing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graph/message.h"

namespace coffer::graph {

struct ListPage {
  std::vector<Message> messages;
  std::string next_link;  // "" on the last page
  std::string context;    // @odata.context
};

// Throws core::Error 706. An item that is not an object, or whose id is missing or unusable, comes
// with `problem` set and never hides the others.
ListPage parse_list_page(std::string_view body);

// The mailbox that an @odata.context names ("…/$metadata#users('alex%40x')/messages(…)" ->
// "alex@x");
// "" when it names none ("me").
std::string mailbox_of_context(std::string_view context);

// "yyyy-MM" of createdDateTime in UTC, printed from the parsed date; "undated" when unusable.
std::string month_of(std::string_view created);

}  // namespace coffer::graph
