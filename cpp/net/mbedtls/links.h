// The links of a transport: dialled for a request, handed to the next ones as long as they are
// open. libcurl keeps its own pool in step, because each link is a place of its own to it.
//
// Threads: belongs to the transport's thread.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/mbedtls/link.h"
#include "net/options.h"
#include "net/proxy_choice.h"
#include "net/tls_gate.h"

namespace coffer::net::internal {

// A request's share in a link.
class Lease {
 public:
  Lease() = default;
  explicit Lease(std::shared_ptr<Link> link) : link_(std::move(link)) {
    if (link_) ++link_->users;
  }
  Lease(Lease&& other) noexcept : link_(std::move(other.link_)) {}
  Lease& operator=(Lease&& other) noexcept {
    if (this != &other) {
      give_back();
      link_ = std::move(other.link_);
    }
    return *this;
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() { give_back(); }
  Link* get() const noexcept { return link_.get(); }
  Link* operator->() const noexcept { return link_.get(); }
  explicit operator bool() const noexcept { return link_ != nullptr; }
  void give_back() noexcept {
    if (link_) --link_->users;
    link_.reset();
  }

 private:
  std::shared_ptr<Link> link_;
};

class Links {
 public:
  struct Dialled {
    std::uint64_t transfer = 0;
    Lease link;  // empty when it failed
    Failure failure;
    std::shared_ptr<Handshake> handshake;
  };

  // Throws 270, 281 and 713 for settings that mbedTLS cannot do. `options` outlives it.
  Links(CURLM* multi, const TransportOptions& options, std::shared_ptr<const TlsGate> gate);

  // An open link that can take a request; an empty lease when there is none.
  Lease find(const Target& target);
  // May another one be dialled? With HTTP/2 the first one tells whether it can be shared.
  bool may_dial(const Target& target) const;
  void dial(std::uint64_t transfer, Target target);
  void forget(std::uint64_t transfer);
  std::vector<Dialled> take_dialled();

  // A link to a proxy that speaks TLS, for libcurl's own handle; starts by itself.
  std::shared_ptr<Link> to_proxy(const ProxyChoice& route);

  bool landed(CURL* easy, CURLcode result);  // false: not a handle of theirs
  void advance();                            // all of them, as far as they go without waiting
  bool busy() const;                         // advance would do more at once
  void watch(std::vector<curl_waitfd>& set) const;
  std::optional<Link::Time> deadline() const;

 private:
  struct Dialling {
    std::uint64_t transfer = 0;
    std::shared_ptr<Link> link;
  };

  Provider provider_;
  std::vector<Dialling> dialling_;
  std::vector<std::shared_ptr<Link>> open_;
  std::map<std::string, bool> shared_;  // by target: spoke HTTP/2 the last time
  std::vector<Dialled> dialled_;
};

}  // namespace coffer::net::internal
