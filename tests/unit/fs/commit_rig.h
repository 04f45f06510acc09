// A GroupCommit over the disk of the tests, with what its tests need again and again.
//
// Threads: one, as GroupCommit says; what the hooks note is behind a lock.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "fakes/fake_file_system.h"
#include "fs/group_commit.h"

namespace coffer::test {

// Holds the commit thread inside a before_rename until the test lets it go, so that a test decides
// what is queued when the thread comes around.
class Gate {
 public:
  void pass() {
    std::unique_lock<std::mutex> lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_until_reached() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return reached_; });
  }
  void open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false;
  bool open_ = false;
};

class CommitRig {
 public:
  explicit CommitRig(FakeFileSystem& given, std::size_t max_group = 256, std::size_t threads = 4)
      : disk(given) {
    root = disk.open_directory("/data", true);
    temporary = root->open_directory("tmp", true);
    fs::GroupCommit::Options options;
    options.max_group = max_group;
    options.sync_threads = threads;
    options.wake = [this] {
      const std::lock_guard<std::mutex> lock(mutex);
      ++wakes;
    };
    options.after_group = [this](const std::vector<std::uint64_t>& tags) {
      {
        const std::lock_guard<std::mutex> lock(mutex);
        groups.push_back(tags);
      }
      if (after_group) after_group(tags);
    };
    commit = std::make_unique<fs::GroupCommit>(std::move(options));
  }

  static std::string text_of(std::uint64_t tag) {
    return "message " + std::to_string(tag) + std::string(1500, 'x') + "end\n";
  }

  fs::CommitItem item(std::uint64_t tag, const std::string& folder,
                      std::function<void()> before_rename = nullptr) {
    fs::CommitItem out;
    out.tag = tag;
    out.temporary = std::to_string(tag) + ".tmp";
    out.name = std::to_string(tag) + ".eml";
    out.file = temporary->create(out.temporary);
    const std::string text = text_of(tag);
    out.file->write(text.data(), text.size());
    out.from = temporary.get();
    std::shared_ptr<fs::Directory>& to = folders[folder];
    if (!to) to = root->open_directory(folder, true);
    out.to = to;
    out.before_rename = std::move(before_rename);
    return out;
  }

  void submit(std::uint64_t tag, const std::string& folder,
              std::function<void()> before_rename = nullptr) {
    commit->submit(item(tag, folder, std::move(before_rename)));
  }

  std::map<std::uint64_t, fs::CommitResult> drain() {
    std::map<std::uint64_t, fs::CommitResult> out;
    commit->drain([&](fs::CommitResult&& result) { out[result.tag] = std::move(result); });
    return out;
  }

  FakeFileSystem& disk;
  std::unique_ptr<fs::Directory> root;
  std::unique_ptr<fs::Directory> temporary;
  std::map<std::string, std::shared_ptr<fs::Directory>> folders;
  std::mutex mutex;
  int wakes = 0;
  std::vector<std::vector<std::uint64_t>> groups;
  std::function<void(const std::vector<std::uint64_t>&)> after_group;  // set before submitting
  std::unique_ptr<fs::GroupCommit> commit;                             // last: ends first
};

}  // namespace coffer::test
