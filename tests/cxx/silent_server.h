// Runs that stay until somebody ends them, for the tests of lifetimes.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <coffer/coffer.hpp>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace facade_test {

// A port that takes connections (the system does) and never answers. Threads: the constructor's.
class SilentServer {
 public:
  SilentServer() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at = {};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* const address = reinterpret_cast<sockaddr*>(&at);
    if (fd_ < 0 || ::bind(fd_, address, size) != 0 || ::listen(fd_, 64) != 0 ||
        ::getsockname(fd_, address, &size) != 0) {
      throw std::runtime_error("no port to listen on");
    }
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(at.sin_port)) + "/v1.0";
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  ~SilentServer() { ::close(fd_); }
  const std::string& url() const { return url_; }

 private:
  int fd_;
  std::string url_;
};

inline void prepare_run(coffer::cloudbackup::Office365Backup& backup, const std::string& url,
                        const std::filesystem::path& folder) {
  backup.set_authorization("Bearer none");
  backup.set_data_folder(folder.string());
  backup.config("GraphURL=" + url);
}

}  // namespace facade_test
