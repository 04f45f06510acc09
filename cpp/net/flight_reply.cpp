// Flight's third part: what comes back, whether it is whole, and where a redirect leads.
#include <algorithm>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "net/flight.h"
#include "net/idna.h"

namespace coffer::net {

namespace {

constexpr int kMostStatusRedirects = 2;                    // contract section 6
constexpr std::size_t kErrorBody = std::size_t{64} << 10;  // graph-mail 7

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_refusal(int status) {
  return status == 429 || status == 503;
}

}  // namespace

Flight::Next Flight::judge_reply() {
  const Reply& reply = outcome_.reply;
  if (reply.status == 407 && !proxy_.url.empty()) {
    FailureFacts told = facts();
    told.proxy_status = reply.status;
    Failure failure = proxy_refusal(told);
    fail(failure.code, std::move(failure.text), failure.transient);
  } else if (decoder_ && !decoder_->complete()) {
    fail(1120, "The compressed reply of " + url_.host + " ends too early.", true);
  } else if (!body_complete()) {
    if (!fail_by_link()) {
      fail(1120, "The reply of " + url_.host + " ends without a sign that it is whole.", true);
    }
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
  if (link_) {
    std::tie(outcome_.local_address, outcome_.local_port) = link_->local_end();
    return;
  }
  char* address = nullptr;
  long port = 0;
  curl_easy_getinfo(easy_, CURLINFO_LOCAL_IP, &address);
  curl_easy_getinfo(easy_, CURLINFO_LOCAL_PORT, &port);
  if (address != nullptr) outcome_.local_address = address;
  outcome_.local_port = static_cast<int>(port);
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
