#include "cloudbackup/message_sink.h"

#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/json.h"

namespace coffer::cloudbackup {
namespace {

// Error bodies are small; a message that begins with '{' and is larger is a message.
constexpr std::size_t kLargestError = 64 * 1024;

char first_visible(const std::string& text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  return at == std::string::npos ? '\0' : text[at];
}

bool is_json_error(const std::string& text) {
  core::JsonLimits limits;
  limits.max_size = kLargestError;
  try {
    const auto document = core::Document::parse(text, 706, "", limits);
    return static_cast<bool>(document.root()["error"]);
  } catch (const core::Error&) {
    return false;
  }
}

}  // namespace

bool MessageSink::write(const char* data, std::size_t size) {
  if (message_) {
    return store(data, size);
  }
  if (held_.empty() && size > 0 && std::string_view("{< \t\r\n").find(*data) == std::string::npos) {
    return open() && store(data, size);  // neither an error nor a page begins like this
  }
  held_.append(data, size);
  const char first = first_visible(held_);
  if (first == '<' || first == '\0') {
    // A gateway's page is thrown away at the end; nothing but white space is held on to, in bounds.
    if (held_.size() <= kLargestError) {
      return true;
    }
    if (first == '<') {
      held_.resize(1024);
      return true;
    }
  }
  if (first == '{' && held_.size() <= kLargestError) {
    return true;
  }
  return open_and_store();
}

bool MessageSink::open() {
  try {
    message_ = create_();
    message_->expect(expected_);
    return true;
  } catch (const core::Error& error) {
    disk_code_ = error.code();
    disk_text_ = error.what();
    return false;
  }
}

bool MessageSink::open_and_store() {
  if (!open()) return false;
  const std::string held = std::move(held_);
  held_.clear();
  return store(held.data(), held.size());
}

bool MessageSink::store(const char* data, std::size_t size) {
  try {
    message_->write(data, size);
    return true;
  } catch (const core::Error& error) {
    disk_code_ = error.code();
    disk_text_ = error.what();
    message_.reset();
    return false;
  }
}

MessageSink::Result MessageSink::finish() {
  Result result;
  if (!message_) {
    if (held_.empty()) {
      result.code = 706;
      result.text = "The service sent an empty message.";
      return result;
    }
    if (first_visible(held_) == '<') {
      result.code = 706;
      result.text = "A gateway's page came in the place of the message.";
      return result;
    }
    if (first_visible(held_) == '{' && is_json_error(held_)) {
      result.code = 706;
      result.text = "The service sent an error in the place of the message.";
      return result;
    }
    if (!open_and_store()) {
      result.code = disk_code_;
      result.text = disk_text_;
      return result;
    }
  }
  result.message = std::move(message_);
  return result;
}

}  // namespace coffer::cloudbackup
