#include "net/flight.h"

#include <algorithm>
#include <new>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "net/idna.h"

namespace coffer::net {

namespace {

constexpr int kMostStatusRedirects = 2;                    // contract section 6
constexpr std::size_t kErrorBody = std::size_t{64} << 10;  // graph-mail 7

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

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_refusal(int status) {
  return status == 429 || status == 503;
}

}  // namespace

Shared::Shared(TransportOptions given)
    : options(std::move(given)), pace(options.max_transfer_rate), proxies(options), tls(options) {
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
  url_ = Url::parse(url);
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

void Flight::begin(CURL* easy) {
  easy_ = easy;
  outcome_ = Outcome();
  handshake_.reset();
  decoder_.reset();
  thrown_ = nullptr;
  header_octets_ = body_octets_ = 0;
  moved_ = 0;
  failed_ = headers_done_ = to_sink_ = new_tls_ = request_sent_ = paused_ = false;
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
  log_.set_firewall(proxy_.firewall);
  // libcurl's own check knows nothing of what these settings accept; the judge does.
  const bool overridden = (shared_.gate && shared_.gate->overridden(url_.host)) ||
                          !shared_.options.accept_server_cert.empty() ||
                          shared_.options.security_flags != 0;
  apply_settings(easy, shared_.options, url_, proxy_, overridden);
  if (is_for_status()) {  // settings that are about the service's connections
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(easy, CURLOPT_LOCALPORT, 0L);
  }
  set_request();
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
  const Handshake& handshake = *handshake_;
  const std::string where = handshake.for_proxy ? "the proxy " + proxy_.label : url_.host;
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

Flight::Next Flight::judge_reply() {
  const Reply& reply = outcome_.reply;
  if (reply.status == 407) {
    fail(118,
         "The proxy " + proxy_.label +
             " asks for credentials; check the proxy's user, password and AuthScheme.",
         false);
  } else if (decoder_ && !decoder_->complete()) {
    fail(1120, "The compressed reply of " + url_.host + " ends too early.", true);
  } else if (!body_complete()) {
    fail(1120, "The reply of " + url_.host + " ends without a sign that it is whole.", true);
  } else if (is_redirect(reply.status)) {
    if (follow_redirect()) return Next::kAgain;
  } else if (reply.status == 304 && !shared_.options.if_modified_since.empty()) {
    // Manual, IfModifiedSince: an error. Whoever asked knows nothing about what was not sent.
    fail(151,
         "The service answered " + reply.status_line +
             ": nothing has changed since IfModifiedSince; clear that setting to get it.",
         false);
  }
  return Next::kDone;
}

// Contract section 4: a body is complete only by its last chunk, its Content-Length, END_STREAM or
// a TLS close_notify. libcurl has checked the first three, but takes a Content-Length that is too
// large for its numbers for none, so the count is looked at once more.
bool Flight::body_complete() const {
  const Reply& reply = outcome_.reply;
  if (request_.method == "HEAD" || reply.status == 204 || reply.status == 304) return true;
  if (!reply.header("Transfer-Encoding").empty())
    return true;  // headers_end: chunked, nothing else
  if (const std::string length = reply.header("Content-Length"); !length.empty()) {
    const auto octets = core::parse_int(length);
    return octets && *octets >= 0 && static_cast<std::uint64_t>(*octets) == reply.wire_octets;
  }
  long version = 0;
  curl_easy_getinfo(easy_, CURLINFO_HTTP_VERSION, &version);
  // What comes from there is whole or has a wrong signature.
  if (version >= CURL_HTTP_VERSION_2_0 || is_for_status()) return true;
  return is_tls() && handshake_ && handshake_->close_notify;
}

// RFC 9112 6.3: how long a body is must be said in one way.
bool Flight::framing_known() const {
  std::string length;
  for (const Header& header : outcome_.reply.headers) {
    if (core::equal_ignoring_case(header.name, "Transfer-Encoding") &&
        !core::equal_ignoring_case(header.value, "chunked")) {
      return false;  // no other coding was asked for (TE)
    }
    if (!core::equal_ignoring_case(header.name, "Content-Length")) continue;
    if (!length.empty() && length != header.value) return false;
    length = header.value;
  }
  return true;
}

bool Flight::follow_redirect() {
  const TransportOptions& options = shared_.options;
  const Reply& reply = outcome_.reply;
  const std::string location = reply.header("Location");
  const bool harmless = request_.method == "GET" || request_.method == "HEAD";
  // Secrets in a token request's body never travel to where a reply points.
  const bool allowed =
      is_for_status() || (options.follow_redirects != 0 && request_.peer == Peer::kService &&
                          (harmless || options.follow_redirects == 1));
  const std::string said = "The service answered " + reply.status_line;
  if (!allowed || location.empty()) {
    fail(151, said + "; the redirect is not followed (see FollowRedirects).", false);
    return false;
  }
  std::string next = resolve_url(request_.url, location);
  if (options.use_idns) next = with_ascii_host(next);
  const Url target = Url::parse(next);
  if (!target.valid || target.has_userinfo) {
    fail(706, said + " with a Location that cannot be followed.", false);
    return false;
  }
  // Contract section 6: http alone, to any host, twice at most.
  if (is_for_status() && (target.scheme != "http" || redirects_ == kMostStatusRedirects)) {
    fail(151, said + "; only two redirects are followed there, and only to http.", false);
    return false;
  }
  if (options.follow_redirects == 2 && !is_for_status() && target.scheme != url_.scheme) {
    fail(151, said + " to another scheme; that redirect is not followed (see FollowRedirects).",
         false);
    return false;
  }
  if (++redirects_ > options.max_redirects && !is_for_status()) {
    fail(151, said + " once too often (see MaxRedirectAttempts).", false);
    return false;
  }
  log_.summary(request_.method, request_.url, outcome_, age());
  const bool get = reply.status == 303 || (reply.status == 302 && options.get_on_302);
  if (get && request_.method != "HEAD") {
    request_.method = "GET";
    request_.body.clear();
  }
  request_.url = next;
  url_ = target;
  return true;
}

std::string Flight::version_of_reply() const {
  long version = 0;
  curl_easy_getinfo(easy_, CURLINFO_HTTP_VERSION, &version);
  if (outcome_.reply.status == 0) return {};
  switch (version) {
    case CURL_HTTP_VERSION_1_0:
      return "1.0";
    case CURL_HTTP_VERSION_1_1:
      return "1.1";
    case CURL_HTTP_VERSION_2_0:
      return "2.0";
    default:
      return {};
  }
}

void Flight::take_local_end() {
  char* address = nullptr;
  long port = 0;
  curl_easy_getinfo(easy_, CURLINFO_LOCAL_IP, &address);
  curl_easy_getinfo(easy_, CURLINFO_LOCAL_PORT, &port);
  if (address != nullptr) outcome_.local_address = address;
  outcome_.local_port = static_cast<int>(port);
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
  if (easy_ == nullptr) return std::nullopt;
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
  facts.proxy = proxy_.label;
  facts.detail = words_.data();
  curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &facts.os_errno);
  curl_easy_getinfo(easy_, CURLINFO_HTTP_CONNECTCODE, &facts.proxy_status);
  facts.connecting = !request_sent_;
  facts.proxy_handshake = handshake_ && handshake_->for_proxy;
  return facts;
}

void Flight::header_line(std::string_view line) {
  Reply& reply = outcome_.reply;
  if (core::starts_with(line, "HTTP/")) {
    // An interim reply (1xx) or a round of authentication came before this one.
    reply = Reply();
    headers_done_ = false;
    decoder_.reset();
    reply.status_line = std::string(core::trim(line));
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    reply.status = static_cast<int>(status);
    return;
  }
  const std::size_t colon = line.find(':');
  if (headers_done_ || colon == std::string_view::npos) return;  // trailers are not ours
  reply.headers.push_back({std::string(core::trim(line.substr(0, colon))),
                           std::string(core::trim(line.substr(colon + 1)))});
}

bool Flight::headers_end() {
  const Reply& reply = outcome_.reply;
  if (headers_done_ || reply.status < 200) return true;
  headers_done_ = true;
  if (is_refusal(reply.status)) refusal_begins();
  if (!framing_known()) {
    return refuse(706, "The reply of " + url_.host + " contradicts itself about its length.", true);
  }
  to_sink_ = sink_ && reply.status == 200;
  decoder_ = std::make_unique<BodyDecoder>(reply.header("Content-Encoding"));
  if (decoder_->known()) {
    if (to_sink_ && reply.header("Content-Encoding").empty()) {
      const auto octets = core::parse_int(reply.header("Content-Length"));
      if (octets && *octets > 0) sink_->expect(static_cast<std::uint64_t>(*octets));
    }
    return true;
  }
  return refuse(1120, "The reply of " + url_.host + " is compressed in an unknown way.", true);
}

bool Flight::take_body(std::string_view data) {
  if (!decoder_) return refuse(706, "The reply of " + url_.host + " has no header.", true);
  const auto result =
      decoder_->feed(data.data(), data.size(),
                     [this](const char* piece, std::size_t size) { return keep(piece, size); });
  if (result == BodyDecoder::Result::kBad) {
    return refuse(1120, "The reply of " + url_.host + " cannot be decompressed.", true);
  }
  return result == BodyDecoder::Result::kOk;
}

bool Flight::keep(const char* data, std::size_t size) {
  if (abandoned_) return false;
  body_octets_ += size;
  if (body_octets_ > request_.max_reply) {
    return refuse(706,
                  "The reply of " + url_.host + " is larger than " +
                      std::to_string(request_.max_reply) + " octets.",
                  false);
  }
  if (!is_for_status()) log_.response_body({data, size});
  Reply& reply = outcome_.reply;
  if (to_sink_) {
    if (sink_->write(data, size)) return true;
    return refuse(1120, "The reader of the reply ended the transfer.", false);
  }
  const bool error = reply.status >= 300;
  const std::size_t room = error ? kErrorBody - std::min(kErrorBody, reply.body.size()) : size;
  reply.body.append(data, std::min(size, room));
  return true;
}

}  // namespace coffer::net
