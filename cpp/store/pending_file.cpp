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

PendingFile::PendingFile(Content content, TemporaryName temporary, const std::string& header,
                         bool hashed, Means means)
    : content_(std::move(content)),
      temporary_(std::move(temporary)),
      header_size_(header.size()),
      hashed_(hashed),
      means_(std::move(means)) {
  append(header);
}

PendingFile::~PendingFile() {
  means_.buffers->give(std::move(held_));
  if (!stream_) return;
  stream_.reset();
  try {
    temporary_.folder->remove(temporary_.name);
  } catch (const fs::IoError&) {
    // The next start removes it, or it was never made.
  }
}

template <typename Step>
auto PendingFile::writing(const Step& step) {
  try {
    return step();
  } catch (const fs::IoError& error) {
    failed_ = true;  // part of it may be in the file
    throw means_.translate(error);
  }
}

// Up to kHeld, whatever was announced: more is passed on before it is needed.
void PendingFile::make_room(std::size_t room) {
  if (room <= held_.capacity()) return;
  std::string larger = means_.buffers->take(std::min(room, kHeld));
  larger.append(held_);
  means_.buffers->give(std::exchange(held_, std::move(larger)));
}

void PendingFile::pass_on_held() {
  hash_held();
  writing([this] {
    if (!stream_) {
      const TemporaryName& temporary = temporary_;
      stream_ =
          means_.behind.begin([temporary] { return temporary.folder->create(temporary.name); });
    }
    if (in_file_ > 0) held_.erase(0, in_file_);
    stream_->write(std::move(held_));
  });
  held_ = means_.buffers->take(kHeld);
  in_file_ = 0;
}

void PendingFile::append(std::string_view octets) {
  while (!octets.empty()) {
    const std::size_t part = std::min(octets.size(), kHeld - held_.size());
    make_room(held_.size() + part);
    held_.append(octets.substr(0, part));
    octets.remove_prefix(part);
    size_ += part;
    if (held_.size() == kHeld) pass_on_held();
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
  make_room(std::min(kHeld, held_.size() + room));
}

void PendingFile::write(const char* data, std::size_t size) {
  constexpr std::int32_t kFileFailed = 711;
  if (failed_) throw core::Error(kFileFailed, "a write to this file failed before");
  append({data, size});
}

// For a reader: what is held goes into the file too.
fs::File& PendingFile::whole_file() {
  fs::File& file = stream_->settled();
  if (held_.size() > in_file_) file.write(held_.data() + in_file_, held_.size() - in_file_);
  in_file_ = held_.size();
  return file;
}

std::size_t PendingFile::read(std::uint64_t offset, char* data, std::size_t size) {
  if (offset >= octets()) return 0;
  if (!stream_) {
    const std::size_t at = header_size_ + static_cast<std::size_t>(offset);
    const std::size_t part = std::min(size, held_.size() - at);
    std::copy_n(held_.data() + at, part, data);
    return part;
  }
  return writing([&] { return whole_file().read(header_size_ + offset, data, size); });
}

core::Bytes PendingFile::read_all() {
  if (!stream_) {
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
    std::unique_ptr<fs::WriteBehind::Stream> stream;
    std::shared_ptr<BufferPool> buffers;
    std::string held;
    std::size_t in_file = 0;
  };
  auto rest = std::make_shared<Rest>(Rest{std::move(temporary_), std::move(stream_), means_.buffers,
                                          std::exchange(held_, {}), in_file_});
  return {rest->name, [rest] {
            std::unique_ptr<fs::File> file =
                rest->stream ? rest->stream->finish() : rest->name.folder->create(rest->name.name);
            file->write(rest->held.data() + rest->in_file, rest->held.size() - rest->in_file);
            rest->buffers->give(std::move(rest->held));
            return file;
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
