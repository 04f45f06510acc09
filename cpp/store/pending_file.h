// A message on its way to the disk: the header field comes first, then what the service sends.
// Reading hands out the message as sent, without our field. A message up to kHeld octets (all but
// a few) stays in memory until the commit, of a larger one each kHeld octets are written behind its
// back: making and writing files is left to other threads, so that the one that drives the network
// does not wait for the file system.
//
// Threads: the engine's; what completion() returns runs on a thread of the commit.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "fs/write_behind.h"
#include "store/backup_store.h"
#include "store/buffer_pool.h"
#include "store/places.h"
#include "store/temporaries.h"

namespace coffer::store {

// A hash over a stream, in blocks of 64 KiB: each block's SHA-256 covers the one before.
class BlockHash {
 public:
  static constexpr std::size_t kBlock = std::size_t{64} << 10;
  void add(std::string_view block);  // kBlock octets, fewer only for the last
  const std::string& value() const noexcept { return value_; }

 private:
  std::string value_;
};

class PendingFile final : public NewMessage {
 public:
  struct Content {
    std::string id;
    std::string name;  // eml_name(id)
    std::string modified;
    std::string place;
    Target target;
  };
  // Of one message in memory; times the messages under way (backup_phase.cpp) it bounds them all.
  static constexpr std::size_t kHeld = BufferPool::kLarge;
  static_assert(kHeld % BlockHash::kBlock == 0);

  // The store's, for all its files.
  struct Means {
    fs::WriteBehind& behind;
    std::shared_ptr<BufferPool> buffers;
    // Turns IoError into the documented error.
    std::function<core::Error(const fs::IoError&)> translate;
  };

  PendingFile(Content content, TemporaryName temporary, const std::string& header, bool hashed,
              Means means);
  ~PendingFile() override;  // not committed: the temporary file is removed

  void expect(std::uint64_t octets) override;
  void write(const char* data, std::size_t size) override;
  std::uint64_t octets() const override { return size_ - header_size_; }
  core::Bytes read_all() override;
  std::size_t read(std::uint64_t offset, char* data, std::size_t size) override;

  // Nothing more will be written; returns the file's size.
  std::uint64_t finish();
  // After finish, once: gives the temporary name to the caller, with what makes the file whole.
  struct Release {
    TemporaryName name;
    std::function<std::unique_ptr<fs::File>()> complete;
  };
  Release release();
  // Once.
  Content take_content() noexcept { return std::move(content_); }
  const std::string& hash() const noexcept { return hash_.value(); }

 private:
  void append(std::string_view octets);
  void make_room(std::size_t room);
  void pass_on_held();
  fs::File& whole_file();
  void hash_held();  // whole blocks, except at the end
  template <typename Step>
  auto writing(const Step& step);

  Content content_;
  TemporaryName temporary_;
  std::unique_ptr<fs::WriteBehind::Stream> stream_;  // begun when the message passes kHeld
  const std::size_t header_size_;
  const bool hashed_;
  Means means_;
  std::string held_;         // not yet written, at most kHeld
  std::size_t in_file_ = 0;  // of held_, already written (a read came before the end)
  std::uint64_t size_ = 0;   // header and message
  bool failed_ = false;
  BlockHash hash_;
};

// The hash of a file's content as PendingFile takes it.
std::string hash_of(fs::File& file);

}  // namespace coffer::store
