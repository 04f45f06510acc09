// The body of a request on its way out, compressed and in chunks where the settings say so.
//
// Threads: the transport's thread.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "net/options.h"

namespace coffer::net {

class Upload {
 public:
  Upload() = default;
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  ~Upload();

  // Hands the body, which must stay where it is, to a handle whose request is a POST or has one.
  void begin(CURL* easy, const std::string& method, const std::string& body,
             const TransportOptions& options);
  // What begin() made of it: the header has to say so.
  bool compressed() const noexcept { return !packed_.empty(); }

 private:
  static std::size_t on_read(char* buffer, std::size_t size, std::size_t count,
                             void* self) noexcept;
  static int on_seek(void* self, curl_off_t offset, int origin) noexcept;
  void clear() noexcept;

  std::string packed_;
  std::string_view octets_;
  std::size_t chunk_ = 0;
  std::size_t at_ = 0;
};

}  // namespace coffer::net
