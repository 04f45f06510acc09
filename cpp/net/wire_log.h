// One request and its reply as Log entries, with every secret masked: a line each at level Info,
// header fields at Verbose, bodies at Debug.
//
// Threads: an object belongs to the transport's thread.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/log.h"
#include "core/wipe.h"
#include "net/transport.h"

namespace coffer::net {

// Request or status line and header fields, each ended by CRLF, with every secret masked. Fields of
// `secret_names` keep their names alone.
std::string masked_head(std::string_view block, const std::vector<std::string>& secret_names = {});

class WireLog {
 public:
  explicit WireLog(core::Log* log) : log_(log) {}

  bool headers() const noexcept { return passes(core::LogLevel::kVerbose); }
  bool bodies() const noexcept { return passes(core::LogLevel::kDebug); }

  // The CONNECT exchange is the firewall's when the tunnel is one, else the proxy's. What the user
  // sends there (FirewallData, ProxyAuthorization) are credentials, whatever their names.
  void set_tunnel(bool firewall, const std::vector<core::Secret>& headers);
  // From CURLOPT_DEBUGFUNCTION: what really went over the wire.
  void traffic(curl_infotype kind, std::string_view data);
  void request_body(std::string_view body);
  void response_body(std::string_view piece);
  void end_of_response();
  void summary(const std::string& method, const std::string& url, const Outcome& outcome,
               std::chrono::milliseconds took);

 private:
  bool passes(core::LogLevel level) const noexcept {
    return log_ != nullptr && log_->passes(level);
  }
  void header_block(std::string_view block, const char* type);

  core::Log* log_;
  bool firewall_ = false;
  bool in_connect_ = false;
  std::vector<std::string> secret_names_;  // of header fields of a CONNECT
  std::string incoming_;                   // header lines of the reply until the empty one
  std::string body_;
};

}  // namespace coffer::net
