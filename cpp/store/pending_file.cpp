#include "store/pending_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/error.h"
#include "crypto/digest.h"

namespace coffer::store {

void BlockHash::add(std::string_view block) {
  value_.append(block);
  const std::array<std::uint8_t, 32> digest = crypto::sha256(value_);
  value_.assign(digest.begin(), digest.end());
}

PendingFile::PendingFile(Content content, TemporaryName temporary, std::string header, bool hashed,
                         Translate translate)
    : content_(std::move(content)),
      temporary_(std::move(temporary)),
      header_size_(header.size()),
      hashed_(hashed),
      translate_(std::move(translate)) {
  append(header);
}

PendingFile::~PendingFile() {
  if (!file_) return;
  file_.reset();
  try {
    temporary_.folder->remove(temporary_.name);
  } catch (const fs::IoError&) {
    // The next start removes it.
  }
}

void PendingFile::flush_block(std::size_t size) {
  try {
    if (!file_) file_ = temporary_.folder->create(temporary_.name);
    if (size > in_file_) file_->write(held_.data() + in_file_, size - in_file_);
  } catch (const fs::IoError& error) {
    failed_ = true;  // part of it may be in the file
    throw translate_(error);
  }
  in_file_ = size;
}

void PendingFile::append(std::string_view octets) {
  while (!octets.empty()) {
    const std::size_t part = std::min(octets.size(), kHeld - held_.size());
    held_.append(octets.substr(0, part));
    octets.remove_prefix(part);
    size_ += part;
    if (held_.size() < kHeld) continue;
    flush_block(held_.size());
    hash_held();
    held_.clear();
    in_file_ = 0;
  }
}

void PendingFile::hash_held() {
  if (!hashed_) return;
  for (std::string_view rest = held_; !rest.empty();
       rest.remove_prefix(std::min(rest.size(), BlockHash::kBlock))) {
    hash_.add(rest.substr(0, BlockHash::kBlock));
  }
}

void PendingFile::expect(std::uint64_t octets) {
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(octets, kHeld));
  held_.reserve(std::min(kHeld, held_.size() + room));
}

void PendingFile::write(const char* data, std::size_t size) {
  constexpr std::int32_t kFileFailed = 711;
  if (failed_) throw core::Error(kFileFailed, "a write to this file failed before");
  append({data, size});
}

std::size_t PendingFile::read(std::uint64_t offset, char* data, std::size_t size) {
  if (offset >= octets()) return 0;
  if (!file_) {
    const std::size_t at = header_size_ + static_cast<std::size_t>(offset);
    const std::size_t part = std::min(size, held_.size() - at);
    std::copy_n(held_.data() + at, part, data);
    return part;
  }
  flush_block(held_.size());
  try {
    return file_->read(header_size_ + offset, data, size);
  } catch (const fs::IoError& error) {
    throw translate_(error);
  }
}

core::Bytes PendingFile::read_all() {
  if (!file_) {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(held_.data()) + header_size_;
    return {begin, begin + octets()};
  }
  core::Bytes all(static_cast<std::size_t>(octets()));
  std::size_t done = 0;
  while (done < all.size()) {
    // Straight into its place: some bindings read every message so.
    char* const place = reinterpret_cast<char*>(all.data()) + done;
    const std::size_t size = read(done, place, all.size() - done);
    if (size == 0) break;
    done += size;
  }
  all.resize(done);
  return all;
}

std::uint64_t PendingFile::finish() {
  write(nullptr, 0);  // throws when it failed before
  hash_held();
  return size_;
}

PendingFile::Release PendingFile::release() {
  struct Rest {  // std::function copies what it holds
    TemporaryName name;
    std::unique_ptr<fs::File> file;
    std::string held;
    std::size_t in_file = 0;
  };
  auto rest = std::make_shared<Rest>(
      Rest{std::move(temporary_), std::move(file_), std::move(held_), in_file_});
  return {rest->name, [rest] {
            if (!rest->file) rest->file = rest->name.folder->create(rest->name.name);
            rest->file->write(rest->held.data() + rest->in_file, rest->held.size() - rest->in_file);
            rest->held = {};
            return std::move(rest->file);
          }};
}

std::string hash_of(fs::File& file) {
  BlockHash hash;
  std::string block(BlockHash::kBlock, '\0');
  std::uint64_t at = 0;
  for (;;) {
    const std::size_t size = file.read(at, block.data(), block.size());
    if (size == 0) break;
    hash.add(std::string_view(block).substr(0, size));
    at += size;
  }
  return hash.value();
}

}  // namespace coffer::store
