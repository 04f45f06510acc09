#include "fake_transport.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace coffer::test {

namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 5s;

FakeTransport::Matcher prefix_matcher(const std::string& prefix) {
  return [prefix](const net::Request& request) {
    const std::string& url = request.url;
    if (prefix.find(' ') == std::string::npos) return url.compare(0, prefix.size(), prefix) == 0;
    const std::string line = request.method + " " + url;
    return line.compare(0, prefix.size(), prefix) == 0;
  };
}

}  // namespace

FakeAnswer FakeAnswer::ok(std::string body, std::string content_type) {
  FakeAnswer answer;
  answer.headers.push_back({"Content-Type", std::move(content_type)});
  if (!body.empty()) answer.chunks.push_back(std::move(body));
  return answer;
}

FakeAnswer FakeAnswer::with_status(int status, std::string body, std::vector<net::Header> headers) {
  FakeAnswer answer;
  answer.status = status;
  answer.headers = std::move(headers);
  if (!body.empty()) answer.chunks.push_back(std::move(body));
  return answer;
}

FakeAnswer FakeAnswer::failure(std::int32_t code, bool transient, std::string text) {
  FakeAnswer answer;
  answer.no_reply = true;
  answer.code = code;
  answer.transient = transient;
  answer.text = std::move(text);
  return answer;
}

FakeAnswer& FakeAnswer::header(std::string name, std::string value) {
  headers.push_back({std::move(name), std::move(value)});
  return *this;
}

FakeAnswer& FakeAnswer::in_chunks(std::size_t octets) {
  std::string body;
  for (const std::string& chunk : chunks)
    body += chunk;
  chunks.clear();
  for (std::size_t at = 0; at < body.size(); at += octets)
    chunks.push_back(body.substr(at, octets));
  return *this;
}

FakeAnswer& FakeAnswer::fails(std::int32_t with_code, bool worth_retrying, std::string why) {
  code = with_code;
  transient = worth_retrying;
  text = std::move(why);
  return *this;
}

FakeAnswer& FakeAnswer::held(std::size_t after_chunks) {
  hold_after = after_chunks;
  return *this;
}

void FakeTransport::on(const std::string& prefix, FakeAnswer answer, std::size_t times) {
  on(
      prefix_matcher(prefix), [answer](const net::Request&) { return answer; }, times);
}

void FakeTransport::on(const std::string& prefix, Script script, std::size_t times) {
  on(prefix_matcher(prefix), std::move(script), times);
}

void FakeTransport::on(Matcher matcher, Script script, std::size_t times) {
  const std::lock_guard<std::mutex> lock(mutex_);
  rules_.push_front({std::move(matcher), std::move(script), times});
}

void FakeTransport::sequence(const std::string& prefix, std::vector<FakeAnswer> answers) {
  auto rest = std::make_shared<std::deque<FakeAnswer>>(answers.begin(), answers.end());
  on(prefix, [rest](const net::Request&) {
    FakeAnswer answer = rest->front();
    if (rest->size() > 1) rest->pop_front();
    return answer;
  });
}

std::size_t FakeTransport::unexpected() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return unexpected_;
}

void FakeTransport::release(std::uint64_t id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = flights_.find(id);
  if (found != flights_.end() && waits(*found->second)) found->second->released = true;
  changed_.notify_all();
}

void FakeTransport::release(std::uint64_t id, FakeAnswer answer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = flights_.find(id);
  if (found != flights_.end() && waits(*found->second)) {
    Flight& flight = *found->second;
    flight.answer = std::move(answer);
    flight.next_chunk = 0;
    flight.headers_given = false;
    flight.reply = net::Reply();
    flight.released = true;
  }
  changed_.notify_all();
}

void FakeTransport::release_all() {
  for (const std::uint64_t id : held())
    release(id);
}

std::vector<std::uint64_t> FakeTransport::held() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::uint64_t> ids;
  for (const auto& [id, flight] : flights_) {
    if (waits(*flight)) ids.push_back(id);
  }
  return ids;
}

std::vector<FakeTransport::Seen> FakeTransport::requests() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return seen_;
}

std::size_t FakeTransport::count(const std::string& prefix) const {
  const Matcher matches = prefix_matcher(prefix);
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<std::size_t>(std::count_if(
      seen_.begin(), seen_.end(), [&](const Seen& seen) { return matches(seen.request); }));
}

std::size_t FakeTransport::in_flight() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return flights_.size();
}

std::size_t FakeTransport::peak_in_flight() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return peak_;
}

bool FakeTransport::wait_for_requests(std::size_t at_least) const {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return seen_.size() >= at_least; });
}

bool FakeTransport::wait_for_held(std::size_t at_least) const {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] {
    return static_cast<std::size_t>(
               std::count_if(flights_.begin(), flights_.end(),
                             [&](const auto& entry) { return waits(*entry.second); })) >= at_least;
  });
}

void FakeTransport::set_idle(std::function<bool(std::chrono::milliseconds)> idle) {
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_ = std::move(idle);
}

std::uint64_t FakeTransport::start(net::Request request, std::shared_ptr<net::BodySink> sink,
                                   net::Done done) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::uint64_t id = ++last_id_;
  Seen seen;
  seen.id = id;
  seen.request = request;
  seen.with_sink = sink != nullptr;
  seen_.push_back(std::move(seen));
  auto flight = std::make_shared<Flight>();
  flight->request = std::move(request);
  flight->sink = std::move(sink);
  flight->done = std::move(done);
  flights_.emplace(id, std::move(flight));
  peak_ = std::max(peak_, flights_.size());
  changed_.notify_all();
  return id;
}

void FakeTransport::cancel(std::uint64_t id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (flights_.erase(id) != 0) seen_[id - 1].cancelled = true;
  changed_.notify_all();
}

void FakeTransport::wake() noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

std::uint64_t FakeTransport::requests_sent() const noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  return sent_;
}

bool FakeTransport::waits(const Flight& flight) const {
  return flight.answer && !flight.released && flight.next_chunk >= flight.answer->hold_after &&
         flight.headers_given;
}

std::optional<std::uint64_t> FakeTransport::next_ready() const {
  for (const auto& [id, flight] : flights_) {
    if (!waits(*flight)) return id;
  }
  return std::nullopt;
}

bool FakeTransport::alive(std::uint64_t id) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return flights_.count(id) != 0;
}

FakeTransport::Script FakeTransport::script_for(const net::Request& request) {
  for (auto rule = rules_.begin(); rule != rules_.end(); ++rule) {
    if (!rule->matches(request)) continue;
    Script script = rule->script;
    if (rule->left != FakeAnswer::kNever && --rule->left == 0) rules_.erase(rule);
    return script;
  }
  ++unexpected_;
  return [](const net::Request&) { return FakeAnswer::with_status(404, "{}"); };
}

std::optional<net::Outcome> FakeTransport::advance(std::uint64_t id,
                                                   const std::shared_ptr<Flight>& flight) {
  if (!flight->answer) {
    if (asks_ && flight->request.may_go && !flight->request.may_go()) {
      net::Outcome unsent;
      unsent.held = true;
      return unsent;
    }
    Script script;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      script = script_for(flight->request);
    }
    FakeAnswer answer = script(flight->request);
    const std::lock_guard<std::mutex> lock(mutex_);
    sent_ += answer.no_reply ? 0U : 1U;
    flight->answer = std::move(answer);
  }
  const FakeAnswer& answer = *flight->answer;
  net::Outcome outcome;
  if (!answer.no_reply && flight->reply.status == 0) {
    flight->reply.status = answer.status;
    flight->reply.status_line = "HTTP/1.1 " + std::to_string(answer.status) + " scripted";
    flight->reply.headers = answer.headers;
  }
  const bool to_sink = flight->sink && answer.status == 200 && !answer.no_reply;
  while (outcome.code == 0 && flight->next_chunk < answer.chunks.size()) {
    if (!flight->released && flight->next_chunk >= answer.hold_after) break;
    const std::string& chunk = answer.chunks[flight->next_chunk];
    flight->reply.wire_octets += chunk.size();
    if (flight->reply.wire_octets > flight->request.max_reply) {
      outcome.code = 706;
      outcome.text = "The reply is larger than allowed.";
    } else if (!to_sink) {
      flight->reply.body += chunk;
    } else if (!flight->sink->write(chunk.data(), chunk.size())) {
      outcome.code = 1120;
      outcome.text = "The body was refused by its reader.";
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    ++flight->next_chunk;
    if (flights_.count(id) == 0) return std::nullopt;  // cancelled by its own sink
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    flight->headers_given = true;
    if (outcome.code == 0 && waits(*flight)) {
      changed_.notify_all();
      return std::nullopt;
    }
  }
  if (outcome.code == 0 && answer.code != 0) {
    outcome.code = answer.code;
    outcome.text = answer.text;
    outcome.transient = answer.transient;
  }
  outcome.reply = std::move(flight->reply);
  return outcome;
}

void FakeTransport::run_once(std::chrono::milliseconds max_wait) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!woken_ && !next_ready()) {
    const auto idle = idle_;
    lock.unlock();
    const bool passed = idle && idle(max_wait);
    lock.lock();
    if (!passed) {
      changed_.wait_for(lock, max_wait, [&] { return woken_ || next_ready().has_value(); });
    }
  }
  woken_ = false;
  std::vector<std::uint64_t> ready;
  for (const auto& [id, flight] : flights_) {
    if (!waits(*flight)) ready.push_back(id);
  }
  lock.unlock();
  for (const std::uint64_t id : ready) {
    std::shared_ptr<Flight> flight;
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      const auto found = flights_.find(id);
      if (found == flights_.end()) continue;  // cancelled by an earlier completion
      flight = found->second;
    }
    std::optional<net::Outcome> outcome = advance(id, flight);
    if (!outcome || !alive(id)) continue;
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      flights_.erase(id);
      seen_[id - 1].finished = true;
      changed_.notify_all();
    }
    flight->done(std::move(*outcome));
  }
}

}  // namespace coffer::test
