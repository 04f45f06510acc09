#include "oauth/redirect_server.h"

#include "core/error.h"
#include "core/text.h"

namespace coffer::oauth {

namespace {

// Contract section 3, OAuthWebServerHost: another name changes only the address that is shown.
loopback::Family family_of(const std::string& host) {
  if (host == "127.0.0.1") return loopback::Family::kIPv4;
  if (host == "::1" || host == "[::1]") return loopback::Family::kIPv6;
  return loopback::Family::kBoth;
}

bool same(const WebServerSettings& a, const WebServerSettings& b) {
  return family_of(a.host) == family_of(b.host) && a.tls == b.tls &&
         a.key_pem.reveal() == b.key_pem.reveal() && a.certificate_pem == b.certificate_pem;
}

}  // namespace

loopback::Response RedirectServer::Mailbox::handle(const loopback::Request& request) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (!expected) return request.fields.empty() ? stray_page(request) : over_page();
  switch (judge(request, *expected)) {
    case Verdict::kHandOver:
      return hand_over_page();
    case Verdict::kStray:
      return stray_page(request);
    case Verdict::kAnswer:
      break;
  }
  // A page that is loaded again looks the same; only the first answer counts.
  loopback::Response page = answer_page(request.fields, *expected);
  if (answered) return over_page();
  answered = true;
  answer = request.fields;
  changed.notify_all();
  return page;
}

void RedirectServer::start(const WebServerSettings& settings) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (server_ && same(settings_, settings) &&
      (settings.port == 0 || settings.port == server_->port())) {
    settings_.host = settings.host;
    return;
  }
  if (settings.tls && (settings.key_pem.empty() || settings.certificate_pem.empty())) {
    throw core::Error(272,
                      "OAuthWebServerSSLEnabled needs a certificate with its private key in "
                      "OAuthWebServerCertStore.");
  }
  stop_locked();
  loopback::HttpServerOptions options;
  options.family = family_of(settings.host);
  options.port = settings.port;
  if (settings.tls) {
    options.key_pem = settings.key_pem;
    options.certificate_pem = settings.certificate_pem;
  }
  server_ = std::make_unique<loopback::HttpServer>(
      options,
      [mailbox = mailbox_](const loopback::Request& request) { return mailbox->handle(request); });
  settings_ = settings;
  const std::lock_guard<std::mutex> inner(mailbox_->mutex);
  mailbox_->stopped = false;
}

void RedirectServer::stop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stop_locked();
}

void RedirectServer::stop_locked() {
  if (!server_) return;
  server_.reset();
  const std::lock_guard<std::mutex> lock(mailbox_->mutex);
  mailbox_->stopped = true;
  mailbox_->changed.notify_all();
}

bool RedirectServer::active() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return server_ != nullptr;
}

int RedirectServer::port() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return server_ ? server_->port() : 0;
}

std::string RedirectServer::address() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!server_) return {};
  const bool bare_v6 = settings_.host.find(':') != std::string::npos && settings_.host[0] != '[';
  const std::string host = bare_v6 ? "[" + settings_.host + "]" : settings_.host;
  return std::string(settings_.tls ? "https" : "http") + "://" + host + ":" +
         std::to_string(server_->port());
}

void RedirectServer::expect(Expectation expectation) {
  const std::lock_guard<std::mutex> lock(mailbox_->mutex);
  mailbox_->expected = std::move(expectation);
  mailbox_->answer.reset();
  mailbox_->answered = false;
}

void RedirectServer::forget() {
  const std::lock_guard<std::mutex> lock(mailbox_->mutex);
  mailbox_->expected.reset();
  mailbox_->answer.reset();
}

std::optional<loopback::Fields> RedirectServer::wait(std::chrono::milliseconds time) {
  std::unique_lock<std::mutex> lock(mailbox_->mutex);
  mailbox_->changed.wait_for(lock, time,
                             [this] { return mailbox_->answer.has_value() || mailbox_->stopped; });
  if (mailbox_->answer) {
    std::optional<loopback::Fields> answer = std::move(mailbox_->answer);
    mailbox_->answer.reset();
    return answer;
  }
  if (mailbox_->stopped) {
    throw core::Error(301, "The web server was stopped while Authorize waited for the browser.");
  }
  return std::nullopt;
}

}  // namespace coffer::oauth
