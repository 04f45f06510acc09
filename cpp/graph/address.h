// Graph's recipients as RFC 5322 mailboxes, for the events' address fields.
//
// Threads: free functions without state.
#pragma once

#include <string>
#include <string_view>

#include "core/json.h"

namespace coffer::graph {

// `Name <addr>`; without a name the address alone, without an address the quoted name alone.
std::string mailbox(std::string_view name, std::string_view address);

// Appends one recipient object ({"emailAddress":{"name":…,"address":…}}) to a list joined by ", ".
// null, other types and empty ones add nothing (graph-mail 1.3: drafts have no `from`).
void append_recipient(std::string& list, core::JsonView recipient);

// The same for an array of recipients.
void append_recipients(std::string& list, core::JsonView recipients);

}  // namespace coffer::graph
