// Takes the body of a $value reply: into a file of the store, once its beginning looks like a
// message. A 200 without a body, with a JSON error or with a gateway's page is a failure that
// another try may mend, never a mail (graph-mail 2).
//
// Threads: one (the engine's).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "net/transport.h"
#include "store/backup_store.h"

namespace coffer::cloudbackup {

class MessageSink final : public net::BodySink {
 public:
  using Create = std::function<std::unique_ptr<store::NewMessage>()>;
  explicit MessageSink(Create create) : create_(std::move(create)) {}

  void expect(std::uint64_t octets) override { expected_ = octets; }
  bool write(const char* data, std::size_t size) override;

  struct Result {
    std::unique_ptr<store::NewMessage> message;
    std::int32_t code = 0;  // 706: not a message; 711 and 701: the disk
    std::string text;
  };
  // After the reply came whole.
  Result finish();
  // What the disk said while the body came, if it refused.
  std::int32_t disk_code() const noexcept { return disk_code_; }
  const std::string& disk_text() const noexcept { return disk_text_; }

 private:
  bool store(const char* data, std::size_t size);
  bool open();
  bool open_and_store();

  Create create_;
  std::unique_ptr<store::NewMessage> message_;
  std::string held_;  // the beginning, until it is known what it is
  std::uint64_t expected_ = 0;
  std::int32_t disk_code_ = 0;
  std::string disk_text_;
};

}  // namespace coffer::cloudbackup
