// The embedded web server of a sign-in: started and stopped by settings, it holds the browser's
// answer until the sign-in takes it.
//
// Threads: any thread at any time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "loopback/http_server.h"
#include "oauth/redirect.h"

namespace coffer::oauth {

struct WebServerSettings {
  std::string host = "localhost";  // OAuthWebServerHost
  int port = 0;                    // OAuthWebServerPort; 0: the system chooses
  bool tls = false;                // OAuthWebServerSSLEnabled
  core::Secret key_pem;
  std::string certificate_pem;
};

class RedirectServer {
 public:
  RedirectServer() = default;
  RedirectServer(const RedirectServer&) = delete;
  RedirectServer& operator=(const RedirectServer&) = delete;
  ~RedirectServer() { stop(); }

  // Throws as HttpServer does. Keeps the server that there is when it has these settings.
  void start(const WebServerSettings& settings);
  void stop();
  bool active() const;
  int port() const;             // 0 when it is not active
  std::string address() const;  // "http://localhost:1234"; "" when it is not active

  // From here on one answer is waited for; what came before is gone.
  void expect(Expectation expectation);
  void forget();
  // The answer, when it comes in that time. Throws 301 when the server is stopped meanwhile.
  std::optional<loopback::Fields> wait(std::chrono::milliseconds time);

 private:
  // What the server's threads touch: outlives every request.
  struct Mailbox {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Expectation> expected;
    std::optional<loopback::Fields> answer;
    bool answered = false;
    bool stopped = false;
    loopback::Response handle(const loopback::Request& request);
  };

  void stop_locked();

  const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  mutable std::mutex mutex_;  // guards what follows; never taken by the server's threads
  WebServerSettings settings_;
  std::unique_ptr<loopback::HttpServer> server_;
};

}  // namespace coffer::oauth
