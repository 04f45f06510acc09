// Office365Backup's properties and settings: what is checked when they are set, what is computed
// when they are read, and what a run takes from them.
#include <algorithm>

#include "cloudbackup/office365_backup.h"
#include "core/error.h"
#include "core/json.h"
#include "core/settings.h"
#include "core/text.h"
#include "net/certificates.h"
#include "net/connection_settings.h"
#include "net/idna.h"
#include "net/tls_settings.h"
#include "net/url.h"
#include "oauth/key_pair.h"
#include "office365backup_surface.h"

namespace coffer::cloudbackup {
namespace {

using core::Error;

// Manual, Firewall.FirewallType: setting it sets the port too.
constexpr std::int32_t kTunnelPort = 80;
constexpr std::int32_t kSocksPort = 1080;
constexpr std::int32_t kFirewallNone = 0;
constexpr std::int32_t kFirewallTunnel = 1;

void check_header_value(const char* name, const std::string& value) {
  if (net::has_line_break(value)) {
    throw Error(713, std::string(name) + " must not contain line breaks or NUL.");
  }
}

net::Url checked_graph_url(const std::string& text) {
  net::Url url = net::Url::parse(text);
  if (!url.valid || net::has_line_break(text)) {
    throw Error(713,
                "GraphURL must be an absolute https URL such as "
                "https://graph.microsoft.com/v1.0.");
  }
  if (url.has_userinfo || !url.query.empty() || text.find('#') != std::string::npos) {
    throw Error(713, "GraphURL must have no user name, query or fragment.");
  }
  if (url.scheme == "http" && !url.is_loopback()) {
    throw Error(713, "GraphURL may use plain http only for a loopback address; use https.");
  }
  return url;
}

std::string without_trailing_slash(std::string text) {
  while (!text.empty() && text.back() == '/') {
    text.pop_back();
  }
  return text;
}

}  // namespace

void Office365Backup::check(int property, const core::Value& value) const {
  if (property == kAuthorization) {
    check_header_value("Authorization", std::get<std::string>(value));
  }
}

void Office365Backup::check_setting(int setting, const std::string& value) const {
  switch (setting) {
    case kSetGraphURL:
      checked_graph_url(value);
      break;
    case kSetFirewallData:
      static_cast<void>(net::header_lines("FirewallData", value));
      break;
    case kSetOtherHeaders:
      static_cast<void>(net::header_lines("OtherHeaders", value));
      break;
    case kSetOAuthPKCEVerifier:
      if (!value.empty() && !oauth::valid_verifier(value)) {
        throw Error(713,
                    "OAuthPKCEVerifier must be 43 to 128 letters, digits, '-', '.', '_' or '~' "
                    "(RFC 7636).");
      }
      break;
    case kSetUserAgent:
      check_header_value("UserAgent", value);
      break;
    case kSetUserId:
      check_header_value("UserId", value);
      break;
    case kSetAcceptEncoding:
      check_header_value("AcceptEncoding", value);
      break;
    case kSetSSLCACerts:
      static_cast<void>(net::ca_certificates("SSLCACerts", value));
      break;
    case kSetIfModifiedSince:
      if (!value.empty() && !core::parse_http_date(value)) {
        throw Error(713,
                    "IfModifiedSince must be a date of HTTP such as "
                    "'Sun, 29 Oct 2017 19:43:31 GMT', or empty.");
      }
      break;
    case kSetUseIDNs:
      if (core::parse_bool(value).value_or(false) && !net::knows_idna()) {
        throw Error(713,
                    "UseIDNs cannot be set: this build has no libidn2. Give host names in their "
                    "xn-- form.");
      }
      break;
    case kSetProxyAuthorization:
      check_header_value("ProxyAuthorization", value);
      break;
    default:
      net::check_tls_setting(info().settings[setting].name, value);
      break;
  }
}

void Office365Backup::after_set(int property, int index) {
  if (const auto place = certificates_.find(info().properties[property].name)) {
    place.property->set(place.field, Component::compute(property, index));
    return;
  }
  if (property == kFirewallFirewallType) {
    const auto type = static_cast<std::int32_t>(number(kFirewallFirewallType));
    const std::int32_t port = type == kFirewallNone     ? 0
                              : type == kFirewallTunnel ? kTunnelPort
                                                        : kSocksPort;
    store(kFirewallPort, port);
  } else if (property == kProxyAuthScheme) {
    store(kProxyUser, std::string());
    store(kProxyPassword, std::string());
  } else if (property >= kOAuthAccessToken && property <= kOAuthWebAuthURL) {
    oauth_property_set(property);
  }
}

void Office365Backup::after_set_setting(int setting, int /*index*/) {
  if (setting == kSetLogLevel) {
    log_.set_level(static_cast<int>(setting_number(kSetLogLevel)));
  } else if (setting == kSetKeepAliveTime || setting == kSetKeepAliveInterval) {
    store_setting(kSetTCPKeepAlive, "True");  // setting either switches it on (manual)
  } else if (setting == kSetTransferredRequest) {
    exchange_.keep_request(Component::compute_setting(setting, 0) == "ON");
  } else if (setting == kSetTransferredDataLimit) {
    exchange_.limit_data(setting_number(kSetTransferredDataLimit));
  } else {
    oauth_setting_set(setting);
  }
}

core::Value Office365Backup::compute(int property, int index) const {
  if (const auto place = certificates_.find(info().properties[property].name)) {
    return place.property->get(place.field);
  }
  switch (property) {
    case kMessageCount:
      return static_cast<std::int32_t>(
          std::min<std::int64_t>(counters_.values().listed, INT32_MAX));
    case kOAuthWebAuthURL:
      return web_auth_url();
    default:
      return Component::compute(property, index);
  }
}

std::string Office365Backup::compute_setting(int setting, int index) const {
  const CounterValues sums = counters_.values();
  switch (setting) {
    case kSetPhase:
      return std::to_string(phase_.load());
    case kSetMessagesListed:
      return std::to_string(sums.listed);
    case kSetMessagesSaved:
      return std::to_string(sums.saved);
    case kSetMessagesUnchanged:
      return std::to_string(sums.unchanged);
    case kSetMessagesSkipped:
      return std::to_string(sums.skipped);
    case kSetMessagesGone:
      return std::to_string(sums.gone);
    case kSetMessagesFailed:
      return std::to_string(sums.failed);
    case kSetMessagesPending:
      return std::to_string(sums.pending());
    case kSetMessagesDeleted:
      return std::to_string(sums.deleted);
    case kSetBytesSaved:
      return std::to_string(sums.bytes_saved);
    case kSetRequestsSent:
      return std::to_string(requests_sent_.load());
    case kSetFailedMessage: {
      if (index < 0 || index >= sums.failed) {
        throw Error(606, "FailedMessage[" + std::to_string(index) +
                             "] does not exist: MessagesFailed is " + std::to_string(sums.failed) +
                             ".");
      }
      const FailedMessage failed = counters_.failed_message(index);
      return failed.id + " " + std::to_string(failed.code) + " " + failed.text;
    }
    case kSetLocalHost:
    case kSetLocalPort: {
      // Manual: once there is a connection, its own end of it.
      const LastExchange last = exchange_.read();
      if (!locked() || last.local_address.empty()) {
        return Component::compute_setting(setting, index);
      }
      return setting == kSetLocalHost ? last.local_address : std::to_string(last.local_port);
    }
    case kSetNegotiatedHTTPVersion:
      return exchange_.read().http_version;
    case kSetStatusCode:
      return std::to_string(exchange_.read().status);
    case kSetStatusLine:
      return exchange_.read().status_line;
    case kSetTransferredHeaders:
      return exchange_.read().headers;
    case kSetTransferredData:
      return exchange_.read().data;
    case kSetSentHeaders:
      return exchange_.read().sent_headers;
    case kSetTransferredRequest:
      return exchange_.read().request;
    case kSetBytesTransferred:
      return std::to_string(exchange_.read().octets);
    default: {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (auto told = net::negotiated_value(session_, info().settings[setting].name)) {
        return std::move(*told);
      }
    }
  }
  return oauth_setting(setting, index);
}

// With UseIDNs the whole run speaks of the service by its name in the domain name system, as the
// service itself does in its links.
std::string Office365Backup::ascii_graph_url() const {
  std::string url = setting_text(kSetGraphURL);
  if (!setting_flag(kSetUseIDNs)) {
    return url;
  }
  std::string ascii = net::with_ascii_host(url);
  if (ascii.empty()) {
    throw Error(713, "The host in GraphURL is no internationalized domain name (UseIDNs).");
  }
  return ascii;
}

RunSettings Office365Backup::run_settings(bool resume) const {
  RunSettings settings;
  const std::string graph_url = ascii_graph_url();
  settings.service = checked_graph_url(graph_url);
  settings.graph_url = without_trailing_slash(graph_url);
  settings.user_id = setting_text(kSetUserId);
  settings.dates = graph::parse_date_range(text(kStartDate), text(kEndDate));
  settings.filter = text(kFilter);
  settings.page_size = static_cast<int>(setting_number(kSetMessagePageSize));
  settings.max_connections = static_cast<int>(number(kMaxConnections));
  settings.mailbox_concurrency = static_cast<int>(setting_number(kSetMailboxConcurrency));
  settings.max_retry_count = static_cast<int>(setting_number(kSetMaxRetryCount));
  settings.retry_interval = std::chrono::seconds(setting_number(kSetRetryInterval));
  settings.throttle_wait_limit = std::chrono::seconds(setting_number(kSetThrottleWaitLimit));
  settings.immutable_ids = setting_flag(kSetImmutableIds);
  settings.sync_deletes = flag(kSyncDeletes);
  settings.resume = resume;
  return settings;
}

oauth::WebServerSettings Office365Backup::web_server_settings() const {
  oauth::WebServerSettings settings;
  settings.host = setting_text(kSetOAuthWebServerHost);
  settings.port = static_cast<int>(
      core::parse_int(Component::compute_setting(kSetOAuthWebServerPort, 0)).value_or(0));
  settings.tls = setting_flag(kSetOAuthWebServerSSLEnabled);
  const std::string store = setting_text(kSetOAuthWebServerCertStore);
  if (settings.tls && !store.empty()) {
    const oauth::KeyPair pair = oauth::read_key_pair(
        "OAuthWebServerCertStore", store, setting_number(kSetOAuthWebServerCertStoreType),
        core::Secret(setting_text(kSetOAuthWebServerCertStorePassword)),
        setting_text(kSetOAuthWebServerCertSubject));
    settings.key_pem = oauth::key_pem(pair);
    settings.certificate_pem = oauth::chain_pem(pair);
  }
  return settings;
}

oauth::SignInSettings Office365Backup::sign_in_settings() const {
  oauth::SignInSettings settings;
  settings.token = token_settings();
  settings.web_profile = number(kOAuthClientProfile) != 0;
  settings.device_code = setting_flag(kSetOAuthDeviceCode);
  settings.auth_url = text(kOAuthServerAuthURL);
  settings.authorization_code = core::Secret(text(kOAuthAuthorizationCode));
  settings.return_url = text(kOAuthReturnURL);
  settings.include_empty_redirect_uri = setting_flag(kSetOAuthIncludeEmptyRedirectURI);
  settings.use_pkce = setting_flag(kSetOAuthUsePKCE);
  settings.challenge_method =
      static_cast<oauth::ChallengeMethod>(setting_number(kSetOAuthPKCEChallengeEncoding));
  settings.request_refresh_token = setting_flag(kSetOAuthRequestRefreshToken);
  settings.browser_timeout = setting_number(kSetOAuthBrowserResponseTimeout);
  settings.browser_command = setting_text(kSetOAuthBrowserCommand);
  const bool browser = settings.token.grant == oauth::Grant::kAuthorizationCode ||
                       settings.token.grant == oauth::Grant::kImplicit;
  if (browser && !settings.web_profile && !settings.device_code) {
    settings.web_server = web_server_settings();
  }
  settings.reuse_web_server = setting_flag(kSetOAuthReUseWebServer);
  settings.success_page = setting_text(kSetOAuthWebServerResponse);
  settings.failure_page = setting_text(kSetOAuthWebServerFailedResponse);
  settings.user_id = setting_text(kSetUserId);
  const std::lock_guard<std::mutex> lock(mutex_);
  settings.verifier = verifier_;
  if (!settings.web_profile && settings.return_url == own_return_url_) {
    settings.return_url.clear();  // the next server may have another port
  }
  if (new_code_) {
    settings.token.refresh_token = core::Secret();  // it is of the sign-in before this one
  }
  return settings;
}

net::TransportOptions Office365Backup::transport_options() const {
  net::TransportOptions options =
      net::read_connection_settings([this](std::string_view name) { return value_named(name); });
  options.service = checked_graph_url(ascii_graph_url());
  options.keep_sent_head = true;
  options.max_connections = static_cast<int>(number(kMaxConnections));
  net::add_certificates(certificates_, setting_text(kSetSSLCACerts), options);
  return options;
}

}  // namespace coffer::cloudbackup
