// Where files of the backup are. A place is the short form that the index keeps: the month folder
// of a file under its default name, else the file's absolute path.
//
// `own_name` is eml_name(id): computed once by the caller, a SHA-1 is a good part of a look-up.
//
// Month folders are opened from DataFolder's descriptor without following links (contract
// section 4), and stay open: a look at a file is one system call.
//
// Threads: any; the open folders have a mutex.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "fs/file_system.h"

namespace coffer::store {

struct Target {
  std::shared_ptr<fs::Directory> folder;
  std::string name;
};

class Places {
 public:
  // `folder` absolute and normalised, `root` the same folder open.
  Places(fs::FileSystem& file_system, std::string folder, std::shared_ptr<fs::Directory> root)
      : file_system_(file_system), folder_(std::move(folder)), root_(std::move(root)) {}

  const std::string& folder() const noexcept { return folder_; }
  fs::Directory& root() const noexcept { return *root_; }

  // "2023-07" -> "/data/2023-07/<sha1>.eml"; an absolute path stays.
  std::string path_of(const std::string& place, const std::string& own_name) const;
  // The other way. A relative path is one below DataFolder. Error 711 when it cannot name a file
  // of the backup: empty, the folder itself, inside .meta.
  std::string place_of(const std::string& path, const std::string& own_name) const;

  // The folder and the name. Error 711 for what is in the way, IoError for what fails.
  Target locate(const std::string& place, const std::string& own_name, bool create);
  // kNone also when its folder is missing or is none.
  fs::Status status(const std::string& place, const std::string& own_name);
  // Whether that is a month folder which was not there before: nothing but our files is in it, as
  // far as anybody can know before the rename.
  bool made_here(const std::string& place) const;
  // After a failure: the open folder may be one that was removed.
  void forget(const std::string& place);

  // Whether DataFolder is still there with its .meta.
  bool alive() const;
  // The code for a failure of the disk: 701 when DataFolder is gone, else 711.
  core::Error documented(const fs::IoError& error) const;

 private:
  std::string_view month_in(std::string_view path, std::string_view own_name) const;
  std::shared_ptr<fs::Directory> month(const std::string& name, bool create);
  std::shared_ptr<fs::Directory> parent(const std::string& path, bool create);
  std::unique_ptr<fs::Directory> open_parent(const std::string& path, bool create);

  fs::FileSystem& file_system_;
  const std::string folder_;
  const std::shared_ptr<fs::Directory> root_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<fs::Directory>> open_;  // by place or parent path
  std::set<std::string> made_;                                            // months
};

}  // namespace coffer::store
