// Message extensions (emv-3ds section 13), outgoing and incoming.
//
// Threads: plain values and free functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "threeds/fault.h"

namespace coffer::threeds {

constexpr std::size_t kMostOutgoingExtensions = 10;  // manual, add_extension
constexpr std::size_t kMostIncomingExtensions = 15;  // 2.3.1; lenient for the older versions

struct Extension {
  std::string id;
  std::string name;
  bool critical = false;
  std::string data;  // the text of a JSON object
};

// Throws 606 when `count` extensions are there and one more would pass the limit.
void check_extension_room(std::size_t count);
// Throws 713: id or name missing or over 64 characters, data not a JSON object.
void check_extension(const Extension& extension);
// OutgoingRawExtensions: "" or the text of a JSON array of at most 10 objects. Throws 713, 606.
void check_raw_extensions(std::string_view raw);
// The value of messageExtension: raw's elements when raw is not empty (it overrides the list,
// emv-3ds section 10), else the list's. "" when there is none. Throws 713, 606.
std::string outgoing_extensions_json(const std::vector<Extension>& list, std::string_view raw);

struct IncomingExtensions {
  std::vector<Extension> list;  // data as JSON text
  std::string raw;              // the array as JSON text, "" when there was none
};

// messageExtension of a CRes; `message` is its text, for the data as written. Adds 201 for a
// missing member, 203 for a wrong type and for more than 15, 204 for the same element twice, 202
// for critical ones that are not in `known` (their ids in the detail). Unless `strict`, a truth
// value may be written as text.
IncomingExtensions read_extensions(core::JsonView root, std::string_view message,
                                   const std::vector<std::string>& known, bool strict,
                                   Faults& faults);
// Those of an ARes, which concern the 3DS Server: whatever can be read, nothing is refused.
IncomingExtensions read_extensions_leniently(core::JsonView root, std::string_view message);

// KnownExtensions: ids separated by commas, blanks around them ignored.
std::vector<std::string> extension_ids(std::string_view comma_separated);

}  // namespace coffer::threeds
