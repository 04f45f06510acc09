#include "store/folder_lock.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "store/small_file.h"

namespace coffer::store {
namespace {

constexpr const char* kLock = "lock";
constexpr const char* kDescription = "lock.json";
constexpr std::int32_t kHeld = 702;
constexpr std::int32_t kBadSetting = 713;

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return core::iso_time(std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

// " (process 12 on host, since 2023-…)" as far as the holder said so.
std::string holder(fs::Directory& folder, const std::string& name) {
  try {
    const std::optional<std::string> text = read_small_file(folder, name);
    if (!text) return {};
    const core::Document document = core::Document::parse(*text, kHeld, name);
    const auto pid = static_cast<std::int64_t>(document.root()["pid"].number().value_or(0));
    return " (process " + std::to_string(pid) + " on " + document.root()["host"].string_or("?") +
           ", since " + document.root()["since"].string_or("?") + ")";
  } catch (const std::exception&) {
    return {};  // the holder is just writing it
  }
}

}  // namespace

FolderLock::FolderLock(fs::FileSystem& file_system, std::shared_ptr<fs::Directory> meta,
                       const std::string& folder, const std::string& working_folder, core::Log* log)
    : meta_(std::move(meta)), described_in_(meta_), description_(kDescription) {
  if (!working_folder.empty()) {
    try {
      described_in_ = file_system.open_directory(file_system.absolute(working_folder), true);
    } catch (const fs::IoError& error) {
      throw core::Error(kBadSetting, std::string("WorkingFolder: ") + error.what());
    }
    // The real path, so that two names of one folder describe one lock.
    description_ = crypto::sha1_hex(file_system.real_path(folder)) + ".lock.json";
  }
  lock_ = meta_->lock(kLock);
  if (!lock_) {
    std::string who = holder(*described_in_, description_);
    if (who.empty() && described_in_ != meta_) who = holder(*meta_, kDescription);
    throw core::Error(
        kHeld, "another backup holds " + folder + who + "; wait until it has ended or stop it");
  }
  try {
    describe(folder);
  } catch (const fs::IoError& error) {
    // A full disk, say. It is for people only.
    if (log != nullptr)
      log->info(std::string("The lock's description was not written: ") + error.what());
  }
}

void FolderLock::describe(const std::string& folder) {
  const std::string text = "{\"pid\":" + std::to_string(::getpid()) +
                           ",\"host\":" + core::json_quoted(host_name()) + ",\"since\":\"" + now() +
                           "\",\"folder\":" + core::json_quoted(folder) + "}\n";
  const std::string beside = description_ + ".new";
  if (described_in_->status(beside).kind == fs::Kind::kFile) described_in_->remove(beside);
  const std::unique_ptr<fs::File> file = described_in_->create(beside);
  file->write(text.data(), text.size());
  described_in_->rename(beside, *described_in_, description_);
  described_ = true;
}

FolderLock::~FolderLock() {
  if (!described_) return;
  try {
    described_in_->remove(description_);
  } catch (const std::exception&) {
    // Removed by somebody; it blocks nobody either way.
  }
}

}  // namespace coffer::store
