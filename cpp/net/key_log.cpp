#include "net/key_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

namespace coffer::net {

KeyLog::KeyLog(const std::string& path) {
  if (path.empty()) return;
  file_ =
      open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
  struct stat status {};
  if (file_ < 0 || fstat(file_, &status) != 0 || !S_ISREG(status.st_mode) ||
      fchmod(file_, 0600) != 0) {
    if (file_ >= 0) close(file_);
    throw core::Error(713, "SSLKeyLogFile cannot be opened for the owner alone: " + path);
  }
}

KeyLog::~KeyLog() {
  if (file_ >= 0) close(file_);
}

void KeyLog::line(const char* text) const noexcept {
  const std::string whole = std::string(text) + "\n";
  static_cast<void>(!write(file_, whole.data(), whole.size()));  // a debugging aid: best effort
}

}  // namespace coffer::net
