// Session secrets, appended line by line (manual, SSLKeyLogFile), readable by the owner alone.
//
// Threads: line from any thread, the rest from one.
#pragma once

#include <string>

namespace coffer::net {

class KeyLog {
 public:
  explicit KeyLog(const std::string& path);  // "": none. Throws 713
  KeyLog(const KeyLog&) = delete;
  KeyLog& operator=(const KeyLog&) = delete;
  ~KeyLog();
  bool wanted() const noexcept { return file_ >= 0; }
  void line(const char* text) const noexcept;

 private:
  int file_ = -1;
};

}  // namespace coffer::net
