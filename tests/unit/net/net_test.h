// What the tests of the real transport share: a client that drives one, and its settings.
#pragma once

#include <mbedtls/version.h>
#include <openssl/ssl.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loopback_server.h"
#include "net/curl_transport.h"
#include "net/tls_gate.h"

namespace coffer::test {

constexpr auto kPatience = std::chrono::seconds(60);

struct Collector final : net::BodySink {
  std::string text;
  std::size_t refuse_after = static_cast<std::size_t>(-1);
  bool write(const char* data, std::size_t size) override {
    text.append(data, size);
    return text.size() <= refuse_after;
  }
};

// The tests run once with each TLS library: COFFER_TEST_TLS=internal is mbedTLS.
inline bool internal() {
  const char* which = std::getenv("COFFER_TEST_TLS");
  return which != nullptr && std::string(which) == "internal";
}
inline bool internal_has_tls13() {
#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && MBEDTLS_VERSION_MAJOR >= 3 && defined(MBEDTLS_THREADING_C)
  return true;
#else
  return false;
#endif
}
// mbedTLS 3 has dropped TLS 1.0 and 1.1.
inline bool internal_has_tls10() {
  return MBEDTLS_VERSION_MAJOR < 3;
}
// The versions that a test goes through.
inline std::vector<int> internal_versions() {
  if (!internal_has_tls13()) return {TLS1_2_VERSION};
  return {TLS1_2_VERSION, TLS1_3_VERSION};
}
inline std::vector<int> tls_versions() {
  if (internal()) return internal_versions();
  return {TLS1_2_VERSION, TLS1_3_VERSION};
}
inline net::TlsProvider provider() {
  return internal() ? net::TlsProvider::kInternal : net::TlsProvider::kPlatform;
}

inline net::TransportOptions options_for(const std::string& service) {
  net::TransportOptions options;
  options.service = net::Url::parse(service);
  options.timeout_seconds = 30;
  options.user_agent = "coffer/test";
  options.tls_provider = provider();
  return options;
}

inline net::Request get(const std::string& url) {
  net::Request request;
  request.url = url;
  return request;
}

class Client {
 public:
  explicit Client(net::TransportOptions options)
      : transport_(net::make_curl_transport(std::move(options))) {}

  net::Transport& transport() { return *transport_; }

  net::Outcome run(net::Request request, std::shared_ptr<net::BodySink> sink = nullptr) {
    std::optional<net::Outcome> result;
    transport_->start(std::move(request), std::move(sink),
                      [&](net::Outcome&& outcome) { result = std::move(outcome); });
    until([&] { return result.has_value(); });
    if (result) return std::move(*result);
    net::Outcome none;
    none.code = -1;
    none.text = "the transport never finished";
    return none;
  }

  template <class Condition>
  bool until(Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > limit) return false;
      transport_->run_once(std::chrono::milliseconds(200));
    }
    return true;
  }

 private:
  std::unique_ptr<net::Transport> transport_;
};

}  // namespace coffer::test
