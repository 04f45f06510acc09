#include "store/mailbox_binding.h"

#include "core/error.h"
#include "core/json.h"
#include "store/small_file.h"

namespace coffer::store {
namespace {

constexpr const char* kName = "backup.json";
constexpr std::int32_t kFolder = 701;
constexpr std::int32_t kOtherMailbox = 716;
constexpr double kVersion = 1;

std::string shown(const std::string& value) {
  return value.empty() ? "no name" : core::json_quoted(value);
}

}  // namespace

std::optional<Identity> read_binding(fs::Directory& meta) {
  const std::optional<std::string> text = read_small_file(meta, kName);
  if (!text) return std::nullopt;
  const std::string path = meta.path() + "/" + kName;
  const std::string advice =
      "; restore it from a copy, or remove it if this folder is surely the mailbox's own";
  const core::Document document = [&]() -> core::Document {
    try {
      return core::Document::parse(*text, kFolder, path);
    } catch (const core::Error& error) {
      throw core::Error(kFolder, error.what() + advice);
    }
  }();
  const core::JsonView root = document.root();
  const std::optional<double> version = root["version"].number();
  if (version && *version > kVersion) {
    throw core::Error(kFolder, path + " was written by a newer version; use that version");
  }
  const std::optional<std::string> service = root["service"].string();
  const std::optional<std::string> ids = root["ids"].string();
  const std::optional<std::string> mailbox = root["mailbox"].string();
  if (!version || !service || !ids || !mailbox) {
    throw core::Error(kFolder, path + " does not say what the folder belongs to" + advice);
  }
  return Identity{*service, *ids, *mailbox};
}

void write_binding(fs::Directory& meta, const Identity& identity) {
  write_small_file(meta, kName,
                   "{\"version\":1,\"service\":" + core::json_quoted(identity.service) +
                       ",\"ids\":" + core::json_quoted(identity.id_kind) +
                       ",\"mailbox\":" + core::json_quoted(identity.mailbox) + "}\n");
}

void require_same(const Identity& recorded, const Identity& found, const std::string& folder) {
  const auto compare = [&folder](const char* what, const std::string& theirs,
                                 const std::string& ours) {
    if (theirs == ours) return;
    throw core::Error(kOtherMailbox, folder + " holds the backup of another " + what + " (" +
                                         shown(theirs) + ", not " + shown(ours) +
                                         "); choose another DataFolder");
  };
  compare("service", recorded.service, found.service);
  compare("kind of id", recorded.id_kind, found.id_kind);
  compare("mailbox", recorded.mailbox, found.mailbox);
}

bool belongs_to(const BackupHeader& header, const Identity& identity) {
  return (!header.mailbox || *header.mailbox == identity.mailbox) &&
         (!header.id_kind || *header.id_kind == identity.id_kind);
}

}  // namespace coffer::store
