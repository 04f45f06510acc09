#include "store/places.h"

#include <cerrno>
#include <utility>
#include <vector>

#include "core/text.h"
#include "store/eml_file.h"

namespace coffer::store {
namespace {

constexpr std::int32_t kFolderGone = 701;
constexpr std::int32_t kFileFailed = 711;
constexpr std::size_t kMostOpenFolders = 256;

bool is_path(std::string_view place) {
  return !place.empty() && place.front() == '/';
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string Places::path_of(const std::string& place, const std::string& own_name) const {
  if (is_path(place)) return place;
  return (folder_ == "/" ? std::string() : folder_) + "/" + place + "/" + own_name;
}

// Of a path just as path_of makes it; "" for any other.
std::string_view Places::month_in(std::string_view path, std::string_view own_name) const {
  const std::size_t around = folder_.size() + own_name.size();
  if (path.size() < around + 2 || !core::starts_with(path, folder_)) return {};
  if (path.substr(path.size() - own_name.size()) != own_name) return {};
  const std::string_view between = path.substr(folder_.size(), path.size() - around);
  if (between.front() != '/' || between.back() != '/') return {};
  const std::string_view month = between.substr(1, between.size() - 2);
  return is_month_folder(month) ? month : std::string_view();
}

std::string Places::place_of(const std::string& path, const std::string& own_name) const {
  if (const std::string_view month = month_in(path, own_name); !month.empty()) {
    return std::string(month);  // most are, and the rest of this is a good part of a message's cost
  }
  const auto refuse = [&path](const char* why) {
    throw core::Error(kFileFailed, "BackupFile '" + path + "' " + why + "; name a file");
  };
  if (path.empty()) refuse("is empty");
  if (path.find('\0') != std::string::npos) refuse("has a NUL octet");
  if (path.back() == '/') refuse("is a folder's name");
  const std::string last = name_of("/" + path);
  if (last == "." || last == "..") refuse("is a folder's name");
  std::string absolute = file_system_.absolute(path.front() == '/' ? path : folder_ + "/" + path);
  const std::string prefix = folder_ == "/" ? folder_ : folder_ + "/";
  if (!core::starts_with(absolute, prefix)) return absolute;
  const std::string below = absolute.substr(prefix.size());
  const std::vector<std::string_view> parts = core::split(below, '/');
  if (below.empty()) refuse("is DataFolder itself");
  if (parts.front() == ".meta") refuse("lies in .meta, which belongs to the backup");
  if (parts.size() == 2 && is_month_folder(parts[0]) && parts[1] == own_name) {
    return std::string(parts[0]);
  }
  return absolute;
}

std::shared_ptr<fs::Directory> Places::month(const std::string& name, bool create) {
  bool absent = false;
  if (create) {
    // Every time: a link may have been put there, or the folder removed, since it was opened.
    const fs::Kind kind = root_->status(name).kind;
    absent = kind == fs::Kind::kNone;
    if (absent) {
      const std::lock_guard<std::mutex> lock(mutex_);
      open_.erase(name);
    } else if (kind != fs::Kind::kDirectory) {
      throw core::Error(kFileFailed, root_->path() + "/" + name +
                                         " is not a folder; move away what stands there, messages "
                                         "are saved in folders of that name");
    }
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto known = open_.find(name);
  if (known != open_.end()) return known->second;
  std::shared_ptr<fs::Directory> opened = root_->open_directory(name, create);
  if (absent) made_.insert(name);
  // A bound on descriptors; who still uses one holds it.
  if (open_.size() >= kMostOpenFolders) open_.clear();
  open_.emplace(name, opened);
  return opened;
}

// Below a month folder nothing is followed; elsewhere the path is the user's, and so are its links.
std::unique_ptr<fs::Directory> Places::open_parent(const std::string& path, bool create) {
  const std::string prefix = folder_ + "/";
  const std::string folder = parent_of(path);
  if (!core::starts_with(folder + "/", prefix)) return file_system_.open_directory(folder, create);
  if (folder == folder_) return file_system_.open_directory(folder, false);
  const std::string below = folder.substr(prefix.size());
  const std::vector<std::string_view> parts = core::split(below, '/');
  if (!is_month_folder(parts.front())) return file_system_.open_directory(folder, create);
  std::unique_ptr<fs::Directory> at;
  for (const std::string_view part : parts) {
    fs::Directory& from = at ? *at : *root_;
    at = from.open_directory(std::string(part), create);
  }
  return at;
}

std::shared_ptr<fs::Directory> Places::parent(const std::string& path, bool create) {
  const std::string folder = parent_of(path);
  if (!create) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto known = open_.find(folder);
    if (known != open_.end()) return known->second;
  }
  // To write there it is opened anew: the open one may have been removed meanwhile.
  std::shared_ptr<fs::Directory> opened = open_parent(path, create);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (open_.size() >= kMostOpenFolders) open_.clear();
  open_[folder] = opened;
  return opened;
}

Target Places::locate(const std::string& place, const std::string& own_name, bool create) {
  if (is_path(place)) return {parent(place, create), name_of(place)};
  return {month(place, create), own_name};
}

fs::Status Places::status(const std::string& place, const std::string& own_name) {
  if (!is_path(place) && !is_month_folder(place)) return {};  // a damaged row
  try {
    const Target target = locate(place, own_name, false);
    return target.folder->status(target.name);
  } catch (const fs::IoError&) {
    return {};
  }
}

bool Places::made_here(const std::string& place) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return made_.count(place) != 0;
}

void Places::forget(const std::string& place) {
  const std::lock_guard<std::mutex> lock(mutex_);
  open_.erase(is_path(place) ? parent_of(place) : place);
}

bool Places::alive() const {
  try {
    // By its path: an open descriptor would go on writing into a folder that was moved away.
    return file_system_.open_directory(folder_, false)->status(".meta").kind ==
           fs::Kind::kDirectory;
  } catch (const fs::IoError& error) {
    return error.error() != ENOENT && error.error() != ENOTDIR;
  }
}

core::Error Places::documented(const fs::IoError& error) const {
  if (!alive()) return {kFolderGone, folder_ + " is gone: " + error.what()};
  return {kFileFailed, error.what()};
}

}  // namespace coffer::store
