#include "store/commit_line.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "store/eml_file.h"
#include "store/our_files.h"

namespace coffer::store {
namespace {

constexpr std::int32_t kFolder = 701;
constexpr std::int32_t kFileFailed = 711;

bool is_default(const std::string& place) {
  return place.empty() || place.front() != '/';
}

// What was written against what the disk gives back (VerifyWrites, contract section 3).
void verify(fs::Directory& folder, const std::string& name, const std::string& hash) {
  const std::unique_ptr<fs::File> file = folder.open(name);
  if (hash_of(*file) == hash) return;
  throw core::Error(kFileFailed, folder.path() + "/" + name +
                                     " does not read back as it was written; check the disk");
}

}  // namespace

CommitLine::CommitLine(Parts parts) : parts_(std::move(parts)) {
  fs::GroupCommit::Options options;
  options.wake = parts_.wake;
  options.before_renames = [this] {
    if (!parts_.places.alive()) {
      throw core::Error(
          kFolder, parts_.places.folder() + " is gone; bring it back or choose another DataFolder");
    }
  };
  options.after_group = [this](const std::vector<std::uint64_t>& tags) { after_group(tags); };
  commit_ = std::make_unique<fs::GroupCommit>(std::move(options));
}

void CommitLine::submit(std::unique_ptr<PendingFile> file, Committed done) {
  Entry entry;
  fs::CommitItem item;
  IndexRow& row = entry.row;
  try {
    row.size = file->finish();
    PendingFile::Content content = file->take_content();
    row.id = std::move(content.id);
    row.modified = std::move(content.modified);
    row.place = std::move(content.place);
    row.name = std::move(content.name);
    row.run = run_;
    entry.target = std::move(content.target);
    const std::optional<IndexRow> former = parts_.index.find(row.id, row.name);
    if (former && former->place != row.place) entry.former_place = former->place;
    item.fresh = !former && !parts_.verify;
  } catch (const core::Error& error) {
    refuse(std::move(done), error);
    return;
  } catch (const fs::IoError& error) {
    refuse(std::move(done), parts_.places.documented(error));
    return;
  }
  // A default name is journalled only to say that the message is back there.
  entry.journalled = !is_default(row.place) || !is_default(entry.former_place);
  entry.done = std::move(done);

  PendingFile::Release released = file->release();
  TemporaryName& temporary = released.name;
  item.complete = std::move(released.complete);
  item.from = temporary.folder.get();
  item.temporary = temporary.name;
  item.to = entry.target.folder;
  item.name = entry.target.name;
  item.tag = next_tag_++;
  const Entry* queued = nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    queued = &entries_.emplace(item.tag, std::move(entry)).first->second;
  }
  item.before_rename = [queued, folder = std::move(temporary.folder),
                        name = std::move(temporary.name),
                        hash = parts_.verify ? file->hash() : std::string()] {
    require_replaceable(*queued->target.folder, queued->target.name, queued->row.id);
    if (!hash.empty()) verify(*folder, name, hash);
  };
  commit_->submit(std::move(item));
}

void CommitLine::refuse(Committed done, const core::Error& error) {
  refused_.emplace_back(std::move(done), CommitOutcome{error.code(), error.what()});
  if (parts_.wake) parts_.wake();
}

void CommitLine::after_group(const std::vector<std::uint64_t>& tags) {
  std::vector<Entry*> entries;
  entries.reserve(tags.size());
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const std::uint64_t tag : tags)
      entries.push_back(&entries_.at(tag));
  }
  journal(entries);
  const auto failed = [](const Entry* entry) { return entry->late.code != 0; };
  entries.erase(std::remove_if(entries.begin(), entries.end(), failed), entries.end());

  std::vector<const IndexRow*> rows;
  rows.reserve(entries.size());
  for (const Entry* entry : entries) {
    rows.push_back(&entry->row);
    parts_.marks.add(RunMarks::Kind::kSaved, entry->row.id, entry->row.modified);
  }
  parts_.index.put(rows);
  try {
    parts_.marks.flush();
  } catch (const fs::IoError& error) {
    if (!marks_failed_ && parts_.log != nullptr) {
      parts_.log->info(std::string("A resume may offer messages again: ") + error.what());
    }
    marks_failed_ = true;
  }
  for (const Entry* entry : entries) {
    if (!entry->former_place.empty()) remove_former(*entry);
  }
}

// A message whose place is not recorded would be lost to later runs, so it does not count as saved.
void CommitLine::journal(const std::vector<Entry*>& entries) {
  std::vector<MovedEntry> moved;
  for (const Entry* entry : entries) {
    if (!entry->journalled) continue;
    moved.push_back({entry->row.id,
                     parts_.places.path_of(entry->row.place, eml_name(entry->row.id)),
                     entry->row.modified});
  }
  try {
    parts_.journal.append(moved);
  } catch (const fs::IoError& error) {
    const core::Error documented = parts_.places.documented(error);
    for (Entry* entry : entries) {
      if (entry->journalled) entry->late = {documented.code(), documented.what()};
    }
  }
}

void CommitLine::remove_former(const Entry& entry) {
  try {
    const Target former = parts_.places.locate(entry.former_place, eml_name(entry.row.id), false);
    remove_superseded(former, entry.target, entry.row.id);
  } catch (const std::exception& error) {
    // Gone, not ours any more, or on a disk that is not there: the new file counts.
    if (parts_.log != nullptr) {
      parts_.log->verbose(std::string("The former file of a message stays: ") + error.what());
    }
  }
}

std::size_t CommitLine::pending() const {
  return commit_->pending() + refused_.size();
}

void CommitLine::finish(fs::CommitResult&& result) {
  Entry entry;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = entries_.find(result.tag);
    entry = std::move(found->second);
    entries_.erase(found);
  }
  CommitOutcome outcome = std::move(entry.late);
  if (result.code != 0) {
    outcome = {result.code, std::move(result.text)};
    parts_.places.forget(entry.row.place);
    if (!parts_.places.alive()) {
      outcome = {kFolder, parts_.places.folder() + " is gone: " + outcome.text};
    }
  }
  if (entry.done) entry.done(outcome);
}

std::size_t CommitLine::run_refused() {
  std::vector<std::pair<Committed, CommitOutcome>> refused;
  refused.swap(refused_);
  for (const auto& [done, outcome] : refused) {
    if (done) done(outcome);
  }
  return refused.size();
}

std::size_t CommitLine::run_completions() {
  const std::size_t refused = run_refused();
  return refused +
         commit_->run_completions([this](fs::CommitResult&& result) { finish(std::move(result)); });
}

void CommitLine::drain() {
  while (pending() > 0) {
    run_refused();
    commit_->drain([this](fs::CommitResult&& result) { finish(std::move(result)); });
  }
}

}  // namespace coffer::store
