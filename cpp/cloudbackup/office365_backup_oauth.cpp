// Office365Backup's sign-in: what Authorize takes from properties and settings, and what it leaves
// in them.
#include <algorithm>
#include <utility>

#include "cloudbackup/office365_backup.h"
#include "core/error.h"
#include "core/text.h"
#include "net/curl_transport.h"
#include "oauth/jwt_path.h"
#include "oauth/key_pair.h"
#include "oauth/token.h"
#include "office365backup_surface.h"

namespace coffer::cloudbackup {
namespace {

using core::Error;

// As TokenSource: renewed ahead of its end, at half its life when that is short.
constexpr std::int64_t kAhead = 300;

}  // namespace

// Puts what a sign-in learns where the user can read it.
class Office365Backup::SignInNews final : public oauth::SignInListener {
 public:
  explicit SignInNews(Office365Backup& backup) : backup_(backup) {}
  SignInNews(const SignInNews&) = delete;
  SignInNews& operator=(const SignInNews&) = delete;
  ~SignInNews() override {
    const std::lock_guard<std::mutex> lock(backup_.mutex_);
    backup_.authorization_url_.clear();
  }

  void authorization_url(const std::string& url) override {
    const std::lock_guard<std::mutex> lock(backup_.mutex_);
    backup_.authorization_url_ = url;
  }
  void return_url(const std::string& /*url*/) override { backup_.fill_in_return_url(); }
  void verifier(const core::Secret& verifier) override {
    const std::lock_guard<std::mutex> lock(backup_.mutex_);
    backup_.verifier_ = verifier;
    backup_.verifier_spent_ = true;  // it belongs to this sign-in alone
  }
  void code(const core::Secret& code) override {
    backup_.store(kOAuthAuthorizationCode, code.reveal());
  }
  void scope(const std::string& scope) override { backup_.store(kOAuthAuthorizationScope, scope); }
  void device(const std::string& user_code, const std::string& url) override {
    const std::lock_guard<std::mutex> lock(backup_.mutex_);
    backup_.device_user_code_ = user_code;
    backup_.device_url_ = url;
  }
  void answered(const oauth::Parameters& parameters) override {
    constexpr std::size_t kMost = 1000;  // OAuthParamCount's range
    oauth::Parameters own = backup_.own_parameters();
    const std::size_t count = std::min(parameters.size(), kMost);
    backup_.store_setting(kSetOAuthParamCount, std::to_string(count));
    for (std::size_t i = 0; i < count; ++i) {
      backup_.store_setting(kSetOAuthParamName, parameters[i].first, static_cast<int>(i));
      backup_.store_setting(kSetOAuthParamValue, parameters[i].second, static_cast<int>(i));
    }
    const std::lock_guard<std::mutex> lock(backup_.mutex_);
    backup_.asked_parameters_ = std::move(own);
  }

 private:
  Office365Backup& backup_;
};

oauth::Parameters Office365Backup::own_parameters() const {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (asked_parameters_) {
      return *asked_parameters_;
    }
  }
  oauth::Parameters parameters;
  const std::int64_t count = setting_number(kSetOAuthParamCount);
  for (int i = 0; i < count; ++i) {
    parameters.emplace_back(setting_text(kSetOAuthParamName, i),
                            setting_text(kSetOAuthParamValue, i));
  }
  return parameters;
}

oauth::TokenSettings Office365Backup::token_settings() const {
  oauth::TokenSettings settings;
  settings.authorization = core::Secret(text(kAuthorization));
  if (!settings.authorization.empty()) {
    return settings;  // the OAuth settings are ignored (manual, Authorization)
  }
  settings.token_url = text(kOAuthServerTokenURL);
  settings.client_id = text(kOAuthClientId);
  settings.client_secret = core::Secret(text(kOAuthClientSecret));
  settings.user_name = setting_text(kSetOAuthPasswordGrantUsername);
  settings.scope = text(kOAuthAuthorizationScope);
  settings.refresh_token = core::Secret(text(kOAuthRefreshToken));
  settings.access_token = core::Secret(text(kOAuthAccessToken));
  settings.grant = static_cast<oauth::Grant>(number(kOAuthGrantType));
  settings.automatic_refresh = setting_flag(kSetOAuthAutomaticRefresh);
  settings.service = net::Url::parse(setting_text(kSetGraphURL));
  settings.parameters = own_parameters();
  const std::string store = setting_text(kSetOAuthClientCertStore);
  if (!store.empty() && settings.grant != oauth::Grant::kPassword) {
    settings.assertion =
        [pair = oauth::read_key_pair("OAuthClientCertStore", store,
                                     setting_number(kSetOAuthClientCertStoreType),
                                     core::Secret(setting_text(kSetOAuthClientCertStorePassword)),
                                     setting_text(kSetOAuthClientCertSubject)),
         client = settings.client_id, &clock = clock_,
         &random = random_](const std::string& token_url) {
          return oauth::client_assertion(pair, client, token_url, clock.wall(), random);
        };
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (token_ends_) {
    settings.expires_in =
        std::chrono::duration_cast<std::chrono::seconds>(*token_ends_ - clock_.now()).count();
  }
  return settings;
}

std::string Office365Backup::web_auth_url() const {
  if (number(kOAuthClientProfile) == 0) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return authorization_url_;
  }
  const oauth::SignInSettings settings = sign_in_settings();
  core::Secret verifier;
  if (settings.use_pkce) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (verifier_.empty() || verifier_spent_) {
      verifier_ = oauth::random_text(random_);
      verifier_spent_ = false;
    }
    verifier = verifier_;
  }
  return oauth::web_auth_url(settings, verifier);
}

std::string Office365Backup::oauth_setting(int setting, int index) const {
  const auto element = [this] {
    return oauth::jwt_element(oauth::jwt_claims(text(kOAuthAccessToken)),
                              setting_text(kSetOAuthJWTXPath));
  };
  const auto child = [&] {
    const oauth::JwtElement at = element();
    const auto place = static_cast<std::size_t>(index);
    return place < at.children.size() ? at.children[place] : std::pair<std::string, std::string>();
  };
  switch (setting) {
    case kSetOAuthAccessTokenExpiration: {
      const std::lock_guard<std::mutex> lock(mutex_);
      return std::to_string(token_lifetime_);
    }
    case kSetOAuthJWTPayload:
      return oauth::jwt_claims(text(kOAuthAccessToken));
    case kSetOAuthJWTXChildCount:
      return std::to_string(element().children.size());
    case kSetOauthJWTXChildName:
      return child().first;
    case kSetOAuthJWTXChildXText:
      return child().second;
    case kSetOAuthJWTXElement:
      return element().name;
    case kSetOauthJWTXParent:
      return element().parent;
    case kSetOAuthJWTXSubTree:
      return element().subtree;
    case kSetOAuthJWTXText:
      return element().text;
    case kSetOAuthPKCEVerifier: {
      const std::lock_guard<std::mutex> lock(mutex_);
      return verifier_.reveal();
    }
    case kSetOAuthWebServerActive:
      return redirect_server_.active() ? "True" : "False";
    case kSetOAuthWebServerPort:
      if (const int port = redirect_server_.port(); port != 0) {
        return std::to_string(port);
      }
      break;
    case kSetOAuthDeviceUserCode: {
      const std::lock_guard<std::mutex> lock(mutex_);
      return device_user_code_;
    }
    case kSetOAuthDeviceVerificationURL: {
      const std::lock_guard<std::mutex> lock(mutex_);
      return device_url_;
    }
    default:
      break;
  }
  return Component::compute_setting(setting, index);
}

void Office365Backup::oauth_setting_set(int setting) {
  switch (setting) {
    case kSetOAuthParamCount:
    case kSetOAuthParamName:
    case kSetOAuthParamValue: {
      const std::lock_guard<std::mutex> lock(mutex_);
      asked_parameters_.reset();
      break;
    }
    case kSetOAuthPKCEVerifier: {
      core::Secret verifier(Component::compute_setting(setting, 0));
      store_setting(setting, std::string());
      const std::lock_guard<std::mutex> lock(mutex_);
      verifier_ = std::move(verifier);
      verifier_spent_ = false;
      break;
    }
    case kSetOAuthWebServerActive: {
      const bool start = Component::compute_setting(setting, 0) == "True";
      store_setting(setting, "False");  // what is read is the server's state
      if (!start) {
        redirect_server_.stop();
      } else {
        redirect_server_.start(web_server_settings());
        fill_in_return_url();
      }
      break;
    }
    default:
      break;
  }
}

// With the web server's address, unless the user has set it.
void Office365Backup::fill_in_return_url() {
  const std::string now = text(kOAuthReturnURL);
  const std::string address = redirect_server_.address();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!now.empty() && now != own_return_url_) {
      return;
    }
    own_return_url_ = address;
  }
  store(kOAuthReturnURL, address);
}

void Office365Backup::oauth_property_set(int property) {
  const bool empty = text(property).empty();
  const std::lock_guard<std::mutex> lock(mutex_);
  token_ends_.reset();  // what was known belongs to the settings that were there before
  token_lifetime_ = 0;
  if (property == kOAuthAccessToken) {
    token_origin_ = TokenOrigin::kGiven;
  } else if (token_origin_ == TokenOrigin::kObtained) {
    token_origin_ = TokenOrigin::kOutdated;
  }
  if (property == kOAuthAuthorizationCode) {
    new_code_ = !empty && token_origin_ == TokenOrigin::kOutdated;
  } else if (property == kOAuthRefreshToken) {
    new_code_ = false;
  }
}

bool Office365Backup::token_good() const {
  if (text(kOAuthAccessToken).empty()) {
    return false;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (token_origin_ == TokenOrigin::kOutdated) {
    return false;
  }
  if (!token_ends_) {
    return true;
  }
  const std::chrono::seconds ahead(std::min(kAhead, token_lifetime_ / 2));
  return clock_.now() + ahead < *token_ends_;
}

void Office365Backup::remember(const oauth::Token& token) {
  store(kOAuthAccessToken, token.access.reveal());
  if (!token.refresh.empty()) {
    store(kOAuthRefreshToken, token.refresh.reveal());
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  token_origin_ = TokenOrigin::kObtained;
  new_code_ = false;
  token_lifetime_ = token.expires_in.value_or(0);
  token_ends_.reset();
  if (token_lifetime_ > 0) {
    token_ends_ = clock_.now() + std::chrono::seconds(token_lifetime_);
  }
}

oauth::Token Office365Backup::sign_in() {
  net::TransportOptions options = transport_options();
  add_listeners(options, true);
  RecordingTransport transport(net::make_curl_transport(std::move(options)), exchange_,
                               requests_sent_);
  SignInNews news(*this);
  oauth::SignIn sign_in(
      sign_in_settings(),
      oauth::SignInPorts{transport, clock_, random_, log_, redirect_server_, news, [this] {
                           return interrupted_.load() || handler_failure_.load() || !idle();
                         }});
  return sign_in.run();
}

void Office365Backup::authorize() {
  const ActionScope scope(*this);
  if (active_.load()) {
    throw Error(143, "A backup is under way; it renews its token by itself.");
  }
  if (!text(kAuthorization).empty()) {
    return;  // it is used as it is, and the OAuth settings are ignored (manual, Authorization)
  }
  struct Inline {
    explicit Inline(std::atomic<std::thread::id>& id) : id_(id) {
      id_.store(std::this_thread::get_id());
    }
    ~Inline() { id_.store(std::thread::id()); }
    std::atomic<std::thread::id>& id_;
  } const fires_at_once(inline_thread_);
  interrupted_.store(false);
  handler_failure_.store(false);
  if (token_good()) {
    return;
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    device_user_code_.clear();
    device_url_.clear();
  }
  const auto check_handlers = [this] {
    if (handler_failure_.exchange(false)) {
      throw Error(30003, "A handler failed.");
    }
  };
  oauth::Token token;
  try {
    token = sign_in();
  } catch (const Error&) {
    check_handlers();
    throw;
  }
  check_handlers();
  const auto grant = static_cast<oauth::Grant>(number(kOAuthGrantType));
  if (grant != oauth::Grant::kClientCredentials) {
    // The user signed in anew: a refresh token of before is another sign-in's.
    store(kOAuthRefreshToken, std::string());
  }
  remember(token);
  const std::lock_guard<std::mutex> lock(mutex_);
  verifier_spent_ = true;
}

}  // namespace coffer::cloudbackup
