#include "net/flight.h"

#include <new>
#include <utility>

#include "core/error.h"
#include "net/idna.h"

namespace coffer::net {

namespace {

bool has_control(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

void check(const Request& request) {
  bool bad = has_control(request.method) || has_control(request.authorization) ||
             request.method.empty() ||
             request.method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos;
  for (const std::string& line : request.headers) {
    bad = bad || has_control(line) || line.find(':') == std::string::npos;
  }
  if (bad) throw core::Error(713, "A header field holds a line break or is no header field.");
}

}  // namespace

Shared::Shared(TransportOptions given)
    : options(std::move(given)), pace(options.max_transfer_rate), proxies(options) {
  if (options.tls_provider == TlsProvider::kPlatform) tls = std::make_unique<TlsContext>(options);
  if (options.ask || options.revocation.any()) gate = std::make_shared<TlsGate>(options.ask);
}

Flight::Flight(Shared& shared, std::uint64_t id, Request request, std::shared_ptr<BodySink> sink,
               Done done)
    : shared_(shared),
      id_(id),
      request_(std::move(request)),
      sink_(std::move(sink)),
      done_(std::move(done)),
      log_(shared.options.log),
      started_(std::chrono::steady_clock::now()) {
  check(request_);
  std::string url = shared.options.use_idns ? with_ascii_host(request_.url) : request_.url;
  url_ = shared.urls.read(url);
  if (!url_.valid || url_.has_userinfo) {
    throw core::Error(713, "The URL must be an absolute http or https URL without a user: " +
                               core::masked_url(request_.url));
  }
  request_.url = std::move(url);
  if (is_for_status() && is_tls()) {
    throw core::Error(
        713, "Revocation is asked over plain http alone, not at " + core::masked_url(request_.url));
  }
  if (request_.peer == Peer::kAcs && !is_tls()) {
    throw core::Error(713, "The ACS's URL must be an https URL: " + core::masked_url(request_.url));
  }
}

Flight::~Flight() {
  refusal_ends();
  core::wipe(request_.authorization);
}

void Flight::start_attempt() {
  outcome_ = Outcome();
  handshake_.reset();
  decoder_.reset();
  thrown_ = nullptr;
  header_octets_ = body_octets_ = 0;
  moved_ = 0;
  failed_ = headers_done_ = to_sink_ = new_tls_ = request_sent_ = paused_ = false;
  link_was_spent_ = false;
  words_.fill('\0');
  started_ = std::chrono::steady_clock::now();
  if (request_.time_limit.count() > 0 && !limit_) limit_ = started_ + request_.time_limit;
  touch();
  if (shared_.options.http_version == HttpVersion::k20 && !is_tls() && !is_for_status()) {
    throw core::Error(713, "HTTPVersion 2.0 needs an https URL; use 1.1 for plain http.");
  }
  if (is_tls() && shared_.options.unusable_certificate) throw *shared_.options.unusable_certificate;
  if (!is_ascii(url_.host)) {  // libcurl would convert it, or not, as the locale goes
    throw core::Error(11001, "The host " + url_.host +
                                 " is not ASCII; set UseIDNs, or give the name in its xn-- form.");
  }
  proxy_ = shared_.proxies.choose(url_);
}

void Flight::begin(CURL* easy) {
  easy_ = easy;
  if (!std::exchange(dialled_, false)) start_attempt();
  log_.set_tunnel(proxy_.firewall, proxy_.headers);
  // libcurl's own check knows nothing of what these settings accept; the judge does.
  const bool overridden = (shared_.gate && shared_.gate->overridden(url_.host)) ||
                          !shared_.options.accept_server_cert.empty() ||
                          shared_.options.security_flags != 0;
  // The link went through the proxy already.
  apply_settings(easy, shared_.options, url_, link_ ? ProxyChoice() : proxy_, overridden);
  if (is_for_status()) {  // settings that are about the service's connections
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(easy, CURLOPT_LOCALPORT, 0L);
  }
  set_request();
  if (link_) {
    set_link();
  } else if (shared_.links != nullptr && proxy_.tls) {
    set_proxy_link();
  }
}

Flight::Next Flight::finish(CURLcode result) {
  log_.end_of_response();
  curl_off_t octets = 0;
  curl_easy_getinfo(easy_, CURLINFO_SIZE_DOWNLOAD_T, &octets);
  outcome_.reply.wire_octets = static_cast<std::uint64_t>(octets);
  outcome_.reply.http_version = version_of_reply();
  take_local_end();
  if (thrown_) {
    const std::exception_ptr thrown = std::exchange(thrown_, nullptr);
    try {
      std::rethrow_exception(thrown);
    } catch (const core::Error& error) {
      fail(error.code(), error.what(), false);
    } catch (const std::bad_alloc&) {
      fail(30002, "Out of memory.", false);
    } catch (const std::exception& error) {
      fail(30005, std::string("A reader of the reply failed: ") + error.what(), false);
    }
    return Next::kDone;
  }
  if (failed_ || outcome_.held) return Next::kDone;
  if (result != CURLE_OK && begins_again()) return Next::kAgain;
  if (result != CURLE_OK && fail_by_link()) return Next::kDone;
  if (result != CURLE_OK && handshake_) {
    // A question in a renegotiation comes too late to begin again.
    if (handshake_->undecided && !request_sent_) return Next::kParked;
    if (fail_by_handshake(result)) return Next::kDone;
  }
  if (result != CURLE_OK) {
    Failure failure = failure_of(result, facts());
    fail(failure.code, std::move(failure.text), failure.transient);
    return Next::kDone;
  }
  return judge_reply();
}

// What the handshake itself knows about its failure.
bool Flight::fail_by_handshake(CURLcode result) {
  Handshake& handshake = *handshake_;
  if (handshake.refused && shared_.gate && handshake.certificate.status == "OK") {
    const std::string said = shared_.gate->refusal(url_.host, handshake.certificate.der);
    handshake.certificate.status = said == "OK" ? "by the application" : said;
  }
  const std::string where = handshake.for_proxy ? proxy_.name() : url_.host;
  if (handshake.failure_code != 0) {
    fail(handshake.failure_code, handshake.failure_text, false);
  } else if (handshake.refused || handshake.undecided) {
    fail(280, "The certificate of " + where + " was refused: " + handshake.certificate.status + ".",
         false);
  } else if (handshake.certificate_asked) {
    // With TLS 1.3 the server judges when our request may be under way already, and its alert may
    // be lost when it hangs up.
    const bool hung_up = !handshake.answered && handshake.alert < 0 &&
                         (result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR);
    std::string why =
        client_certificate_refusal(where, handshake.certificate_sent, handshake.alert, hung_up);
    if (why.empty()) return false;
    fail(281, std::move(why), hung_up);
  } else {
    return false;
  }
  return true;
}

void Flight::fail(std::int32_t code, std::string text, bool transient) {
  failed_ = true;
  outcome_.code = code;
  outcome_.text = std::move(text);
  outcome_.transient = transient;
}

bool Flight::refuse(std::int32_t code, std::string text, bool transient) {
  if (!failed_) fail(code, std::move(text), transient);
  return false;
}

std::optional<Flight::Time> Flight::deadline() const {
  if (easy_ == nullptr && !dialled_) return std::nullopt;
  const auto usual = usual_deadline();
  return limit_ && usual ? std::min(*limit_, *usual) : limit_ ? limit_ : usual;
}

std::optional<Flight::Time> Flight::usual_deadline() const {
  const int limit = shared_.options.timeout_seconds;
  if (limit <= 0) return std::nullopt;
  if (shared_.options.absolute_timeout) return started_ + std::chrono::seconds(limit);
  // Before the request went out libcurl's connect timeout counts.
  if (!request_sent_ || paused_) return std::nullopt;
  return last_progress_ + std::chrono::seconds(limit);
}

std::chrono::milliseconds Flight::age() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               started_);
}

void Flight::expire() {
  if (limit_ && *limit_ <= std::chrono::steady_clock::now()) {
    fail(201,
         url_.host + " took longer than " + std::to_string(request_.time_limit.count() / 1000) +
             " s.",
         true);
    return;
  }
  const std::string seconds = std::to_string(shared_.options.timeout_seconds);
  fail(201,
       shared_.options.absolute_timeout
           ? "The request to " + url_.host + " took longer than " + seconds + " s."
           : "Nothing came from " + url_.host + " for " + seconds + " s.",
       true);
}

void Flight::deliver() {
  if (!outcome_.held) log_.summary(request_.method, request_.url, outcome_, age());
  sink_.reset();
  const Done done = std::move(done_);
  done(std::move(outcome_));
  refusal_ends();  // whoever is told has decided now
}

void Flight::refusal_begins() {
  if (request_.peer != Peer::kService || reads_refusal_) return;
  reads_refusal_ = true;
  ++shared_.refusals_being_read;
}

void Flight::refusal_ends() noexcept {
  if (std::exchange(reads_refusal_, false)) --shared_.refusals_being_read;
}

FailureFacts Flight::facts() const {
  FailureFacts facts;
  facts.host = url_.host;
  facts.proxy = proxy_.name();
  facts.first = proxy_.first_name();
  facts.detail = words_.data();
  curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &facts.os_errno);
  curl_easy_getinfo(easy_, CURLINFO_HTTP_CONNECTCODE, &facts.proxy_status);
  curl_easy_getinfo(easy_, CURLINFO_PROXYAUTH_AVAIL, &facts.proxy_offers);
  curl_easy_getinfo(easy_, CURLINFO_PROXY_ERROR, &facts.socks_error);
  facts.connecting = !request_sent_;
  facts.proxy_handshake = handshake_ && handshake_->for_proxy;
  return facts;
}

}  // namespace coffer::net
