// Flight's second part: what goes out, and libcurl's callbacks.
#include <openssl/ssl.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/text.h"
#include "net/flight.h"
#include "net/openssl/tls_certificate.h"

namespace coffer::net {

namespace {

constexpr std::size_t kMaxHeaders = std::size_t{512} << 10;  // far above any real reply

std::string_view name_of(std::string_view line) {
  return core::trim(line.substr(0, line.find(':')));
}

bool has_name(const std::vector<std::string>& lines, std::string_view name) {
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return core::equal_ignoring_case(name_of(line), name);
  });
}

// libcurl takes "Name:" for the wish to leave Name out; an empty value is written "Name;".
void append_field(HeaderList& list, const std::string& line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos || !core::trim(std::string_view(line).substr(colon + 1)).empty()) {
    append(list, line);
  } else {
    append(list, line.substr(0, colon) + ";");
  }
}

SSL* connection_of(CURL* easy) {
  curl_tlssessioninfo* info = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || info == nullptr ||
      info->backend != CURLSSLBACKEND_OPENSSL) {
    return nullptr;
  }
  return static_cast<SSL*>(info->internals);
}

}  // namespace

HeaderList Flight::make_headers() const {
  const TransportOptions& options = shared_.options;
  // Contract section 6: only to the service's own origin, also after a redirect.
  const bool ours = request_.peer == Peer::kService && url_.same_origin(options.service);
  std::vector<std::string> lines = request_.headers;
  if (ours) {
    if (!request_.authorization.empty())
      lines.push_back("Authorization: " + request_.authorization);
    for (const std::string& line : options.other_headers) {
      const bool token = core::equal_ignoring_case(name_of(line), "Authorization");
      if (!(token && !request_.authorization.empty())) lines.push_back(line);
    }
    if (!options.if_modified_since.empty() && request_.method == "GET") {
      lines.push_back("If-Modified-Since: " + options.if_modified_since);
    }
  }
  const auto unless_given = [&](const char* name, const std::string& value) {
    if (!value.empty() && !has_name(lines, name)) lines.push_back(std::string(name) + ": " + value);
  };
  if (!is_for_status()) {  // contract section 6: none of our headers
    unless_given("User-Agent", options.user_agent);
    if (options.compression) unless_given("Accept-Encoding", options.accept_encoding);
  }
  if (!options.keep_alive) unless_given("Connection", "close");
  if (upload_.compressed()) lines.emplace_back("Content-Encoding: gzip");

  add_link_headers(lines);

  HeaderList list;
  for (const std::string& line : lines) {
    if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos ||
        line.find(':') == std::string::npos) {
      throw core::Error(713, "OtherHeaders, UserAgent or AcceptEncoding is no valid header field.");
    }
    append_field(list, line);
  }
  // No pause for "100 Continue", and no Content-Type that nobody asked for.
  append(list, "Expect:");
  // libcurl takes the scheme of HTTP/2 from its own, plain view of a link.
  if (link_ && link_->http2()) append(list, ":scheme: https");
  if (!request_.body.empty() && !has_name(lines, "Content-Type")) append(list, "Content-Type:");
  return list;
}

void Flight::set_request() {
  set(easy_, CURLOPT_URL, request_.url.c_str());
  const std::string& method = request_.method;
  if (method == "HEAD") {
    set(easy_, CURLOPT_NOBODY, 1L);
  } else if (method == "POST" || !request_.body.empty()) {
    // The settings about bodies are about the service's.
    upload_.begin(easy_, method, request_.body,
                  is_for_status() ? TransportOptions() : shared_.options);
    if (method != "POST") set(easy_, CURLOPT_CUSTOMREQUEST, method.c_str());
  } else if (method != "GET") {
    set(easy_, CURLOPT_CUSTOMREQUEST, method.c_str());
  }
  if (request_.fresh_connection) set(easy_, CURLOPT_FRESH_CONNECT, 1L);
  headers_ = make_headers();
  set(easy_, CURLOPT_HTTPHEADER, headers_.get());
  proxy_headers_.reset();
  for (const core::Secret& line : proxy_.headers)
    append_field(proxy_headers_, line.reveal());
  set(easy_, CURLOPT_PROXYHEADER, proxy_headers_.get());

  set(easy_, CURLOPT_ERRORBUFFER, words_.data());
  set(easy_, CURLOPT_PRIVATE, this);
  set(easy_, CURLOPT_HEADERFUNCTION, &Flight::on_header);
  set(easy_, CURLOPT_HEADERDATA, this);
  set(easy_, CURLOPT_WRITEFUNCTION, &Flight::on_body);
  set(easy_, CURLOPT_WRITEDATA, this);
  set(easy_, CURLOPT_NOPROGRESS, 0L);
  set(easy_, CURLOPT_XFERINFOFUNCTION, &Flight::on_progress);
  set(easy_, CURLOPT_XFERINFODATA, this);
  set(easy_, CURLOPT_PREREQFUNCTION, &Flight::on_request);
  set(easy_, CURLOPT_PREREQDATA, this);
  set(easy_, CURLOPT_SSL_CTX_FUNCTION, &Flight::on_tls);
  set(easy_, CURLOPT_SSL_CTX_DATA, this);
  set(easy_, CURLOPT_DEBUGFUNCTION, &Flight::on_traffic);
  set(easy_, CURLOPT_DEBUGDATA, this);
  logs_traffic_ = log_.headers();
  if (logs_traffic_) set(easy_, CURLOPT_VERBOSE, 1L);
}

// The last look before a request leaves, on new and on reused connections alike.
bool Flight::request_may_go() {
  if (abandoned_) return false;
  if (request_.may_go && (shared_.refusals_being_read > 0 || !request_.may_go())) {
    outcome_.held = true;
    return false;
  }
  if (is_tls()) {
    if (!(link_ ? link_may_carry() : platform_may_carry())) return false;
    if (shared_.gate) shared_.gate->settled(url_.host, id_);
  }
  // libcurl writes a dozen lines about each transfer for who listens: from here to the head alone.
  if (shared_.options.keep_sent_head) set(easy_, CURLOPT_VERBOSE, 1L);
  request_sent_ = true;
  shared_.pace.passed(request_.body.size());
  if (!is_for_status()) shared_.sent.fetch_add(1, std::memory_order_relaxed);
  touch();
  return true;
}

void Flight::resume() {
  paused_ = false;
  touch();
  // What goes wrong in it is the transfer's result.
  static_cast<void>(curl_easy_pause(easy_, CURLPAUSE_CONT));
}

bool Flight::platform_may_carry() {
  SSL* connection = connection_of(easy_);
  handshake_ = handshake_of(connection);
  if (!tls_may_carry(leaf_of(connection), negotiated_http2(connection))) return false;
  if (std::exchange(new_tls_, false)) report_connection(connection);
  return true;
}

bool Flight::tls_may_carry(const std::vector<std::uint8_t>& leaf, bool http2) {
  if (!handshake_ || handshake_->for_proxy || handshake_->host != url_.host) {
    return refuse(276, "The connection to " + url_.host + " is not the one that was checked.",
                  false);
  }
  if (leaf.empty()) return refuse(276, url_.host + " showed no certificate.", false);
  if (shared_.gate && !shared_.gate->accepted(url_.host, leaf)) {
    return refuse(280, "The certificate of " + url_.host + " is not the one that was accepted.",
                  false);
  }
  if (shared_.options.http_version == HttpVersion::k20 && !shared_.options.allow_http_fallback &&
      !http2) {
    return refuse(276, url_.host + " does not speak HTTP/2 (see AllowHTTPFallback).", false);
  }
  return true;
}

void Flight::report_connection(ssl_st* connection) {
  const TransportOptions& options = shared_.options;
  if (options.ssl_status) {
    options.ssl_status("Handshake with " + url_.host + " done: " + protocol_and_cipher(connection) +
                       ".");
  }
  if (!options.connected) return;
  ServerCertificate certificate = handshake_->certificate;
  if (certificate.der.empty()) {
    certificate = describe_resumed(connection);
    certificate.host = url_.host;
  }
  options.connected(certificate, session_of(connection));
}

// The service's own origin alone, as for Authorization; an ACS is the service of its class.
bool Flight::sees_client_certificate() const {
  return request_.peer == Peer::kAcs || url_.same_origin(shared_.options.service);
}

std::size_t Flight::on_header(char* data, std::size_t size, std::size_t count,
                              void* self) noexcept {
  auto* flight = static_cast<Flight*>(self);
  const std::size_t total = size * count;
  try {
    if (flight->abandoned_) return 0;
    flight->touch();
    if (flight->handshake_) flight->handshake_->answered = true;
    flight->header_octets_ += total;
    if (flight->header_octets_ > kMaxHeaders) {
      flight->refuse(706, "The header of " + flight->url_.host + "'s reply is too long.", false);
      return 0;
    }
    const std::string_view line(data, total);
    if (!core::trim(line).empty()) {
      flight->header_line(line);
      return total;
    }
    return flight->headers_end() ? total : 0;
  } catch (...) {
    flight->thrown_ = std::current_exception();
    return 0;
  }
}

std::size_t Flight::on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  auto* flight = static_cast<Flight*>(self);
  try {
    if (flight->abandoned_) return 0;
    flight->touch();
    if (!flight->shared_.pace.open()) {
      flight->paused_ = true;
      return CURL_WRITEFUNC_PAUSE;  // libcurl keeps the octets, and reads no more
    }
    flight->shared_.pace.passed(size * count);
    return flight->take_body({data, size * count}) ? size * count : 0;
  } catch (...) {
    flight->thrown_ = std::current_exception();
    return 0;
  }
}

int Flight::on_progress(void* self, curl_off_t, curl_off_t down, curl_off_t,
                        curl_off_t up) noexcept {
  auto* flight = static_cast<Flight*>(self);
  if (down + up != flight->moved_) {
    flight->moved_ = down + up;
    flight->touch();
  }
  return flight->abandoned_ ? 1 : 0;
}

int Flight::on_request(void* self, char*, char*, int, int) noexcept {
  auto* flight = static_cast<Flight*>(self);
  try {
    return flight->request_may_go() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
  } catch (...) {
    flight->thrown_ = std::current_exception();
    return CURL_PREREQFUNC_ABORT;
  }
}

CURLcode Flight::on_tls(CURL* easy, void* context, void* self) noexcept {
  auto* flight = static_cast<Flight*>(self);
  try {
    // The same hook serves the handshake with a TLS proxy, which comes before the CONNECT.
    long tunnel = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
    auto handshake = std::make_shared<Handshake>();
    handshake->for_proxy = flight->proxy_.tls && (!flight->is_tls() || tunnel / 100 != 2);
    handshake->host = handshake->for_proxy ? flight->proxy_.host : flight->url_.host;
    handshake->gate = flight->shared_.gate;
    handshake->options = &flight->shared_.options;
    handshake->for_service = !handshake->for_proxy && flight->sees_client_certificate();
    flight->handshake_ = handshake;
    flight->new_tls_ = !handshake->for_proxy;
    const TransportOptions& options = flight->shared_.options;
    if (options.ssl_status) {
      options.ssl_status("Handshake with " + handshake->host + " begins.");
    }
    if (options.connecting && !handshake->for_proxy) options.connecting();
    flight->shared_.tls->prepare(static_cast<SSL_CTX*>(context), handshake);
    return CURLE_OK;
  } catch (...) {
    flight->thrown_ = std::current_exception();
    return CURLE_ABORTED_BY_CALLBACK;
  }
}

int Flight::on_traffic(CURL* easy, curl_infotype kind, char* data, std::size_t size,
                       void* self) noexcept {
  auto* flight = static_cast<Flight*>(self);
  try {
    if (flight->logs_traffic_) flight->log_.traffic(kind, {data, size});
    if (kind == CURLINFO_HEADER_OUT && !core::starts_with({data, size}, "CONNECT ")) {
      if (!flight->is_for_status()) flight->log_.request_body(flight->request_.body);
      if (flight->shared_.options.keep_sent_head) {
        flight->outcome_.sent_head = core::Secret(std::string(data, size));
      }
      if (!flight->logs_traffic_) set(easy, CURLOPT_VERBOSE, 0L);
    }
  } catch (...) {
    flight->thrown_ = std::current_exception();
  }
  return 0;
}

}  // namespace coffer::net
