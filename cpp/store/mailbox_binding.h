// .meta/backup.json: the mailbox, service and kind of id that a DataFolder belongs to (contract
// section 4). Not a cache: without it, a run against another mailbox would mix two backups.
//
// Threads: free functions without state.
#pragma once

#include <optional>

#include "fs/file_system.h"
#include "store/backup_store.h"
#include "store/eml_file.h"

namespace coffer::store {

// Nothing when there is no record yet. Error 701 when it cannot be understood: guessing would risk
// another mailbox's files.
std::optional<Identity> read_binding(fs::Directory& meta);
void write_binding(fs::Directory& meta, const Identity& identity);
// Error 716 when they differ. Equal means equal octets, also for a mailbox that is empty because
// the service never named one: "another value" ends the run, and whether an empty one and a named
// one are the same mailbox cannot be known.
void require_same(const Identity& recorded, const Identity& found, const std::string& folder);
// The same for what a file's field says, where it says it.
bool belongs_to(const BackupHeader& header, const Identity& identity);

}  // namespace coffer::store
