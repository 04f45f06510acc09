// The object behind the handle: properties and settings become a run, a run becomes events.
//
// Threads: see core::Component. A run has a thread of its own; handlers run only inside do_events
// and authorize, in the thread that calls them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "certs/connection_certificates.h"
#include "cloudbackup/counters.h"
#include "cloudbackup/last_exchange.h"
#include "cloudbackup/run_settings.h"
#include "core/clock.h"
#include "core/component.h"
#include "core/event_queue.h"
#include "core/log.h"
#include "crypto/random.h"
#include "net/options.h"
#include "oauth/sign_in.h"

namespace coffer::cloudbackup {

class Office365Backup final : public core::Component {
 public:
  Office365Backup();
  ~Office365Backup() override;

  void start_backup() { start(false); }
  void resume_backup() { start(true); }
  void abort_backup() noexcept;
  void do_events();
  void authorize();
  void shut_down() noexcept override;

 protected:
  core::Value compute(int property, int index) const override;
  std::string compute_setting(int setting, int index) const override;
  void check(int property, const core::Value& value) const override;
  void check_setting(int setting, const std::string& value) const override;
  void after_set(int property, int index) override;
  void after_set_setting(int setting, int index) override;
  bool locked() const noexcept override { return active_.load(); }

 private:
  class QueueEvents;
  class SignInNews;
  // Where OAuth.AccessToken comes from: set by the user, obtained by us, or obtained with settings
  // that have changed since.
  enum class TokenOrigin { kGiven, kObtained, kOutdated };
  struct Active;  // what lives as long as a run: transport, store, credentials, the run

  void start(bool resume);
  void run_to_end(const std::shared_ptr<Active>& active);
  void join();
  void fire_at_once(int event, core::Event& payload) noexcept;
  void log_entry(int level, const std::string& message, const char* type);

  RunSettings run_settings(bool resume) const;
  net::TransportOptions transport_options() const;
  std::string ascii_graph_url() const;
  void add_listeners(net::TransportOptions& options, bool at_once);
  oauth::TokenSettings token_settings() const;
  oauth::SignInSettings sign_in_settings() const;
  oauth::WebServerSettings web_server_settings() const;
  oauth::Parameters own_parameters() const;
  oauth::Token sign_in();
  std::string web_auth_url() const;
  std::string oauth_setting(int setting, int index) const;
  bool token_good() const;
  void remember(const oauth::Token& token);
  void oauth_property_set(int property);
  void oauth_setting_set(int setting);
  void fill_in_return_url();

  core::EventQueue queue_;
  core::Log log_;
  Counters counters_;
  core::SystemClock clock_;
  mutable crypto::SystemRandom random_;
  oauth::RedirectServer redirect_server_;
  ExchangeRecord exchange_;
  std::atomic<bool> active_{false};
  std::atomic<bool> interrupted_{false};
  std::atomic<bool> handler_failure_{false};
  std::atomic<int> phase_{0};
  std::atomic<std::uint64_t> requests_sent_{0};
  std::atomic<std::thread::id> inline_thread_{};  // inside authorize: events fire at once

  mutable certs::ConnectionCertificates certificates_;

  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<Active> current_;
  std::thread thread_;
  net::NegotiatedSession session_;               // of the last connection
  std::optional<core::Clock::Time> token_ends_;  // of OAuth.AccessToken, where it is known
  std::int64_t token_lifetime_ = 0;
  TokenOrigin token_origin_ = TokenOrigin::kGiven;
  bool new_code_ = false;          // set after the refresh token that there is was obtained
  std::string own_return_url_;     // ReturnURL as the library filled it in
  std::string authorization_url_;  // where the browser is, while Authorize waits for it
  std::string device_user_code_;
  std::string device_url_;
  mutable core::Secret verifier_;        // OAuthPKCEVerifier
  mutable bool verifier_spent_ = false;  // its code has been exchanged
  // OAuthParam* as the user set them, while they hold what a server answered.
  std::optional<oauth::Parameters> asked_parameters_;
};

}  // namespace coffer::cloudbackup
