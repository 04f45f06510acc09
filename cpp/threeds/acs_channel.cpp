#include "threeds/acs_channel.h"

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace coffer::threeds {
namespace {

using std::chrono::milliseconds;

// How long a binding may have to wait for its turn (signals of the interpreter).
constexpr milliseconds kIdleInterval{200};

constexpr std::int32_t kHttp = 151;
constexpr std::int32_t kUnreadable = 706;
constexpr std::int32_t kCertificateRefused = 280;
constexpr std::int32_t kClientCertificate = 281;
constexpr std::int32_t kInvalidValue = 713;
constexpr std::int32_t kConnectTimeout = 10060;

// Takes a reply of any length without keeping more than the cap.
class CappedBody final : public net::BodySink {
 public:
  bool write(const char* data, std::size_t size) override {
    if (size > kMaxReply - text_.size()) {
      too_long_ = true;
      return false;
    }
    text_.append(data, size);
    return true;
  }
  bool too_long() const noexcept { return too_long_; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  bool too_long_ = false;
};

// emv-3ds.md 12: a connection that does not come about is tried once more. A certificate that was
// refused will not be a better one at once.
bool worth_another_try(const AcsReply& reply) noexcept {
  return reply.kind == AcsReply::Kind::kFailed && !reply.sent &&
         reply.code != kCertificateRefused && reply.code != kClientCertificate &&
         reply.code != kInvalidValue;
}

net::Request request_of(const AcsMessage& message) {
  net::Request request;
  request.method = "POST";
  request.url = message.url;
  request.peer = net::Peer::kAcs;
  request.headers.push_back("Content-Type: " + message.content_type);
  if (!message.request_id.empty()) {
    request.headers.push_back("X-Request-ID: " + message.request_id);
  }
  request.body = message.body;
  request.max_reply = 2 * kMaxReply;  // the cap of the sink comes first, whatever size pieces have
  return request;
}

// Ends the transfer whatever way its scope is left: its completion points into that scope.
class Transfer {
 public:
  Transfer(net::Transport& transport, std::uint64_t id) : transport_(transport), id_(id) {}
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() { transport_.cancel(id_); }

 private:
  net::Transport& transport_;
  const std::uint64_t id_;
};

AcsReply ended(AcsReply::Kind kind, bool sent) {
  AcsReply reply;
  reply.kind = kind;
  reply.sent = sent;
  return reply;
}

}  // namespace

std::chrono::seconds request_timeout(std::int64_t timeout_seconds) noexcept {
  if (timeout_seconds <= 0) {
    return std::chrono::seconds(0);
  }
  return std::min(kReadTimeout, std::chrono::seconds(timeout_seconds));
}

AcsChannel::AcsChannel(MakeTransport make, const core::Clock& clock, Idle idle)
    : make_(std::move(make)), clock_(clock), idle_(std::move(idle)) {}

void AcsChannel::begin() noexcept {
  interrupted_.store(false, std::memory_order_release);
}

void AcsChannel::open(net::TransportOptions options, const std::string& key) {
  asked_ = {};
  if (transport_ && !key.empty() && key == key_) {
    return;
  }
  close();
  key_ = key;
  if (options.ask) {
    // The time that the application takes to decide is not the ACS's.
    options.ask = [this, ask = std::move(options.ask)](const net::ServerCertificate& certificate,
                                                       std::function<void(bool)> answer) {
      const auto before = clock_.now();
      ask(certificate, std::move(answer));
      asked_ += clock_.now() - before;
    };
  }
  std::unique_ptr<net::Transport> transport = make_(std::move(options));
  const std::lock_guard<std::mutex> lock(mutex_);
  transport_ = std::move(transport);
}

void AcsChannel::close() noexcept {
  std::unique_ptr<net::Transport> gone;
  const std::lock_guard<std::mutex> lock(mutex_);
  gone.swap(transport_);
}

void AcsChannel::interrupt() noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  interrupted_.store(true, std::memory_order_release);
  if (transport_) {
    transport_->wake();
  }
}

void AcsChannel::end() noexcept {
  ended_.store(true, std::memory_order_release);
  interrupt();
}

AcsReply AcsChannel::post(const AcsMessage& message, const AcsLimits& limits) {
  AcsReply reply = attempt(message, limits);
  if (limits.retry && worth_another_try(reply)) {
    reply = attempt(message, limits);
  }
  return reply;
}

void AcsChannel::wait(milliseconds limit) {
  transport_->run_once(std::clamp(limit, milliseconds(0), kIdleInterval));
  if (idle_ && clock_.now() - last_idle_ >= kIdleInterval) {
    last_idle_ = clock_.now();
    if (!idle_()) {
      interrupted_.store(true, std::memory_order_release);
    }
  }
}

AcsReply AcsChannel::attempt(const AcsMessage& message, const AcsLimits& limits) {
  const auto body = std::make_shared<CappedBody>();
  std::optional<net::Outcome> outcome;
  const std::uint64_t before = transport_->requests_sent();
  const auto asked_before = asked_;
  std::optional<core::Clock::Time> left;  // when the request was seen to have left
  const core::Clock::Time began = clock_.now();
  last_idle_ = began;
  const Transfer transfer(
      *transport_, transport_->start(request_of(message), body, [&outcome](net::Outcome&& result) {
        outcome = std::move(result);
      }));
  const auto sent = [&] { return transport_->requests_sent() > before; };
  while (!outcome) {
    if (interrupted()) {
      return ended(AcsReply::Kind::kInterrupted, sent());
    }
    const auto now = clock_.now();
    if (!left && sent()) {
      left = now;
    }
    std::optional<core::Clock::Time> until = limits.latest;
    if (until && *until <= now) {
      return ended(AcsReply::Kind::kMaxTimeout, sent());
    }
    if (limits.timeout.count() > 0) {
      const auto mine =
          left ? *left + limits.timeout : began + limits.timeout + (asked_ - asked_before);
      if (mine <= now) {
        if (left) {
          return ended(AcsReply::Kind::kTimeout, true);
        }
        AcsReply reply = ended(AcsReply::Kind::kFailed, false);
        reply.code = kConnectTimeout;
        reply.text = "No connection to the ACS in time.";
        return reply;
      }
      until = until ? std::min(*until, mine) : mine;
    }
    wait(until ? std::chrono::ceil<milliseconds>(*until - now) : kIdleInterval);
  }
  AcsReply reply = ended(AcsReply::Kind::kReply, sent());
  reply.status = outcome->reply.status;
  reply.status_line = outcome->reply.status_line;
  if (body->too_long()) {
    reply.kind = AcsReply::Kind::kTooLong;
    return reply;
  }
  if (outcome->code != 0) {
    reply.kind = AcsReply::Kind::kFailed;
    // 706 is the backup's (contract section 2); here it is one more failure of HTTP.
    reply.code = outcome->code == kUnreadable ? kHttp : outcome->code;
    reply.text = outcome->text;
    return reply;
  }
  reply.body = reply.status == 200 ? body->take() : std::move(outcome->reply.body);
  return reply;
}

}  // namespace coffer::threeds
