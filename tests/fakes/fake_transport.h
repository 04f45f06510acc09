// A Transport that answers from a script, without a network.
//
// Threads: start, cancel and run_once belong to the thread under test; everything else may be
// called from any thread. No lock is held while a script, a sink or a completion runs.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/transport.h"

namespace coffer::test {

// What the scripted server says to one request.
struct FakeAnswer {
  static constexpr std::size_t kNever = static_cast<std::size_t>(-1);

  int status = 200;
  std::vector<net::Header> headers;
  std::vector<std::string> chunks;  // the body, in the pieces the sink gets
  std::int32_t code = 0;            // not 0: the transfer fails with it, after headers and chunks
  std::string text;
  bool transient = false;
  bool no_reply = false;            // fails before there is a status
  std::size_t hold_after = kNever;  // waits for release() after that many chunks; 0: at once

  static FakeAnswer ok(std::string body, std::string content_type = "application/json");
  static FakeAnswer with_status(int status, std::string body = {},
                                std::vector<net::Header> headers = {});
  // A transfer that fails before any reply.
  static FakeAnswer failure(std::int32_t code, bool transient, std::string text = "scripted");

  FakeAnswer& header(std::string name, std::string value);
  FakeAnswer& in_chunks(std::size_t octets);  // cuts the body into pieces of that size
  FakeAnswer& fails(std::int32_t with_code, bool worth_retrying, std::string why = "scripted");
  FakeAnswer& held(std::size_t after_chunks = 0);
};

class FakeTransport final : public net::Transport {
 public:
  using Script = std::function<FakeAnswer(const net::Request&)>;
  using Matcher = std::function<bool(const net::Request&)>;

  // One request as it was started.
  struct Seen {
    std::uint64_t id = 0;
    net::Request request;
    bool with_sink = false;
    bool cancelled = false;
    bool finished = false;
  };

  // Rules: the newest one that matches answers; `times` bounds how often (then older ones do).
  // A prefix matches the URL, or the whole "METHOD url" when it holds a space.
  void on(const std::string& prefix, FakeAnswer answer, std::size_t times = FakeAnswer::kNever);
  void on(const std::string& prefix, Script script, std::size_t times = FakeAnswer::kNever);
  void on(Matcher matcher, Script script, std::size_t times = FakeAnswer::kNever);
  // Answers in a row for a prefix: the first request gets the first, and so on; the last one stays.
  void sequence(const std::string& prefix, std::vector<FakeAnswer> answers);
  // A request without a rule gets 404 with an empty JSON object, and counts here.
  std::size_t unexpected() const;

  // Lets a held answer go on (to its end); with an answer: that one instead of the scripted rest.
  // Only what held() lists can be released.
  void release(std::uint64_t id);
  void release(std::uint64_t id, FakeAnswer answer);
  void release_all();
  // Ids that wait for release, in the order they were started.
  std::vector<std::uint64_t> held() const;

  std::vector<Seen> requests() const;  // all, in the order they were started
  std::size_t count(const std::string& prefix = {}) const;
  std::size_t in_flight() const;
  std::size_t peak_in_flight() const;
  // Blocks until that many requests were started in all, that many are held; false after 5 s.
  bool wait_for_requests(std::size_t at_least) const;
  bool wait_for_held(std::size_t at_least) const;

  // Asks each request's may_go right before its script runs, as the real transport does before a
  // request leaves (without this every request leaves when it is started).
  void ask_before_each() { asks_ = true; }

  // Called by run_once instead of waiting when there is nothing to do: tests with a fake clock
  // move it by the wait they are told. Returning false waits as usual.
  void set_idle(std::function<bool(std::chrono::milliseconds)> idle);

  std::uint64_t start(net::Request request, std::shared_ptr<net::BodySink> sink,
                      net::Done done) override;
  void cancel(std::uint64_t id) override;
  void run_once(std::chrono::milliseconds max_wait) override;
  void wake() noexcept override;
  // Requests that got as far as a reply, held ones included.
  std::uint64_t requests_sent() const noexcept override;

 private:
  struct Rule {
    Matcher matches;
    Script script;
    std::size_t left;
  };
  struct Flight {
    net::Request request;
    std::shared_ptr<net::BodySink> sink;
    net::Done done;
    std::optional<FakeAnswer> answer;
    std::size_t next_chunk = 0;
    bool headers_given = false;
    bool released = false;
    net::Reply reply;
  };

  std::optional<std::uint64_t> next_ready() const;
  bool waits(const Flight& flight) const;
  Script script_for(const net::Request& request);
  // Delivers what may be delivered; the outcome when the transfer is over.
  std::optional<net::Outcome> advance(std::uint64_t id, const std::shared_ptr<Flight>& flight);
  bool alive(std::uint64_t id) const;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<Rule> rules_;
  std::vector<Seen> seen_;
  std::map<std::uint64_t, std::shared_ptr<Flight>> flights_;
  std::function<bool(std::chrono::milliseconds)> idle_;
  std::uint64_t last_id_ = 0;
  std::size_t unexpected_ = 0;
  std::uint64_t sent_ = 0;
  std::size_t peak_ = 0;
  bool woken_ = false;
  std::atomic<bool> asks_{false};
};

}  // namespace coffer::test
