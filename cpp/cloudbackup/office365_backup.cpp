#include "cloudbackup/office365_backup.h"

#include <utility>

#include "cloudbackup/credentials.h"
#include "cloudbackup/run.h"
#include "core/error.h"
#include "core/json.h"
#include "fs/file_system.h"
#include "net/curl_transport.h"
#include "oauth/token.h"
#include "office365backup_surface.h"
#include "store/backup_store.h"

namespace coffer::cloudbackup {
namespace {

using core::Error;

// Manual, DoEvents: how long it waits when nothing is queued (contract section 4).
constexpr std::chrono::milliseconds kDoEventsWait{100};

class TokenCredentials final : public Credentials {
 public:
  explicit TokenCredentials(std::unique_ptr<oauth::TokenSource> source)
      : source_(std::move(source)) {}
  std::string authorization() override { return source_->authorization(); }
  bool stale(core::Clock::Time now) override { return source_->needs_refresh(now); }
  bool can_refresh() const override { return source_->can_refresh(); }
  void refresh(Refreshed done) override {
    source_->refresh([done = std::move(done)](const oauth::TokenResult& result) {
      done(result.code, result.text);
    });
  }

 private:
  std::unique_ptr<oauth::TokenSource> source_;
};

// "tid/oid" of a token's payload: the mailbox's name where neither the listing nor UserId gives
// one.
std::string owner_of(const std::string& authorization) {
  const std::size_t space = authorization.find(' ');
  const std::string payload = oauth::jwt_claims(
      space == std::string::npos ? authorization : authorization.substr(space + 1));
  if (payload.empty()) {
    return "";
  }
  const auto document = core::Document::parse(payload, 706, "The access token");
  const std::string tid = document.root()["tid"].string_or("");
  const std::string oid = document.root()["oid"].string_or("");
  return tid.empty() || oid.empty() ? std::string() : tid + "/" + oid;
}

}  // namespace

// Posts to the component's queue what somebody listens to.
class Office365Backup::QueueEvents final : public RunEvents {
 public:
  explicit QueueEvents(Office365Backup& backup) : backup_(backup) {}
  bool wants(EventId event) const override { return backup_.wants(event); }
  void post(EventId event, std::unique_ptr<core::Event> payload,
            core::EventQueue::Answer answer) override {
    backup_.queue_.post(event, std::move(payload), std::move(answer));
  }
  bool full() const override { return backup_.queue_.full(); }

 private:
  Office365Backup& backup_;
};

struct Office365Backup::Active {
  explicit Active(Office365Backup& backup) : events(backup) {}
  QueueEvents events;
  std::unique_ptr<net::Transport> transport;
  std::unique_ptr<store::BackupStore> store;
  std::unique_ptr<TokenCredentials> credentials;
  std::unique_ptr<Run> run;
};

Office365Backup::Office365Backup() : Component(kOffice365BackupInfo) {
  log_.set_level(static_cast<int>(setting_number(kSetLogLevel)));
  log_.set_sink([this](int level, const std::string& message, const char* type) {
    log_entry(level, message, type);
  });
  log_.set_heard([this] { return wants(kOnLog); });
}

Office365Backup::~Office365Backup() {
  shut_down();
  join();
}

void Office365Backup::log_entry(int level, const std::string& message, const char* type) {
  if (!wants(kOnLog)) {
    return;
  }
  auto event = std::make_unique<LogEvent>();
  event->log_level = level;
  event->message = message;
  event->log_type = type;
  if (inline_thread_.load() == std::this_thread::get_id()) {
    fire_at_once(kOnLog, *event);
  } else {
    queue_.post(kOnLog, std::move(event));
  }
}

void Office365Backup::add_listeners(net::TransportOptions& options, bool at_once) {
  options.log = &log_;
  // Several connections are made side by side: the first attempt resets SSLServerCert.
  const auto stands = std::make_shared<std::atomic<bool>>(false);
  options.connecting = [this, stands] {
    if (!stands->load()) certificates_.server.clear();
  };
  options.connected = [this, stands](const net::ServerCertificate& certificate,
                                     const net::NegotiatedSession& session) {
    stands->store(true);
    certificates_.server.show(std::string(certificate.der.begin(), certificate.der.end()));
    const std::lock_guard<std::mutex> lock(mutex_);
    session_ = session;
  };
  options.ssl_status = [this, at_once](const std::string& text) {
    if (!wants(kOnSSLStatus)) {
      return;
    }
    auto event = std::make_unique<SSLStatusEvent>();
    event->message = text;
    if (at_once) {
      fire_at_once(kOnSSLStatus, *event);
    } else {
      queue_.post(kOnSSLStatus, std::move(event));
    }
  };
  if (!wants(kOnSSLServerAuthentication)) {
    return;  // the library's verdict holds
  }
  const bool include_chain = options.include_chain;
  options.ask = [this, at_once, include_chain](const net::ServerCertificate& certificate,
                                               std::function<void(bool)> answer) {
    auto event = std::make_unique<SSLServerAuthenticationEvent>();
    if (include_chain) {
      event->cert_encoded.assign(certificate.pem_chain.begin(), certificate.pem_chain.end());
    } else {
      event->cert_encoded.assign(certificate.der.begin(), certificate.der.end());
    }
    event->cert_subject = certificate.subject;
    event->cert_issuer = certificate.issuer;
    event->status = certificate.status;
    event->accept = certificate.verified;
    if (at_once) {
      fire_at_once(kOnSSLServerAuthentication, *event);
      answer(event->accept);
      return;
    }
    std::weak_ptr<Active> guard;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      guard = current_;
    }
    queue_.post(kOnSSLServerAuthentication, std::move(event),
                [guard, answer = std::move(answer)](core::Event& answered) {
                  if (!guard.expired()) {
                    answer(static_cast<SSLServerAuthenticationEvent&>(answered).accept);
                  }
                });
  };
}

void Office365Backup::start(bool resume) {
  const ActionScope scope(*this);
  if (active_.load()) {
    throw Error(143, "A backup is under way; wait for EndBackup or call AbortBackup first.");
  }
  join();
  RunSettings settings = run_settings(resume);
  auto active = std::make_shared<Active>(*this);
  counters_.reset();
  requests_sent_.store(0);
  exchange_.new_run();
  store::StoreOptions options;
  options.data_folder = text(kDataFolder);
  options.working_folder = setting_text(kSetWorkingFolder);
  options.use_index = setting_flag(kSetUseIndex);
  options.verify_writes = setting_flag(kSetVerifyWrites);
  options.log = &log_;
  net::TransportOptions transport = transport_options();
  add_listeners(transport, false);
  active->transport = std::make_unique<RecordingTransport>(
      net::make_curl_transport(std::move(transport)), exchange_, requests_sent_);
  // Throws 707 where no token can be had without a user.
  auto tokens = std::make_unique<oauth::TokenSource>(token_settings(), *active->transport, clock_);
  tokens->set_listener([this](const oauth::Token& token) { remember(token); });
  settings.mailbox_hint = owner_of(tokens->authorization());
  active->credentials = std::make_unique<TokenCredentials>(std::move(tokens));
  options.wake = [wake = active->transport.get()] { wake->wake(); };
  active->store = store::BackupStore::open(fs::posix_file_system(), std::move(options));
  if (resume && !active->store->has_unfinished_run()) {
    throw Error(712,
                "There is nothing to resume in DataFolder: its last run was complete. Call "
                "StartBackup.");
  }
  const std::optional<store::Identity> identity = active->store->identity();
  const std::string id_kind = settings.immutable_ids ? "immutable" : "mutable";
  if (identity &&
      (identity->service != settings.service.origin() || identity->id_kind != id_kind)) {
    throw Error(716, "DataFolder belongs to a backup of " + identity->service + " with " +
                         identity->id_kind + " ids; this run would be of " +
                         settings.service.origin() + " with " + id_kind +
                         " ids. Use a DataFolder of its own.");
  }
  active->run = std::make_unique<Run>(
      std::move(settings),
      Run::Ports{*active->transport, *active->credentials, *active->store, active->events, log_,
                 counters_, clock_, fs::posix_file_system().sqlite_vfs(),
                 [this] { return queue_.run_answers(); },
                 [this](Phase phase) { phase_.store(static_cast<int>(phase)); }});
  queue_.reopen();
  queue_.set_waker([wake = std::weak_ptr<Active>(active)] {
    if (const auto alive = wake.lock()) {
      alive->transport->wake();
    }
  });
  interrupted_.store(false);
  active_.store(true);
  const std::lock_guard<std::mutex> lock(mutex_);
  current_ = active;
  thread_ = std::thread([this, active = std::move(active)]() mutable { run_to_end(active); });
}

void Office365Backup::run_to_end(const std::shared_ptr<Active>& active) {
  active->run->execute();
  {
    // From here on an abort finds nothing to abort, and answers that come late nobody to tell.
    const std::lock_guard<std::mutex> lock(mutex_);
    current_.reset();
  }
  queue_.set_waker(nullptr);
  active->run.reset();
  active->credentials.reset();
  active->store.reset();  // the lock is free before EndBackup says so
  active->transport.reset();
  // EndBackup finds its place even when nobody has called DoEvents for long.
  queue_.abandon();
  active_.store(false);
  queue_.post(kOnEndBackup, std::make_unique<EndBackupEvent>());
}

void Office365Backup::join() {
  std::thread finished;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    finished.swap(thread_);
  }
  if (finished.joinable()) {
    finished.join();
  }
}

void Office365Backup::abort_backup() noexcept {
  interrupted_.store(true);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (current_) {
    current_->run->abort();
    // A run that waits for room in the queue must see the abort too.
    queue_.abandon();
  }
}

void Office365Backup::shut_down() noexcept {
  abort_backup();
}

void Office365Backup::do_events() {
  const ActionScope scope(*this);
  queue_.dispatch(kDoEventsWait, [this](int event, core::Event& payload) { fire(event, payload); });
}

// Inside authorize events fire under libcurl's frames, which no exception may cross: the failure of
// a handler is kept and surfaces when authorize returns.
void Office365Backup::fire_at_once(int event, core::Event& payload) noexcept {
  try {
    fire(event, payload);
  } catch (...) {
    handler_failure_.store(true);
  }
}

}  // namespace coffer::cloudbackup
