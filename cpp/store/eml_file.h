// The file format of the backup: the header field X-NS-Backup, then the message as the service sent
// it (contract section 4). The state of a backup can be rebuilt from these fields alone.
//
// Threads: free functions without state.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "fs/file_system.h"

namespace coffer::store {

// What the first field of a file says.
struct BackupHeader {
  std::string id;
  std::string modified;
  std::optional<std::string> mailbox;  // a bare field of another product has neither
  std::optional<std::string> id_kind;
  std::size_t size = 0;  // octets of the field with its line end: the message begins there
};

// An id of 1,024 octets that all need encoding is 3 KB; mailbox and date follow it.
constexpr std::size_t kHeaderReadSize = 8192;

// With the line end. `id_kind` is "immutable" or "mutable".
std::string compose_header(std::string_view id, std::string_view modified, std::string_view mailbox,
                           std::string_view id_kind);
// `beginning` is the file's first kHeaderReadSize octets, or all of it. Empty when the first field
// is not X-NS-Backup or says no id and date.
std::optional<BackupHeader> parse_header(std::string_view beginning);
std::optional<BackupHeader> read_header(fs::File& file);

// "<sha1 hex of the id>.eml".
std::string eml_name(std::string_view id);
bool is_eml_name(std::string_view name);
// "2023-07" or "undated".
bool is_month_folder(std::string_view name);

// The Message-ID field of the message that begins at `offset`, unfolded; "" when it has none.
std::string message_id_field(fs::File& file, std::size_t offset);

}  // namespace coffer::store
