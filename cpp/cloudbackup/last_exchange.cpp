#include "cloudbackup/last_exchange.h"

#include <utility>

#include "core/log.h"

namespace coffer::cloudbackup {
namespace {
// A listing page is large and of no use here in full when nobody asked for it.
constexpr std::size_t kMostData = std::size_t{1} << 20;
}  // namespace

void ExchangeRecord::keep_request(bool keep) {
  const std::lock_guard<std::mutex> lock(mutex_);
  keep_request_ = keep;
}

void ExchangeRecord::limit_data(std::int64_t octets) {
  const std::lock_guard<std::mutex> lock(mutex_);
  limit_ = octets;
}

void ExchangeRecord::sent(const net::Request& request) {
  std::string headers;
  if (!request.authorization.empty()) {
    headers += core::masked_header("Authorization: " + request.authorization) + "\r\n";
  }
  for (const std::string& line : request.headers) {
    headers += core::masked_header(line) + "\r\n";
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  method_ = request.method;
  url_ = request.url;
  sent_headers_ = std::move(headers);
  kept_ = keep_request_;
  body_ = kept_ ? core::masked_body(request.body) : "";
}

void ExchangeRecord::came(const net::Reply& reply) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::size_t limit = kMostData;
  if (limit_ > 0 && static_cast<std::size_t>(limit_) < limit) {
    limit = static_cast<std::size_t>(limit_);
  }
  // Masking a whole page for each reply would double the work of a listing: only what a user may
  // have asked for (a limit), or what is small (errors), is kept.
  const bool keep = limit_ > 0 || reply.status != 200;
  last_.data = keep ? core::masked_body(std::string_view(reply.body).substr(0, limit)) : "";
  last_.status = reply.status;
  last_.status_line = reply.status_line;
  headers_ = reply.headers;
  last_.octets = reply.wire_octets;
}

LastExchange ExchangeRecord::read() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  LastExchange last = last_;
  if (!method_.empty()) {
    last.sent_headers = method_ + " " + core::masked_url(url_) + "\r\n" + sent_headers_;
    if (kept_) last.request = last.sent_headers + "\r\n" + body_;
  }
  for (const net::Header& header : headers_) {
    last.headers += core::masked_header(header.name + ": " + header.value) + "\r\n";
  }
  return last;
}

std::uint64_t RecordingTransport::start(net::Request request, std::shared_ptr<net::BodySink> sink,
                                        net::Done done) {
  record_.sent(request);
  requests_.fetch_add(1);
  return inner_->start(std::move(request), std::move(sink),
                       [this, done = std::move(done)](net::Outcome&& outcome) {
                         if (outcome.held) {
                           requests_.fetch_sub(1);
                         } else {
                           record_.came(outcome.reply);
                         }
                         done(std::move(outcome));
                       });
}

}  // namespace coffer::cloudbackup
