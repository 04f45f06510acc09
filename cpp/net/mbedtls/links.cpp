#include "net/mbedtls/links.h"

#include <algorithm>
#include <utility>

namespace coffer::net::internal {

Links::Links(CURLM* multi, const TransportOptions& options, std::shared_ptr<const TlsGate> gate)
    : provider_(multi, options, std::move(gate)) {}

Lease Links::find(const Target& target) {
  const std::string key = target.key();
  for (const auto& link : open_) {
    if (link->target().key() != key || (link->users > 0 && !link->http2())) continue;
    link->advance();  // whether it is still open
    if (link->usable()) return Lease(link);
  }
  return Lease();
}

bool Links::may_dial(const Target& target) const {
  if (provider_.options.http_version != HttpVersion::k20) return true;
  const std::string key = target.key();
  const auto last = shared_.find(key);
  if (last != shared_.end() && !last->second) return true;
  return std::none_of(dialling_.begin(), dialling_.end(),
                      [&](const Dialling& one) { return one.link->target().key() == key; });
}

void Links::dial(std::uint64_t transfer, Target target) {
  dialling_.push_back({transfer, std::make_shared<Link>(provider_, std::move(target))});
}

void Links::forget(std::uint64_t transfer) {
  dialling_.erase(std::remove_if(dialling_.begin(), dialling_.end(),
                                 [&](const Dialling& one) { return one.transfer == transfer; }),
                  dialling_.end());
  dialled_.erase(std::remove_if(dialled_.begin(), dialled_.end(),
                                [&](const Dialled& one) { return one.transfer == transfer; }),
                 dialled_.end());
}

std::vector<Links::Dialled> Links::take_dialled() {
  return std::exchange(dialled_, {});
}

std::shared_ptr<Link> Links::to_proxy(const ProxyChoice& route) {
  auto link = std::make_shared<Link>(provider_, Link::proxy_of(route));
  open_.push_back(link);
  return link;
}

bool Links::landed(CURL* easy, CURLcode result) {
  return std::any_of(dialling_.begin(), dialling_.end(),
                     [&](const Dialling& one) { return one.link->landed(easy, result); }) ||
         std::any_of(open_.begin(), open_.end(),
                     [&](const auto& link) { return link->landed(easy, result); });
}

void Links::advance() {
  const Link::Time now = std::chrono::steady_clock::now();
  std::vector<Dialling> left;
  for (Dialling& one : std::exchange(dialling_, {})) {
    one.link->advance();
    one.link->expire(now);
    if (!one.link->ready() && !one.link->ended()) {
      left.push_back(std::move(one));
      continue;
    }
    Dialled result;
    result.transfer = one.transfer;
    result.failure = one.link->failure();
    result.handshake = one.link->handshake();
    if (one.link->ready()) {
      shared_[one.link->target().key()] = one.link->http2();
      open_.push_back(one.link);
      result.link = Lease(std::move(one.link));
    }
    dialled_.push_back(std::move(result));
  }
  for (Dialling& one : left)
    dialling_.push_back(std::move(one));
  for (const auto& link : open_) {
    link->advance();
    link->expire(now);
    if (link->retired && link->users == 0) link->close();
  }
  open_.erase(
      std::remove_if(open_.begin(), open_.end(), [](const auto& link) { return link->ended(); }),
      open_.end());
}

bool Links::busy() const {
  return !dialled_.empty() ||
         std::any_of(open_.begin(), open_.end(), [](const auto& link) { return link->busy(); });
}

void Links::watch(std::vector<curl_waitfd>& set) const {
  for (const Dialling& one : dialling_)
    one.link->watch(set);
  for (const auto& link : open_)
    link->watch(set);
}

std::optional<Link::Time> Links::deadline() const {
  std::optional<Link::Time> first;
  const auto take = [&](const Link& link) {
    const auto one = link.deadline();
    if (one && (!first || *one < *first)) first = one;
  };
  for (const Dialling& one : dialling_)
    take(*one.link);
  for (const auto& link : open_)
    take(*link);
  return first;
}

}  // namespace coffer::net::internal
