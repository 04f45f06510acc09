#include "store/our_files.h"

#include <memory>
#include <optional>

#include "core/error.h"
#include "store/eml_file.h"

namespace coffer::store {
namespace {

constexpr std::int32_t kFileFailed = 711;

[[noreturn]] void refuse(const fs::Directory& folder, const std::string& name, const char* what) {
  throw core::Error(kFileFailed, folder.path() + "/" + name + " " + what +
                                     "; it stays, move it away or choose another BackupFile");
}

}  // namespace

bool require_ours(fs::Directory& folder, const std::string& name, std::string_view id) {
  switch (folder.status(name).kind) {
    case fs::Kind::kNone:
      return false;
    case fs::Kind::kFile:
      break;
    case fs::Kind::kLink:
      refuse(folder, name, "is a link, which is not followed");
    case fs::Kind::kDirectory:
      refuse(folder, name, "is a folder");
    case fs::Kind::kOther:
      refuse(folder, name, "is no regular file");
  }
  // From its descriptor, opened without following links.
  const std::unique_ptr<fs::File> file = folder.open(name);
  const std::optional<BackupHeader> header = read_header(*file);
  if (!header) refuse(folder, name, "was not written by a backup (no X-NS-Backup field)");
  if (header->id != id) refuse(folder, name, "is the file of another message");
  return true;
}

void require_replaceable(fs::Directory& folder, const std::string& name, std::string_view id) {
  require_ours(folder, name, id);
}

void remove_superseded(const Target& old, const Target& now, std::string_view id) {
  if (!require_ours(*old.folder, old.name, id)) return;
  // Aside first: when the new file vanishes with it, they were one.
  const std::string aside = ".coffer-" + eml_name(id) + ".old";
  old.folder->rename(old.name, *old.folder, aside);
  if (now.folder->status(now.name).kind == fs::Kind::kFile) {
    old.folder->remove(aside);
  } else {
    old.folder->rename(aside, *old.folder, old.name);
  }
}

}  // namespace coffer::store
