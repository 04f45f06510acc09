// What the layer below brings: octets from an http URL.
#pragma once

#include <functional>
#include <string>

namespace coffer::revocation {

struct Query {
  std::string url;
  std::string body;  // of a POST; empty: GET
};

struct Fetched {
  std::string problem;  // "" when `body` came whole with status 200
  std::string body;
};

// Threads: the transport's thread.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  // Sends nothing of ours along, follows few redirects (http alone), ends within a time limit.
  // `done` is called once, at once or later.
  virtual void fetch(const Query& query, std::function<void(const Fetched&)> done) = 0;
};

}  // namespace coffer::revocation
