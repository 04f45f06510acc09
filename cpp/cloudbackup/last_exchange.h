// What the last reply looked like, for StatusCode, TransferredHeaders and their like: a Transport
// around the Transport, so that neither the engine nor libcurl's wrapper keeps books for it.
//
// Threads: the transport's part belongs to the thread that drives it; `read` may be called from
// any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/wipe.h"
#include "net/transport.h"

namespace coffer::cloudbackup {

struct LastExchange {
  int status = 0;
  std::string status_line;
  std::string http_version;
  std::string headers;       // of the reply, a line each, masked
  std::string data;          // of the last reply that was no message, masked
  std::string sent_headers;  // as they went out, masked
  std::string request;       // the same with the body, masked; only when asked for
  std::uint64_t octets = 0;
  std::string local_address;
  int local_port = 0;
};

class ExchangeRecord {
 public:
  void keep_request(bool keep);
  bool keeps_request() const;
  void limit_data(std::int64_t octets);  // 0: all of it
  // What a request came to; takes its sent_head. `secret`: its reply holds tokens; `message`: its
  // body went elsewhere.
  void came(net::Outcome& outcome, const std::string& sent_body, bool secret, bool message);
  void new_run();  // there is no connection yet
  LastExchange read() const;

 private:
  mutable std::mutex mutex_;
  // Masked when they are read, which few do, and not for each of a hundred thousand replies.
  std::vector<net::Header> headers_;
  std::string data_;
  core::Secret sent_head_;
  std::string sent_body_;  // masked
  LastExchange last_;
  bool keep_request_ = false;
  bool request_kept_ = false;  // of the last exchange
  std::int64_t limit_ = 0;
};

class RecordingTransport final : public net::Transport {
 public:
  RecordingTransport(std::unique_ptr<net::Transport> inner, ExchangeRecord& record,
                     std::atomic<std::uint64_t>& requests)
      : inner_(std::move(inner)), record_(record), requests_(requests) {}
  std::uint64_t start(net::Request request, std::shared_ptr<net::BodySink> sink,
                      net::Done done) override;
  void cancel(std::uint64_t id) override { inner_->cancel(id); }
  void run_once(std::chrono::milliseconds max_wait) override { inner_->run_once(max_wait); }
  void wake() noexcept override { inner_->wake(); }

 private:
  std::unique_ptr<net::Transport> inner_;
  ExchangeRecord& record_;
  std::atomic<std::uint64_t>& requests_;  // RequestsSent
};

}  // namespace coffer::cloudbackup
