#include "store/header_scan.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/text.h"

namespace coffer::store {
namespace {

constexpr std::size_t kRowsPerTransaction = 2000;
constexpr std::size_t kMostOwners = 4;
constexpr std::size_t kMostIgnoredLogged = 20;

bool newer(const std::string& a, const std::string& b) {
  const std::optional<std::int64_t> at = core::parse_timestamp(a);
  const std::optional<std::int64_t> bt = core::parse_timestamp(b);
  if (at && bt) return *at > *bt;
  return at.has_value() && !bt.has_value();
}

}  // namespace

void HeaderScan::run() {
  transaction_.emplace(index_);
  std::vector<std::string> months;
  places_.root().list([&](const std::string& name, fs::Kind kind) {
    if (!is_month_folder(name)) return;
    if (kind == fs::Kind::kDirectory) {
      months.push_back(name);
    } else {
      ignore(places_.folder() + "/" + name, "is no folder");
    }
  });
  std::sort(months.begin(), months.end());
  for (const std::string& month : months)
    scan_month(month);
  scan_journal();
  transaction_->commit();
  transaction_.reset();
  if (ignored_ > kMostIgnoredLogged && log_ != nullptr) {
    log_->info(std::to_string(ignored_ - kMostIgnoredLogged) +
               " more files in the month folders are not of this backup");
  }
}

void HeaderScan::scan_month(const std::string& month) {
  const Target folder = places_.locate(month, "", false);
  folder.folder->list([&](const std::string& name, fs::Kind kind) {
    if (!is_eml_name(name)) return;
    if (kind != fs::Kind::kFile) {
      ignore(folder.folder->path() + "/" + name, "is no regular file");
      return;
    }
    scan_file(*folder.folder, month, name);
  });
}

void HeaderScan::scan_file(fs::Directory& folder, const std::string& month,
                           const std::string& name) {
  const std::optional<IndexRow> known = index_.find_name(name);
  if (known && known->place == month) return;
  std::optional<BackupHeader> header;
  std::uint64_t size = 0;
  try {
    const std::unique_ptr<fs::File> file = folder.open(name);
    header = read_header(*file);
    size = file->size();
  } catch (const fs::IoError& error) {
    ignore(folder.path() + "/" + name, std::string("cannot be read: ") + error.what());
    return;
  }
  ++read_;
  if (!header) {
    ignore(folder.path() + "/" + name, "has no X-NS-Backup field at its beginning");
  } else if (eml_name(header->id) != name) {
    // A handler may have put it there: then moved.jsonl says so.
    ignore(folder.path() + "/" + name, "has the field of another message");
  } else if (!known || outdated(*known, *header)) {
    take(*header, month, size);
  }
}

// A message may be in two places after a crash: the file that the row names stays the one unless
// it is gone, or older.
bool HeaderScan::outdated(const IndexRow& known, const BackupHeader& found) {
  return places_.status(known.place, eml_name(known.id)).kind != fs::Kind::kFile ||
         newer(found.modified, known.modified);
}

void HeaderScan::scan_journal() {
  const std::size_t skipped = journal_.read([this](MovedEntry&& entry) { scan_moved(entry); });
  if (skipped > 0 && log_ != nullptr) {
    log_->info(std::to_string(skipped) + " lines of moved.jsonl cannot be understood");
  }
}

void HeaderScan::scan_moved(const MovedEntry& entry) {
  try {
    const std::string name = eml_name(entry.id);
    const std::string place = places_.place_of(entry.path, name);
    const std::optional<IndexRow> known = index_.find(entry.id, key_of_name(name));
    const bool moved = place.front() == '/';
    if (known && known->place == place && moved) return;
    // Back under its default name: the scan of its month found it if it is there, but an earlier
    // line may have taken its place.
    const Target target = places_.locate(place, name, false);
    const std::unique_ptr<fs::File> file = target.folder->open(target.name);
    const std::optional<BackupHeader> header = read_header(*file);
    ++read_;
    if (!header || header->id != entry.id) return;
    if (known && newer(known->modified, header->modified) && !outdated(*known, *header)) return;
    take(*header, place, file->size());
  } catch (const fs::IoError&) {
    return;  // gone, or its disk is not there today
  } catch (const core::Error&) {
    return;  // not a path that a message can have
  }
}

void HeaderScan::take(const BackupHeader& header, const std::string& place, std::uint64_t size) {
  remember_owner(header);
  IndexRow row;
  row.id = header.id;
  row.modified = header.modified;
  row.place = place;
  row.size = size;
  put(row);
}

void HeaderScan::put(const IndexRow& row) {
  index_.put(row);
  if (++in_transaction_ < kRowsPerTransaction) return;
  in_transaction_ = 0;
  transaction_->commit();
  transaction_.reset();
  transaction_.emplace(index_);
}

void HeaderScan::remember_owner(const BackupHeader& header) {
  if (owners_.size() >= kMostOwners || (!header.mailbox && !header.id_kind)) return;
  const bool known = std::any_of(owners_.begin(), owners_.end(), [&](const BackupHeader& other) {
    return other.mailbox == header.mailbox && other.id_kind == header.id_kind;
  });
  if (!known) owners_.push_back(header);
}

void HeaderScan::ignore(const std::string& path, const std::string& why) {
  ++ignored_;
  if (log_ != nullptr && ignored_ <= kMostIgnoredLogged) log_->info(path + " " + why + "; ignored");
}

}  // namespace coffer::store
