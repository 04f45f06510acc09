// What may be replaced and deleted: only a regular file whose first field is X-NS-Backup with the
// very id (contract section 4). Everything else is the user's and stays.
//
// Threads: free functions without state.
#pragma once

#include <string>
#include <string_view>

#include "fs/file_system.h"
#include "store/places.h"

namespace coffer::store {

// Error 711 when something else stands there. Absent is fine.
void require_replaceable(fs::Directory& folder, const std::string& name, std::string_view id);
// False when it is absent, error 711 when it is not ours.
bool require_ours(fs::Directory& folder, const std::string& name, std::string_view id);
// Removes `old` after the message was saved as `now`, if it is ours and another file than `now`
// (two names may lead to one file: links in a user's path, a disk that ignores case).
void remove_superseded(const Target& old, const Target& now, std::string_view id);

}  // namespace coffer::store
