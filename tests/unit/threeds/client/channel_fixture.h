// What stands in for time and network under a Client: a clock that moves only when told, and a
// scripted transport that outlives the calls which borrow it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "core/clock.h"
#include "fake_transport.h"
#include "net/options.h"

namespace coffer::test {

class ManualClock final : public core::Clock {
 public:
  Time now() const override { return now_; }
  std::chrono::system_clock::time_point wall() const override { return wall_; }
  void advance(std::chrono::nanoseconds by) {
    now_ += std::chrono::duration_cast<Time::duration>(by);
    wall_ += std::chrono::duration_cast<std::chrono::system_clock::duration>(by);
  }
  void set_wall(std::chrono::system_clock::time_point wall) { wall_ = wall; }

 private:
  Time now_ = Time{} + std::chrono::hours(1);
  std::chrono::system_clock::time_point wall_ = std::chrono::system_clock::now();
};

// Forwards to a FakeTransport and hands the options out.
class BorrowedTransport final : public net::Transport {
 public:
  explicit BorrowedTransport(FakeTransport& real) : real_(real) {}
  std::uint64_t start(net::Request request, std::shared_ptr<net::BodySink> sink,
                      net::Done done) override {
    return real_.start(std::move(request), std::move(sink), std::move(done));
  }
  void cancel(std::uint64_t id) override { real_.cancel(id); }
  void run_once(std::chrono::milliseconds max_wait) override { real_.run_once(max_wait); }
  void wake() noexcept override { real_.wake(); }
  std::uint64_t requests_sent() const noexcept override { return real_.requests_sent(); }

 private:
  FakeTransport& real_;
};

struct Network {
  FakeTransport transport;
  ManualClock clock;
  net::TransportOptions options;  // of the last connection
  int opened = 0;

  Network() { let_time_pass(); }
  // Waiting moves the clock instead of taking time.
  void let_time_pass() {
    transport.set_idle([this](std::chrono::milliseconds wait) {
      clock.advance(wait);
      return true;
    });
  }
  std::function<std::unique_ptr<net::Transport>(net::TransportOptions)> maker() {
    return [this](net::TransportOptions given) {
      options = std::move(given);
      ++opened;
      return std::make_unique<BorrowedTransport>(transport);
    };
  }
};

}  // namespace coffer::test
