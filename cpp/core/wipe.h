// Overwrites secrets so that they do not stay behind in freed memory.
#pragma once

#include <string>

#include "core/value.h"

namespace coffer::core {

void wipe(void* data, std::size_t size) noexcept;
inline void wipe(std::string& text) noexcept {
  wipe(text.data(), text.capacity());
  text.clear();
}
inline void wipe(Bytes& bytes) noexcept {
  wipe(bytes.data(), bytes.size());
  bytes.clear();
}

// A string that is wiped when it goes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      wipe(text_);
      text_ = other.text_;
    }
    return *this;
  }
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.wipe_text(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe(text_);
      text_ = std::move(other.text_);
      other.wipe_text();
    }
    return *this;
  }
  ~Secret() { wipe(text_); }
  const std::string& reveal() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }

 private:
  void wipe_text() noexcept { wipe(text_); }
  std::string text_;
};

}  // namespace coffer::core
