// Undoes Content-Encoding. libcurl's own decoding (7.88) takes a gzip stream that ends too early
// for a whole one when the HTTP framing is intact, so it is not used: a backup must notice.
//
// Threads: an object belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace coffer::net {

class BodyDecoder {
 public:
  enum class Result { kOk, kStopped, kBad };
  using Out = std::function<bool(const char*, std::size_t)>;

  // "", identity, gzip, x-gzip, deflate; anything else is not known.
  explicit BodyDecoder(std::string_view content_encoding);
  BodyDecoder(const BodyDecoder&) = delete;
  BodyDecoder& operator=(const BodyDecoder&) = delete;
  ~BodyDecoder();

  bool known() const noexcept { return known_; }
  // Hands on what became readable; kStopped when `out` returned false.
  Result feed(const char* data, std::size_t size, const Out& out);
  // The stream ended where its format says it ends (an empty body always does).
  bool complete() const noexcept;

 private:
  struct Stream;
  bool known_ = true;
  std::unique_ptr<Stream> stream_;  // null: identity
};

}  // namespace coffer::net
