// HTTP as an interface: many requests under way, one thread that drives them.
//
// Threads: everything belongs to the thread that calls run_once, except wake.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/wipe.h"

namespace coffer::net {

// Whose credentials and headers may travel.
enum class Peer {
  kService,  // GraphURL's origin: Authorization, OtherHeaders, cookies
  kToken,    // an authorization server: none of ours
  kAcs,      // an ACS of 3-D Secure: none of ours, https alone
  kStatus,   // a CRL or OCSP server: none of ours, plain http alone, two redirects at most
};

struct Request {
  std::string method = "GET";
  std::string url;
  Peer peer = Peer::kService;
  std::string authorization;  // "Bearer …"; sent only when the URL's origin is the service's
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
  bool fresh_connection = false;  // a retry after 503 (Microsoft's advice)
  // Asked on the transport's thread at the last moment, when a connection is there; false hands the
  // request back unsent (Outcome::held). One that has this hook is also handed back while a refusal
  // (429, 503) from the service is being read: what it says is not known yet. Empty: it goes.
  std::function<bool()> may_go;
  // For all attempts together, from the first on; 0: the run's timeout alone.
  std::chrono::milliseconds time_limit{0};
  std::size_t max_reply = std::size_t{64} << 20;  // octets after decoding; more is 706
};

struct Header {
  std::string name;
  std::string value;
};

struct Reply {
  int status = 0;
  std::string status_line;
  std::string http_version;  // "1.1", as HTTPVersion spells it
  std::vector<Header> headers;
  std::string body;  // empty when a sink took it
  std::uint64_t wire_octets = 0;
  // First header of that name, ignoring case; "" when absent.
  std::string header(std::string_view name) const;
};

// Takes the body of a 200 reply as it comes, decoded. Returning false ends the transfer (Outcome
// code 1120 unless the request is cancelled).
class BodySink {
 public:
  virtual ~BodySink() = default;
  // Called at most once, before the first write: what the server says will come. A hint.
  virtual void expect(std::uint64_t /*octets*/) {}
  virtual bool write(const char* data, std::size_t size) = 0;
};

struct Outcome {
  std::int32_t code = 0;  // 0: a reply with a status came whole; else the documented code
  std::string text;
  bool transient = false;  // worth another try
  bool held = false;       // it never left (Request::may_go); there is no reply
  Reply reply;             // also as far as it came, when code is not 0
  core::Secret sent_head;  // request line and header as they went out, token and all: masked_head
                           // is for who shows it. Only with TransportOptions::keep_sent_head.
  std::string local_address;  // of the connection; "" when there was none
  int local_port = 0;
};

using Done = std::function<void(Outcome&&)>;

class Transport {
 public:
  virtual ~Transport() = default;
  // `done` is called once from run_once, never from start or cancel, and not at all after cancel.
  virtual std::uint64_t start(Request request, std::shared_ptr<BodySink> sink, Done done) = 0;
  virtual void cancel(std::uint64_t id) = 0;
  // Drives the transfers; returns when something completed, wake was called or the time is over.
  virtual void run_once(std::chrono::milliseconds max_wait) = 0;
  virtual void wake() noexcept = 0;  // any thread
  // Requests that went out, repetitions and redirects included; any thread.
  virtual std::uint64_t requests_sent() const noexcept { return 0; }
};

}  // namespace coffer::net
