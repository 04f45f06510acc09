// Flight over a connection of mbedTLS's: libcurl speaks plain HTTP into a link.
#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "net/flight.h"

namespace coffer::net {

namespace {

constexpr int kMostSpentLinks = 3;

std::string authority(const Url& url) {
  const std::string origin = url.origin();
  return origin.substr(origin.find("://") + 3);
}

}  // namespace

internal::Target Flight::target() const {
  internal::Target target;
  target.host = url_.host;
  target.port = url_.port;
  target.route = proxy_;
  target.for_service = sees_client_certificate();
  target.label = url_.host;
  return target;
}

internal::Target Flight::dialling() {
  start_attempt();
  dialled_ = true;
  return target();
}

internal::Lease Flight::find_link() {
  proxy_ = shared_.proxies.choose(url_);
  return request_.fresh_connection && !dialled_ ? internal::Lease() : shared_.links->find(target());
}

void Flight::carry_over(internal::Lease link) {
  link_ = std::move(link);
}

Flight::Next Flight::dial_failed(Failure failure, std::shared_ptr<Handshake> handshake) {
  dialled_ = false;
  handshake_ = std::move(handshake);
  if (handshake_->undecided) return Next::kParked;
  fail(failure.code, std::move(failure.text), failure.transient);
  return Next::kDone;
}

// libcurl's view: plain HTTP over a local socket, whose path also keeps libcurl's pool of
// connections apart by links.
void Flight::set_link() {
  const std::string url = "http" + request_.url.substr(request_.url.find("://"));
  set(easy_, CURLOPT_URL, url.c_str());
  set(easy_, CURLOPT_UNIX_SOCKET_PATH, link_->path().c_str());
  internal::use_local_sockets(easy_, &Flight::on_open, this);
  // Asked for one family, libcurl finds no address of a local socket.
  set(easy_, CURLOPT_IPRESOLVE, static_cast<long>(CURL_IPRESOLVE_WHATEVER));
  long version = CURL_HTTP_VERSION_1_1;
  if (shared_.options.http_version == HttpVersion::k10) version = CURL_HTTP_VERSION_1_0;
  // libcurl 7.88 begins HTTP/2 anew on a connection that speaks it, when told twice.
  if (link_->http2()) {
    const bool begun = std::exchange(link_->begun, true) && link_->users > 1;
    version =
        link_->taken() || begun ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
  }
  set(easy_, CURLOPT_HTTP_VERSION, version);
}

// An http request through a proxy that speaks TLS: what libcurl says to the proxy waits in the link
// until the proxy's certificate was verified.
void Flight::set_proxy_link() {
  std::string url = proxy_.url;
  url.replace(0, url.find("://"), "http");
  set(easy_, CURLOPT_PROXY, url.c_str());
  set(easy_, CURLOPT_PRE_PROXY, static_cast<char*>(nullptr));
  internal::use_local_sockets(easy_, &Flight::on_open, this);
}

// libcurl would name the host as http does, and the scheme of HTTP/2 after its own view.
void Flight::add_link_headers(std::vector<std::string>& lines) const {
  if (!link_) return;
  const bool named = std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return core::equal_ignoring_case(line.substr(0, line.find(':')), "Host");
  });
  if (!named) lines.push_back("Host: " + authority(url_));
}

curl_socket_t Flight::on_open(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  auto* flight = static_cast<Flight*>(self);
  try {
    if (flight->link_) {
      const curl_socket_t end = flight->link_->take_end();
      flight->link_was_spent_ = end == CURL_SOCKET_BAD;
      return end;
    }
    flight->proxy_link_ = flight->shared_.links->to_proxy(flight->proxy_);
    return flight->proxy_link_->take_end_at(*address);
  } catch (...) {
    flight->thrown_ = std::current_exception();
    return CURL_SOCKET_BAD;
  }
}

// What the link knows about a failure that libcurl saw as a closed socket.
bool Flight::fail_by_link() {
  const internal::Link* link = proxy_link_ ? proxy_link_.get() : link_.get();
  if (link == nullptr || link->failure().code == 0) return false;
  const Failure& failure = link->failure();
  fail(failure.code, failure.text, failure.transient);
  return true;
}

// The link ended before libcurl used it: once more, with another one.
bool Flight::begins_again() {
  if (!link_was_spent_ || !link_) return false;
  link_->retired = true;
  return ++spent_links_ <= kMostSpentLinks;
}

bool Flight::link_may_carry() {
  handshake_ = link_->handshake();
  if (!tls_may_carry(handshake_->certificate.der, link_->http2())) return false;
  if (std::exchange(link_->reported, true)) return true;
  const TransportOptions& options = shared_.options;
  if (options.ssl_status) {
    options.ssl_status("Handshake with " + url_.host + " done: " + link_->words() + ".");
  }
  if (options.connected) options.connected(handshake_->certificate, link_->negotiated());
  return true;
}

}  // namespace coffer::net
