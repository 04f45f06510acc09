// A message on its way to the disk: the header field is written first, then what the service sends.
// Reading hands out the message as sent, without our field.
//
// Threads: the engine's; what verify() needs goes to the commit thread with the file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "cloudbackup/backup_store.h"
#include "cloudbackup/places.h"
#include "cloudbackup/temporaries.h"
#include "core/error.h"

namespace coffer::cloudbackup {

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
    std::string modified;
    std::string place;
    Target target;
  };
  // Turns IoError into the documented error.
  using Translate = std::function<core::Error(const fs::IoError&)>;

  PendingFile(Content content, TemporaryFile temporary, std::string header, bool hashed,
              Translate translate);
  ~PendingFile() override;  // not committed: the temporary file is removed

  void write(const char* data, std::size_t size) override;
  std::uint64_t octets() const override { return size_ - header_size_; }
  core::Bytes read_all() override;
  std::size_t read(std::uint64_t offset, char* data, std::size_t size) override;

  // Everything is in the file; returns its size.
  std::uint64_t finish();
  TemporaryFile release();  // the caller commits it
  const Content& content() const noexcept { return content_; }
  const std::string& hash() const noexcept { return hash_.value(); }

 private:
  void append(std::string_view octets);
  void flush_block(std::size_t size);

  Content content_;
  TemporaryFile temporary_;
  const std::size_t header_size_;
  const bool hashed_;
  Translate translate_;
  std::string held_;         // not yet written, less than a block
  std::size_t in_file_ = 0;  // of held_, already written (a read came before the end)
  std::uint64_t size_ = 0;   // header and message
  bool failed_ = false;
  BlockHash hash_;
};

// The hash of a file's content as PendingFile takes it.
std::string hash_of(fs::File& file);

}  // namespace coffer::cloudbackup
