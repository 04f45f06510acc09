#include "cloudbackup/last_exchange.h"

#include <utility>

#include "core/log.h"
#include "core/text.h"

namespace coffer::cloudbackup {

void ExchangeRecord::keep_request(bool keep) {
  const std::lock_guard<std::mutex> lock(mutex_);
  keep_request_ = keep;
}

void ExchangeRecord::limit_data(std::int64_t octets) {
  const std::lock_guard<std::mutex> lock(mutex_);
  limit_ = octets;
}

bool ExchangeRecord::keeps_request() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return keep_request_;
}

void ExchangeRecord::came(const net::Outcome& outcome, const std::string& sent_body, bool secret,
                          bool message) {
  const net::Reply& reply = outcome.reply;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!message) {
    const bool all = limit_ == 0 || reply.body.size() <= static_cast<std::size_t>(limit_);
    // What is cut must be masked first: a secret that is cut in two is not found any more.
    data_ = secret || !all ? core::masked_body(reply.body) : reply.body;
    if (!all) data_.resize(static_cast<std::size_t>(limit_));
  }
  last_.sent_headers = outcome.sent_head;
  last_.request.clear();
  if (keep_request_ && !outcome.sent_head.empty()) {
    const bool get = core::starts_with(outcome.sent_head, "GET ");  // after a redirect
    last_.request = outcome.sent_head + "\r\n" + (get ? std::string() : sent_body);
  }
  last_.status = reply.status;
  last_.status_line = reply.status_line;
  last_.http_version = reply.http_version;
  last_.octets = reply.wire_octets;
  last_.local_address = outcome.local_address;
  last_.local_port = outcome.local_port;
  headers_ = reply.headers;
}

void ExchangeRecord::new_run() {
  const std::lock_guard<std::mutex> lock(mutex_);
  last_.local_address.clear();
}

LastExchange ExchangeRecord::read() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  LastExchange last = last_;
  const std::size_t line = last.sent_headers.find("\r\n");
  const std::string plain = last.sent_headers.substr(0, line);
  if (line != std::string::npos) {
    const std::string shown = core::masked_url(plain);
    last.sent_headers.replace(0, line, shown);
    if (!last.request.empty()) last.request.replace(0, line, shown);
  }
  last.data = core::masked_body(data_);
  for (const net::Header& header : headers_) {
    last.headers += core::masked_header(header.name + ": " + header.value) + "\r\n";
  }
  return last;
}

std::uint64_t RecordingTransport::start(net::Request request, std::shared_ptr<net::BodySink> sink,
                                        net::Done done) {
  requests_.fetch_add(1);
  const bool secret = request.peer != net::Peer::kService;
  const bool streamed = sink != nullptr;
  std::string body = record_.keeps_request() ? core::masked_body(request.body) : "";
  return inner_->start(std::move(request), std::move(sink),
                       [this, secret, streamed, body = std::move(body),
                        done = std::move(done)](net::Outcome&& outcome) {
                         if (outcome.held) {
                           requests_.fetch_sub(1);
                         } else {
                           record_.came(outcome, body, secret,
                                        streamed && outcome.reply.status == 200);
                         }
                         done(std::move(outcome));
                       });
}

}  // namespace coffer::cloudbackup
