// Records of a few hundred octets (.meta/*.json): read whole, replaced whole and durably.
//
// Threads: free functions without state.
#pragma once

#include <optional>
#include <string>

#include "fs/file_system.h"

namespace coffer::store {

constexpr std::size_t kSmallFileLimit = std::size_t{64} << 10;

// Nothing when it is absent; at most kSmallFileLimit octets of it.
std::optional<std::string> read_small_file(fs::Directory& folder, const std::string& name);
// Written beside as "<name>.new", synced, renamed, the folder synced: after a power loss there is
// the old text or the new one.
void write_small_file(fs::Directory& folder, const std::string& name, const std::string& text);

}  // namespace coffer::store
