#include "store/temporaries.h"

#include <unistd.h>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "store/small_file.h"

namespace coffer::store {
namespace {

constexpr const char* kNotes = "beside.jsonl";
constexpr std::string_view kPrefix = ".coffer-";
constexpr std::string_view kSuffix = ".tmp";

std::string new_prefix() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::string(kPrefix) + std::to_string(::getpid()) + "-" +
         std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count()) + "-";
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

Temporaries::Temporaries(fs::FileSystem& file_system, std::shared_ptr<fs::Directory> tmp)
    : file_system_(file_system), tmp_(std::move(tmp)), prefix_(new_prefix()) {}

// Only names with the noted prefix of that run: the folders are the user's.
void Temporaries::clean_beside() {
  const std::optional<std::string> notes = read_small_file(*tmp_, kNotes);
  if (!notes) return;
  for (const std::string_view line : core::split(*notes, '\n')) {
    if (line.empty()) continue;
    try {
      const core::Document document = core::Document::parse(line, 0, kNotes);
      const std::string path = document.root()["folder"].string_or("");
      const std::string prefix = document.root()["prefix"].string_or("");
      if (path.empty() || !core::starts_with(prefix, kPrefix)) continue;
      const std::unique_ptr<fs::Directory> folder = file_system_.open_directory(path, false);
      std::vector<std::string> left;
      folder->list([&](const std::string& name, fs::Kind kind) {
        if (kind == fs::Kind::kFile && core::starts_with(name, prefix) && ends_with(name, kSuffix))
          left.push_back(name);
      });
      for (const std::string& name : left)
        folder->remove(name);
    } catch (const core::Error&) {
      continue;  // a line that a power loss tore
    } catch (const fs::IoError&) {
      continue;  // a disk that is not there today
    }
  }
}

void Temporaries::clean(core::Log* log) {
  clean_beside();
  std::vector<std::string> left;
  tmp_->list([&](const std::string& name, fs::Kind kind) {
    if (kind == fs::Kind::kFile) {
      left.push_back(name);
    } else if (log != nullptr) {
      log->info(tmp_->path() + "/" + name + " is no file of a backup and stays");
    }
  });
  for (const std::string& name : left)
    tmp_->remove(name);
}

void Temporaries::note(const std::string& folder) {
  if (noted_.count(folder) != 0) return;
  if (!notes_) notes_ = tmp_->open_append(kNotes);
  const std::string line = "{\"folder\":" + core::json_quoted(folder) +
                           ",\"prefix\":" + core::json_quoted(prefix_) + "}\n";
  notes_->write(line.data(), line.size());
  notes_->sync();
  noted_.insert(folder);
}

// An open folder stays on its disk, and messages of a month come one after the other.
bool Temporaries::same_file_system(const std::shared_ptr<fs::Directory>& folder) {
  if (folder == beside_us_) return true;
  if (!tmp_->same_file_system(*folder)) return false;
  beside_us_ = folder;
  return true;
}

TemporaryName Temporaries::name_for(const Target& target) {
  const std::string number = std::to_string(next_++);
  if (same_file_system(target.folder)) return {tmp_, number + ".eml"};
  note(target.folder->path());
  return {target.folder, prefix_ + number + std::string(kSuffix)};
}

}  // namespace coffer::store
