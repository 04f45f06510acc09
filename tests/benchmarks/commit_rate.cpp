// How many files a second become durable: one at a time, and through the group commit.
//
//   commit_rate [FOLDER [FILES [THREADS]]]   on the disk of FOLDER (default: that of temporaries)
//
// Three rounds of each, taken in turn; the median is printed. Nothing is removed before the end:
// ext4 looks through recently removed inodes when it makes a file, which would be measured too.
#include <sys/vfs.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "fs/file_system.h"
#include "fs/group_commit.h"

namespace {

using coffer::fs::CommitItem;
using coffer::fs::CommitResult;
using coffer::fs::Directory;
using coffer::fs::File;
using coffer::fs::GroupCommit;

constexpr int kRounds = 3;
constexpr std::size_t kFileSize = 30000;  // a mail of ordinary size

// In memory nothing has to be flushed: the numbers would say nothing.
bool is_in_memory(const std::string& path) {
  constexpr long kTmpfs = 0x01021994;  // statfs(2)
  constexpr long kRamfs = static_cast<long>(0x858458F6U);
  struct statfs found = {};
  if (::statfs(path.c_str(), &found) != 0) throw std::runtime_error("cannot examine " + path);
  return found.f_type == kTmpfs || found.f_type == kRamfs;
}

std::string noise() {
  std::mt19937 generator(1);
  std::string out(kFileSize, '\0');
  for (char& c : out)
    c = static_cast<char>(generator() & 0xFFU);
  return out;
}

class Round {
 public:
  Round(const std::string& folder, std::size_t files) : files_(files), data_(noise()) {
    root_ = coffer::fs::posix_file_system().open_directory(folder, true);
    temporary_ = root_->open_directory("tmp", true);
    target_ = root_->open_directory("month", true);
  }

  double one_at_a_time(bool sync_folder) {
    return rate([&] {
      for (std::size_t i = 0; i < files_; ++i) {
        const std::string name = std::to_string(i);
        const std::unique_ptr<File> file = written(name);
        file->sync();
        file->close();
        temporary_->rename(name, *target_, name);
        if (sync_folder) target_->sync();
      }
    });
  }

  double grouped(std::size_t threads) {
    return rate([&] {
      GroupCommit::Options options;
      if (threads != 0) options.sync_threads = threads;
      GroupCommit commit(options);
      const auto done = [](CommitResult&& result) {
        if (result.code != 0) throw std::runtime_error(result.text);
      };
      for (std::size_t i = 0; i < files_; ++i) {
        CommitItem item;
        item.temporary = std::to_string(i);
        item.name = item.temporary;
        item.file = written(item.temporary);
        item.from = temporary_.get();
        item.to = target_;
        commit.submit(std::move(item));
        commit.run_completions(done);
      }
      commit.drain(done);
    });
  }

 private:
  std::unique_ptr<File> written(const std::string& name) {
    std::unique_ptr<File> file = temporary_->create(name);
    file->write(data_.data(), data_.size());
    return file;
  }

  double rate(const std::function<void()>& work) const {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    return static_cast<double>(files_) / took.count();
  }

  const std::size_t files_;
  const std::string data_;
  std::unique_ptr<Directory> root_;
  std::unique_ptr<Directory> temporary_;
  std::shared_ptr<Directory> target_;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void measure(const std::string& folder, std::size_t files, std::size_t threads) {
  std::vector<double> unsafe;
  std::vector<double> single;
  std::vector<double> grouped;
  for (int round = 0; round < kRounds; ++round) {
    const std::string below = folder + "/" + std::to_string(round);
    unsafe.push_back(Round(below + "a", files).one_at_a_time(false));
    single.push_back(Round(below + "b", files).one_at_a_time(true));
    grouped.push_back(Round(below + "c", files).grouped(threads));
  }
  const double base = median(single);
  std::printf("%zu files of %zu octets, median of %d rounds\n", files, kFileSize, kRounds);
  std::printf("file synced alone, folder not          %8.0f files/s  %5.2f\n", median(unsafe),
              median(unsafe) / base);
  std::printf("file synced alone, then its folder     %8.0f files/s  %5.2f\n", base, 1.0);
  std::printf("group commit                           %8.0f files/s  %5.2f\n", median(grouped),
              median(grouped) / base);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string parent = argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string();
    const std::size_t files = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 3000;
    const std::size_t threads = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 0;
    if (files == 0) throw std::runtime_error("the number of files must be 1 or more");
    if (is_in_memory(parent)) {
      std::fprintf(stderr, "%s is in memory; name a folder on a disk\n", parent.c_str());
      return 2;
    }
    std::string folder = parent + "/commit-rate-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("cannot make " + folder);
    std::exception_ptr failure;
    try {
      measure(folder, files, threads);
    } catch (...) {
      failure = std::current_exception();
    }
    std::filesystem::remove_all(folder);
    if (failure) std::rethrow_exception(failure);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "commit_rate: %s\n", error.what());
    return 1;
  }
}
