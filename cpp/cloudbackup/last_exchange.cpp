#include "cloudbackup/last_exchange.h"

#include <utility>

#include "core/log.h"
#include "core/text.h"
#include "net/wire_log.h"

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

void ExchangeRecord::came(net::Outcome& outcome, const std::string& sent_body, bool secret,
                          bool message) {
  constexpr std::string_view kGet = "GET ";
  const net::Reply& reply = outcome.reply;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!message) {
    const bool all = limit_ == 0 || reply.body.size() <= static_cast<std::size_t>(limit_);
    // What is cut must be masked first: a secret that is cut in two is not found any more.
    data_ = secret || !all ? core::masked_body(reply.body) : reply.body;
    if (!all) data_.resize(static_cast<std::size_t>(limit_));
  }
  sent_head_ = std::move(outcome.sent_head);
  request_kept_ = keep_request_;
  // A redirect may have made a GET of it, which has no body.
  const bool get = core::starts_with(sent_head_.reveal(), kGet);
  sent_body_ = get ? std::string() : sent_body;
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
  last.sent_headers = net::masked_head(sent_head_.reveal());
  if (request_kept_ && !last.sent_headers.empty()) {
    last.request = last.sent_headers + "\r\n" + sent_body_;
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
