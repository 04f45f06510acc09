#include "cloudbackup/pending_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/error.h"
#include "crypto/digest.h"

namespace coffer::cloudbackup {

void BlockHash::add(std::string_view block) {
  value_.append(block);
  const std::array<std::uint8_t, 32> digest = crypto::sha256(value_);
  value_.assign(digest.begin(), digest.end());
}

PendingFile::PendingFile(Content content, TemporaryFile temporary, std::string header, bool hashed,
                         Translate translate)
    : content_(std::move(content)),
      temporary_(std::move(temporary)),
      header_size_(header.size()),
      hashed_(hashed),
      translate_(std::move(translate)) {
  append(header);
}

PendingFile::~PendingFile() {
  if (!temporary_.file) return;
  temporary_.file.reset();
  try {
    temporary_.folder->remove(temporary_.name);
  } catch (const fs::IoError&) {
    // The next start removes it.
  }
}

void PendingFile::flush_block(std::size_t size) {
  try {
    if (size > in_file_) temporary_.file->write(held_.data() + in_file_, size - in_file_);
  } catch (const fs::IoError& error) {
    failed_ = true;  // part of it may be in the file
    throw translate_(error);
  }
  in_file_ = size;
}

void PendingFile::append(std::string_view octets) {
  while (!octets.empty()) {
    const std::size_t part = std::min(octets.size(), BlockHash::kBlock - held_.size());
    held_.append(octets.substr(0, part));
    octets.remove_prefix(part);
    size_ += part;
    if (held_.size() < BlockHash::kBlock) continue;
    flush_block(held_.size());
    if (hashed_) hash_.add(held_);
    held_.clear();
    in_file_ = 0;
  }
}

void PendingFile::write(const char* data, std::size_t size) {
  constexpr std::int32_t kFileFailed = 711;
  if (failed_) throw core::Error(kFileFailed, "a write to this file failed before");
  append({data, size});
}

std::size_t PendingFile::read(std::uint64_t offset, char* data, std::size_t size) {
  flush_block(held_.size());
  if (offset >= octets()) return 0;
  try {
    return temporary_.file->read(header_size_ + offset, data, size);
  } catch (const fs::IoError& error) {
    throw translate_(error);
  }
}

core::Bytes PendingFile::read_all() {
  core::Bytes all(static_cast<std::size_t>(octets()));
  std::size_t done = 0;
  std::array<char, 16384> block;
  while (done < all.size()) {
    const std::size_t size = read(done, block.data(), std::min(block.size(), all.size() - done));
    if (size == 0) break;
    std::copy_n(block.begin(), size, all.begin() + static_cast<std::ptrdiff_t>(done));
    done += size;
  }
  all.resize(done);
  return all;
}

std::uint64_t PendingFile::finish() {
  write(nullptr, 0);  // throws when it failed before
  flush_block(held_.size());
  if (hashed_ && !held_.empty()) hash_.add(held_);
  held_ = {};
  return size_;
}

TemporaryFile PendingFile::release() {
  return std::move(temporary_);
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

}  // namespace coffer::cloudbackup
