#include "net/curl_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "core/error.h"
#include "net/curl_init.h"
#include "net/flight.h"
#include "net/revocation_watch.h"

namespace coffer::net {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct FreeEasy {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
struct FreeShare {
  void operator()(CURLSH* share) const noexcept { curl_share_cleanup(share); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;

// A local port serves one connection at a time.
std::size_t most_connections(const TransportOptions& options) {
  return options.local_port > 0 ? 1
                                : static_cast<std::size_t>(std::max(1, options.max_connections));
}

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(TransportOptions options);
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;
  ~CurlTransport() override;

  std::uint64_t start(Request request, std::shared_ptr<BodySink> sink, Done done) override;
  void cancel(std::uint64_t id) override;
  void run_once(milliseconds max_wait) override;
  void wake() noexcept override;
  std::uint64_t requests_sent() const noexcept override {
    return shared_.sent.load(std::memory_order_relaxed);
  }

 private:
  enum class State { kQueued, kDialling, kActive, kParked, kFinished };
  struct Entry {
    std::unique_ptr<Flight> flight;
    State state = State::kQueued;
  };

  void queue(std::uint64_t id);
  void admit();
  bool has_link(Entry& entry, std::deque<std::uint64_t>& waiting);
  void apply_dialled();
  bool begin(Flight& flight);
  void perform();
  void resume_paused();
  void collect();
  void land(Entry& entry, CURLcode result);
  void go_on(Entry& entry, Flight::Next next);
  void take_out(Flight& flight);
  void finished(Entry& entry);
  void apply_answers();
  void expire();
  std::size_t deliver();
  milliseconds wait_time(Clock::time_point until) const;

  // The order matters: libcurl's handles go first, they point into what stands above them.
  Shared shared_;
  const std::size_t limit_;
  std::unique_ptr<CURLSH, FreeShare> share_;
  std::unique_ptr<CURLM, FreeMulti> multi_;
  std::unique_ptr<RevocationWatch> watch_;
  std::unique_ptr<internal::Links> links_;
  std::map<std::uint64_t, Entry> entries_;
  std::deque<std::uint64_t> queue_;
  std::deque<std::uint64_t> landed_;
  std::vector<Easy> idle_;
  std::map<CURL*, Easy> busy_;
  std::uint64_t last_id_ = 0;
  std::atomic<bool> woken_{false};
  std::size_t dialling_ = 0;  // entries in State::kDialling
  std::vector<curl_waitfd> watched_;
  bool in_curl_ = false;
};

CurlTransport::CurlTransport(TransportOptions options)
    : shared_(std::move(options)),
      limit_(most_connections(shared_.options)),
      share_(curl_share_init()),
      multi_(curl_multi_init()) {
  if (!share_ || !multi_) throw core::Error(30002, "Out of memory.");
  // One thread uses the share: no lock functions. Sessions of one handle help all others.
  curl_share_setopt(share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  long limit = static_cast<long>(limit_);
  if (shared_.options.tls_provider == TlsProvider::kInternal) {
    links_ = std::make_unique<internal::Links>(multi_.get(), shared_.options, shared_.gate);
    shared_.links = links_.get();
    limit *= 3;  // a link stands for two or three of libcurl's connections while it is dialled
  }
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, limit);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, limit);
  if (shared_.options.revocation.any()) {
    watch_ = std::make_unique<RevocationWatch>(*this, shared_.options);
    shared_.gate->check_with(watch_->check());
  }
}

CurlTransport::~CurlTransport() {
  for (auto& [easy, owner] : busy_)
    curl_multi_remove_handle(multi_.get(), easy);
  // Easy handles before the share that they point to; the multi handle closes the connections.
  busy_.clear();
  idle_.clear();
}

std::uint64_t CurlTransport::start(Request request, std::shared_ptr<BodySink> sink, Done done) {
  const std::uint64_t id = ++last_id_;
  const bool others_wait = request.peer == Peer::kStatus;
  Entry entry;
  entry.flight =
      std::make_unique<Flight>(shared_, id, std::move(request), std::move(sink), std::move(done));
  entries_.emplace(id, std::move(entry));
  if (others_wait) {
    queue_.push_front(id);  // a parked request gave up its place, this one takes it
  } else {
    queue_.push_back(id);
  }
  return id;
}

void CurlTransport::cancel(std::uint64_t id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  Flight& flight = *found->second.flight;
  if (shared_.gate) {
    shared_.gate->forget(id);
    shared_.gate->settled(flight.url().host, id);
  }
  if (in_curl_ && found->second.state == State::kActive) {
    flight.abandon();  // libcurl forbids removing it now; collect() will
    return;
  }
  if (found->second.state == State::kDialling) {
    links_->forget(id);
    --dialling_;
  }
  if (found->second.state == State::kActive) take_out(flight);
  queue_.erase(std::remove(queue_.begin(), queue_.end(), id), queue_.end());
  entries_.erase(found);
}

void CurlTransport::wake() noexcept {
  woken_.store(true, std::memory_order_release);
  curl_multi_wakeup(multi_.get());
}

void CurlTransport::queue(std::uint64_t id) {
  entries_.at(id).state = State::kQueued;
  queue_.push_back(id);
}

void CurlTransport::admit() {
  std::deque<std::uint64_t> waiting;
  while (!queue_.empty()) {
    const std::uint64_t id = queue_.front();
    queue_.pop_front();
    Entry& entry = entries_.at(id);
    Flight& flight = *entry.flight;
    const bool asks = shared_.gate && flight.is_tls();
    if (busy_.size() + dialling_ >= limit_ || !shared_.pace.open() ||
        (asks && !shared_.gate->may_connect(flight.url().host, id))) {
      waiting.push_back(id);
      continue;
    }
    if (flight.needs_link() && !has_link(entry, waiting)) {
      if (asks && entry.state == State::kDialling) {
        shared_.gate->connecting(flight.url().host, id);
      }
      continue;
    }
    if (!begin(flight)) {
      finished(entry);
      continue;
    }
    if (asks) shared_.gate->connecting(flight.url().host, id);
    entry.state = State::kActive;
  }
  queue_ = std::move(waiting);
}

// With TlsProvider::kInternal: an open link is taken, else one is dialled, or the turn of this
// request has not come.
bool CurlTransport::has_link(Entry& entry, std::deque<std::uint64_t>& waiting) {
  Flight& flight = *entry.flight;
  if (internal::Lease link = flight.find_link()) {
    flight.carry_over(std::move(link));
    return true;
  }
  if (!links_->may_dial(flight.target())) {
    waiting.push_back(flight.id());
    return false;
  }
  try {
    links_->dial(flight.id(), flight.dialling());
  } catch (const core::Error& error) {
    flight.fail(error.code(), error.what(), false);
    finished(entry);
    return false;
  }
  entry.state = State::kDialling;
  ++dialling_;
  return false;
}

void CurlTransport::apply_dialled() {
  if (!links_) return;
  links_->advance();
  for (internal::Links::Dialled& result : links_->take_dialled()) {
    Entry& entry = entries_.at(result.transfer);
    Flight& flight = *entry.flight;
    --dialling_;
    if (!result.link) {
      const Flight::Next next =
          flight.dial_failed(std::move(result.failure), std::move(result.handshake));
      if (shared_.gate) shared_.gate->settled(flight.url().host, flight.id());
      go_on(entry, next);
      continue;
    }
    flight.carry_over(std::move(result.link));
    if (begin(flight)) {
      entry.state = State::kActive;
    } else {
      finished(entry);
    }
  }
}

bool CurlTransport::begin(Flight& flight) {
  Easy easy;
  if (idle_.empty()) {
    easy.reset(curl_easy_init());
    if (!easy) {
      flight.fail(30002, "Out of memory.", false);
      return false;
    }
  } else {
    easy = std::move(idle_.back());
    idle_.pop_back();
  }
  try {
    set(easy.get(), CURLOPT_SHARE, share_.get());
    flight.begin(easy.get());
  } catch (const core::Error& error) {
    flight.detach();
    flight.fail(error.code(), error.what(), false);
    return false;
  }
  if (curl_multi_add_handle(multi_.get(), easy.get()) != CURLM_OK) {
    flight.detach();
    flight.fail(30002, "Out of memory.", false);
    return false;
  }
  CURL* key = easy.get();
  busy_.emplace(key, std::move(easy));
  return true;
}

void CurlTransport::take_out(Flight& flight) {
  CURL* key = flight.easy();
  if (key == nullptr) return;
  curl_multi_remove_handle(multi_.get(), key);
  flight.detach();
  const auto found = busy_.find(key);
  Easy easy = std::move(found->second);
  busy_.erase(found);
  curl_easy_reset(easy.get());
  idle_.push_back(std::move(easy));
}

void CurlTransport::finished(Entry& entry) {
  entry.state = State::kFinished;
  landed_.push_back(entry.flight->id());
  if (shared_.gate) shared_.gate->settled(entry.flight->url().host, entry.flight->id());
}

void CurlTransport::perform() {
  int running = 0;
  in_curl_ = true;
  const CURLMcode result = curl_multi_perform(multi_.get(), &running);
  in_curl_ = false;
  if (result != CURLM_OK) {
    throw core::Error(30005, std::string("libcurl failed: ") + curl_multi_strerror(result) + ".");
  }
}

void CurlTransport::land(Entry& entry, CURLcode result) {
  Flight& flight = *entry.flight;
  const std::string host = flight.url().host;
  const Flight::Next next = flight.finish(result);
  take_out(flight);
  if (shared_.gate) shared_.gate->settled(host, flight.id());
  go_on(entry, next);
}

void CurlTransport::go_on(Entry& entry, Flight::Next next) {
  Flight& flight = *entry.flight;
  switch (next) {
    case Flight::Next::kDone:
      finished(entry);
      break;
    case Flight::Next::kAgain:
      queue(flight.id());
      break;
    case Flight::Next::kParked:
      entry.state = State::kParked;
      shared_.gate->park(flight.id(), flight.question());
      break;
  }
}

void CurlTransport::resume_paused() {
  for (auto& [id, entry] : entries_) {
    if (!shared_.pace.open()) return;
    if (entry.state != State::kActive || !entry.flight->paused()) continue;
    in_curl_ = true;  // what has come is handed over within
    entry.flight->resume();
    in_curl_ = false;
  }
}

void CurlTransport::collect() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;
    if (links_ && links_->landed(message->easy_handle, result)) continue;
    Flight* flight = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &flight);
    const std::uint64_t id = flight->id();
    if (flight->abandoned()) {
      take_out(*flight);
      entries_.erase(id);
    } else {
      land(entries_.at(id), result);
    }
  }
  // Cancelled inside a callback and still under way.
  std::vector<std::uint64_t> gone;
  for (auto& [id, entry] : entries_) {
    if (entry.flight->abandoned()) gone.push_back(id);
  }
  for (const std::uint64_t id : gone) {
    take_out(*entries_.at(id).flight);
    entries_.erase(id);
  }
}

void CurlTransport::expire() {
  const auto now = Clock::now();
  for (auto& [id, entry] : entries_) {
    if (entry.state != State::kActive && entry.state != State::kDialling) continue;
    const auto deadline = entry.flight->deadline();
    if (!deadline || *deadline > now) continue;
    if (entry.state == State::kDialling) {
      links_->forget(id);
      --dialling_;
    }
    entry.flight->expire();
    entry.flight->finish(CURLE_OPERATION_TIMEDOUT);
    take_out(*entry.flight);
    finished(entry);
  }
}

void CurlTransport::apply_answers() {
  if (!shared_.gate) return;
  shared_.gate->ask_open_questions();
  for (const TlsGate::Answer& answer : shared_.gate->take_answers()) {
    const auto found = entries_.find(answer.transfer);
    if (found == entries_.end()) continue;
    if (answer.accepted) {
      queue(answer.transfer);
      continue;
    }
    Flight& flight = *found->second.flight;
    const std::string why = answer.status == "OK" ? "by the application" : answer.status;
    flight.fail(280, "The certificate of " + flight.url().host + " was refused: " + why + ".",
                false);
    finished(found->second);
  }
}

std::size_t CurlTransport::deliver() {
  std::size_t count = 0;
  while (!landed_.empty()) {
    const std::uint64_t id = landed_.front();
    landed_.pop_front();
    const auto found = entries_.find(id);
    if (found == entries_.end()) continue;  // cancelled by an earlier completion
    const std::unique_ptr<Flight> flight = std::move(found->second.flight);
    entries_.erase(found);
    ++count;
    flight->deliver();
  }
  return count;
}

milliseconds CurlTransport::wait_time(Clock::time_point until) const {
  if (!shared_.pace.open()) until = std::min(until, shared_.pace.opens_at());
  for (const auto& [id, entry] : entries_) {
    if (entry.state != State::kActive && entry.state != State::kDialling) continue;
    if (const auto deadline = entry.flight->deadline()) until = std::min(until, *deadline);
  }
  if (links_) {
    if (links_->busy()) return milliseconds(0);
    if (const auto deadline = links_->deadline()) until = std::min(until, *deadline);
  }
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
  return std::clamp(left, milliseconds(0), milliseconds(3'600'000));
}

void CurlTransport::run_once(milliseconds max_wait) {
  const auto until = Clock::now() + max_wait;
  while (true) {
    const bool woken = woken_.exchange(false, std::memory_order_acq_rel);
    apply_answers();
    admit();
    resume_paused();
    apply_dialled();
    perform();
    collect();
    apply_dialled();
    expire();
    apply_answers();
    if (deliver() > 0 || woken || Clock::now() >= until) return;
    // A redirect or an answer may have made room for what waits. What begins may also be over at
    // once, and then there is nothing left to wait for: around again without waiting.
    const std::size_t before = busy_.size();
    admit();
    if (links_) {
      apply_dialled();
      // What libcurl has to say of a new dial, and what a link has brought in the meantime.
      if (links_->busy()) continue;
    }
    if (busy_.size() > before || !landed_.empty()) continue;
    watched_.clear();
    if (links_) links_->watch(watched_);
    const CURLMcode result =
        curl_multi_poll(multi_.get(), watched_.data(), static_cast<unsigned int>(watched_.size()),
                        static_cast<int>(wait_time(until).count()), nullptr);
    if (result != CURLM_OK) {
      throw core::Error(30005, std::string("libcurl failed: ") + curl_multi_strerror(result) + ".");
    }
  }
}

}  // namespace

std::unique_ptr<Transport> make_curl_transport(TransportOptions options) {
  use_curl();
  return std::make_unique<CurlTransport>(std::move(options));
}

}  // namespace coffer::net
