// A little life of a backup on a real disk, killed with SIGKILL at its Nth operation:
//
//   crash_child FOLDER N [index]
//
// Prints a line for each message that was reported as saved; ends with 3 when somebody else holds
// the folder. Run by store_crash_test.cpp.
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "core/error.h"
#include "fs/file_system.h"
#include "store/backup_store.h"

using namespace coffer;
using namespace coffer::store;

namespace {

// Counts what changes the disk, and dies before the one that is due.
class Countdown {
 public:
  explicit Countdown(long left) : left_(left) {}
  void operator()() {
    if (left_.fetch_sub(1) == 0) ::kill(::getpid(), SIGKILL);
  }

 private:
  std::atomic<long> left_;
};

class DyingFile final : public fs::File {
 public:
  DyingFile(std::unique_ptr<fs::File> file, Countdown& step)
      : file_(std::move(file)), step_(step) {}
  void write(const char* data, std::size_t size) override {
    // Torn in the middle, too.
    if (size > 1) {
      step_();
      file_->write(data, size / 2);
      step_();
      file_->write(data + size / 2, size - size / 2);
      return;
    }
    step_();
    file_->write(data, size);
  }
  std::size_t read(std::uint64_t offset, char* data, std::size_t size) override {
    return file_->read(offset, data, size);
  }
  std::uint64_t size() override { return file_->size(); }
  void truncate(std::uint64_t size) override {
    step_();
    file_->truncate(size);
  }
  void start_sync() override { file_->start_sync(); }
  void sync() override {
    step_();
    file_->sync();
  }
  void close() override { file_->close(); }

 private:
  std::unique_ptr<fs::File> file_;
  Countdown& step_;
};

class DyingDirectory final : public fs::Directory {
 public:
  DyingDirectory(std::unique_ptr<fs::Directory> folder, Countdown& step)
      : folder_(std::move(folder)), step_(step) {}
  const std::string& path() const override { return folder_->path(); }
  std::unique_ptr<fs::Directory> open_directory(const std::string& name, bool create) override {
    if (create) step_();
    return std::make_unique<DyingDirectory>(folder_->open_directory(name, create), step_);
  }
  std::unique_ptr<fs::File> create(const std::string& name) override {
    step_();
    return std::make_unique<DyingFile>(folder_->create(name), step_);
  }
  std::unique_ptr<fs::File> open(const std::string& name) override { return folder_->open(name); }
  std::unique_ptr<fs::File> open_append(const std::string& name) override {
    step_();
    return std::make_unique<DyingFile>(folder_->open_append(name), step_);
  }
  fs::Status status(const std::string& name) override { return folder_->status(name); }
  void rename(const std::string& name, fs::Directory& to, const std::string& to_name) override {
    step_();
    folder_->rename(name, *static_cast<DyingDirectory&>(to).folder_, to_name);
  }
  bool rename_new(const std::string& name, fs::Directory& to, const std::string& to_name) override {
    step_();
    return folder_->rename_new(name, *static_cast<DyingDirectory&>(to).folder_, to_name);
  }
  void remove(const std::string& name) override {
    step_();
    folder_->remove(name);
  }
  void remove_directory(const std::string& name) override {
    step_();
    folder_->remove_directory(name);
  }
  void list(const std::function<void(const std::string&, fs::Kind)>& entry) override {
    folder_->list(entry);
  }
  void sync() override {
    step_();
    folder_->sync();
  }
  bool same_file_system(fs::Directory& other) override {
    return folder_->same_file_system(*static_cast<DyingDirectory&>(other).folder_);
  }
  std::unique_ptr<fs::File> lock(const std::string& name) override {
    step_();
    return folder_->lock(name);
  }

 private:
  std::unique_ptr<fs::Directory> folder_;
  Countdown& step_;
};

class DyingFileSystem final : public fs::FileSystem {
 public:
  explicit DyingFileSystem(Countdown& step) : step_(step) {}
  std::unique_ptr<fs::Directory> open_directory(const std::string& path, bool create) override {
    return std::make_unique<DyingDirectory>(disk_.open_directory(path, create), step_);
  }
  std::string absolute(const std::string& path) override { return disk_.absolute(path); }
  std::string real_path(const std::string& path) override { return disk_.real_path(path); }
  std::string sqlite_vfs() override { return disk_.sqlite_vfs(); }

 private:
  fs::FileSystem& disk_ = fs::posix_file_system();
  Countdown& step_;
};

void save(BackupStore& store, const std::string& id, const std::string& modified,
          const std::string& path) {
  std::unique_ptr<NewMessage> message = store.create(id, modified, path);
  const std::string body = "Subject: " + id + " " + modified + "\r\n\r\n" + std::string(3000, 'x');
  message->write(body.data(), body.size());
  store.commit(std::move(message), [id, modified](const CommitOutcome& outcome) {
    if (outcome.code != 0) std::exit(4);
    const std::string line = id + " " + modified + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::exit(5);
  });
}

void live(const std::string& folder, bool index, Countdown& step) {
  DyingFileSystem disk(step);
  StoreOptions options;
  options.data_folder = folder + "/data";
  options.use_index = index;
  const std::unique_ptr<BackupStore> store = BackupStore::open(disk, options);
  store->bind({"https://graph.microsoft.com", "immutable", "me@example.com"});
  store->begin_run(store->has_unfinished_run());
  const auto usual = [&store](const char* id) { return store->default_path(id, "2023-07"); };
  for (const char* const id : {"a", "b", "c"})
    save(*store, id, "2023-07-03", usual(id));
  store->drain();
  save(*store, "m", "2023-07-03", folder + "/mail/m.eml");
  store->mark_done("skipped", "2023-07-03");
  store->keep_marks();
  store->drain();
  save(*store, "b", "2023-07-04", usual("b"));
  save(*store, "a", "2023-07-04", folder + "/mail/a.eml");
  store->drain();
  store->remove(*store->find("c"));
  store->end_run(RunEnd::kComplete);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  Countdown step(std::strtol(argv[2], nullptr, 10));
  try {
    live(argv[1], argc > 3, step);
  } catch (const core::Error& error) {
    if (error.code() == 702) return 3;
    std::fprintf(stderr, "%d %s\n", error.code(), error.what());
    return 4;
  }
  return 0;
}
