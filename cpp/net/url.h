// URLs through libcurl's own parser, so that what we compare is what libcurl connects to.
#pragma once

#include <string>
#include <string_view>

namespace coffer::net {

struct Url {
  std::string scheme;  // lower case
  std::string host;    // lower case, without brackets
  int port = 0;        // effective
  std::string path;    // from the first '/', as given
  std::string query;   // without '?'
  bool has_userinfo = false;
  bool valid = false;

  static Url parse(std::string_view text);  // absolute http and https only; else valid is false
  bool same_origin(const Url& other) const noexcept;
  bool is_loopback() const noexcept;  // localhost, 127.0.0.0/8, ::1
  std::string origin() const;         // https://host:port, the port only when it is not the default
};

// For addresses that begin alike, one after the other: what stands before the path is parsed when
// it changes. Gives what Url::parse gives.
class UrlReader {
 public:
  Url read(std::string_view text);

 private:
  std::string beginning_;  // of the last one, up to its path
  Url last_;
};

// A reference (Location) against the URL it came from; "" when it is none. Without fragment.
std::string resolve_url(const std::string& base, const std::string& reference);

}  // namespace coffer::net
