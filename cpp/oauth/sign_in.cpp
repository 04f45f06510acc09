#include "oauth/sign_in.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "oauth/browser.h"
#include "oauth/device_code.h"

namespace coffer::oauth {

namespace {

using core::Error;

constexpr std::chrono::milliseconds kLookAround{100};

bool wants_refresh_token(const SignInSettings& settings) {
  // Client credentials never get one, and .default cannot be mixed; implicit may not (RFC 6749
  // section 4.2.2).
  const Grant grant = settings.token.grant;
  return settings.request_refresh_token && grant != Grant::kClientCredentials &&
         grant != Grant::kImplicit;
}

std::string scope_of(const SignInSettings& settings) {
  return wants_refresh_token(settings) ? with_offline_access(settings.token.scope)
                                       : settings.token.scope;
}

std::optional<std::string> redirect_uri_of(const SignInSettings& settings) {
  if (settings.return_url.empty() && !settings.include_empty_redirect_uri) return std::nullopt;
  return settings.return_url;
}

void check_client(const SignInSettings& settings) {
  if (settings.token.client_id.empty()) {
    throw Error(707, "There is no token: set OAuth.ClientId.");
  }
}

void check_return_url(const std::string& url) {
  // RFC 6749 section 3.1.2: absolute, without a fragment.
  if (url.empty()) return;
  if (!net::Url::parse(url).valid || url.find('#') != std::string::npos) {
    throw Error(713, "ReturnURL must be an absolute http or https URL without '#'.");
  }
}

AuthorizationRequest authorization_request(const SignInSettings& settings,
                                           const core::Secret& verifier) {
  AuthorizationRequest request;
  request.auth_url = settings.auth_url;
  request.client_id = settings.token.client_id;
  request.redirect_uri = redirect_uri_of(settings);
  request.parameters = settings.token.parameters;
  if (is_admin_consent(settings.auth_url)) {
    request.response_type.clear();
    return request;
  }
  request.scope = scope_of(settings);
  if (settings.token.grant == Grant::kImplicit) {
    request.response_type = "token";
  } else if (!verifier.empty()) {
    request.challenge = challenge_of(verifier, settings.challenge_method);
    request.challenge_method =
        settings.challenge_method == ChallengeMethod::kPlain ? "plain" : "S256";
  }
  return request;
}

// The port that an address of this machine names, 0 when it names none.
int explicit_loopback_port(const std::string& address) {
  const net::Url url = net::Url::parse(address);
  if (!url.valid || !url.is_loopback()) return 0;
  const std::string written = ":" + std::to_string(url.port);
  const std::size_t host = address.find("://") + 3;
  const std::size_t end = address.find_first_of("/?", host);
  const std::string authority = address.substr(host, end - host);
  const bool named =
      authority.size() >= written.size() &&
      authority.compare(authority.size() - written.size(), written.size(), written) == 0;
  return named ? url.port : 0;
}

// Stops waiting, and the server where it is not to be used again.
class Waiting {
 public:
  Waiting(RedirectServer& server, bool keep) : server_(server), keep_(keep) {}
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() {
    server_.forget();
    if (!keep_) server_.stop();
  }

 private:
  RedirectServer& server_;
  bool keep_;
};

}  // namespace

std::string web_auth_url(const SignInSettings& settings, const core::Secret& verifier) {
  check_client(settings);
  check_server_url("ServerAuthURL", settings.auth_url);
  check_return_url(settings.return_url);
  return url_of(authorization_request(settings, verifier));
}

SignIn::SignIn(SignInSettings settings, SignInPorts ports)
    : settings_(std::move(settings)), ports_(std::move(ports)) {}

TokenRequest SignIn::request(TokenGrant grant) const {
  TokenRequest request = client_request(settings_.token);
  request.grant = grant;
  if (grant != TokenGrant::kClientCredentials) request.scope = scope_of(settings_);
  return request;
}

Token SignIn::taken(TokenResult result) {
  if (result.code != 0) throw Error(result.code, result.text);
  answered_.insert(answered_.end(), result.members.begin(), result.members.end());
  ports_.listener.answered(answered_);
  return std::move(result.token);
}

Token SignIn::run() {
  const Grant grant = settings_.token.grant;
  if (settings_.web_profile && grant == Grant::kImplicit) {
    throw Error(707,
                "The Web profile has no implicit grant: set OAuth.GrantType to "
                "cogtAuthorizationCode, or OAuth.ClientProfile to cocpApplication.");
  }
  if (const std::string scope = scope_of(settings_); scope != settings_.token.scope) {
    // Manual, OAuthRequestRefreshToken: "the class will add the scope to the field".
    settings_.token.scope = scope;
    ports_.listener.scope(scope);
  }
  if (auto token = refreshed()) return std::move(*token);
  if (grant == Grant::kClientCredentials) {
    return taken(
        request_token(ports_.transport, request(TokenGrant::kClientCredentials), ports_.cancelled));
  }
  if (grant == Grant::kPassword) {
    const TokenRequest password = request(TokenGrant::kPassword);
    if (password.user_name.empty() || password.password.empty()) {
      throw Error(707,
                  "There is no token: the password grant needs OAuthPasswordGrantUsername and the "
                  "user's password in OAuth.ClientSecret.");
    }
    return taken(request_token(ports_.transport, password, ports_.cancelled));
  }
  if (settings_.web_profile) {
    if (settings_.authorization_code.empty()) {
      throw Error(
          707,
          "There is no token: with the Web profile, direct the user to OAuth.WebAuthURL and "
          "set OAuth.AuthorizationCode to the code that comes back to ReturnURL (or set "
          "OAuth.RefreshToken).");
    }
    const core::Secret verifier = settings_.use_pkce ? settings_.verifier : core::Secret();
    return with_code(settings_.authorization_code, verifier, redirect_uri_of(settings_));
  }
  check_client(settings_);
  if (settings_.device_code && grant == Grant::kAuthorizationCode) return through_device();
  return through_browser();
}

std::optional<Token> SignIn::refreshed() {
  const Grant grant = settings_.token.grant;
  if (settings_.token.refresh_token.empty() || grant == Grant::kClientCredentials ||
      grant == Grant::kImplicit) {
    return std::nullopt;
  }
  TokenRequest refresh = request(TokenGrant::kRefreshToken);
  refresh.refresh_token = settings_.token.refresh_token;
  TokenResult result = request_token(ports_.transport, refresh, ports_.cancelled);
  // graph-mail 8.4: with these only the user helps; any other refusal would meet the user too.
  const bool user_helps = result.error == "invalid_grant" ||
                          result.error == "interaction_required" ||
                          result.error == "login_required" || result.error == "consent_required";
  const bool user_there = !settings_.web_profile || !settings_.authorization_code.empty();
  if (result.code != 0 && user_helps && user_there) {
    ports_.log.info("The refresh token is no longer good; the user has to sign in. " + result.text);
    return std::nullopt;
  }
  Token token = taken(std::move(result));
  // graph-mail 8.4: without a new one the old one stays good.
  if (token.refresh.empty()) token.refresh = settings_.token.refresh_token;
  return token;
}

Token SignIn::with_code(const core::Secret& code, const core::Secret& verifier,
                        const std::optional<std::string>& redirect_uri) {
  TokenRequest exchange = request(TokenGrant::kAuthorizationCode);
  exchange.code = code;
  exchange.verifier = verifier;
  exchange.redirect_uri = redirect_uri;
  return taken(request_token(ports_.transport, exchange, ports_.cancelled));
}

Token SignIn::through_device() {
  const TokenRequest poll = request(TokenGrant::kDeviceCode);
  check_token_request(poll);
  const DeviceAuthorization device = request_device_code(
      ports_.transport, device_url_of(settings_.auth_url), poll, ports_.cancelled);
  ports_.listener.device(device.user_code, device.verification_url);
  ports_.log.info("To sign in, open " + device.verification_url + " in any browser and enter " +
                  device.user_code + ".");
  TokenRequest asking = poll;
  asking.code = device.device_code;
  return taken(poll_device_token(ports_.transport, ports_.clock, asking, device,
                                 settings_.browser_timeout, ports_.cancelled));
}

void SignIn::start_server() {
  WebServerSettings server = settings_.web_server;
  // A fixed address is of use only where somebody listens at it.
  if (server.port == 0) server.port = explicit_loopback_port(settings_.return_url);
  ports_.server.start(server);
  if (settings_.return_url.empty()) {
    settings_.return_url = ports_.server.address();
    ports_.listener.return_url(settings_.return_url);
  }
}

loopback::Fields SignIn::wait_for_browser(const std::string& url) {
  Browser browser;
  const auto show = [&] {
    ports_.log.info("No browser could be started. To sign in, open this address in one: " + url);
  };
  ports_.listener.authorization_url(url);
  if (browser.open(settings_.browser_command, url)) {
    ports_.log.info("The browser was started; waiting for the user to sign in.");
  } else {
    show();
  }
  const core::Clock::Time begin = ports_.clock.now();
  while (true) {
    if (auto fields = ports_.server.wait(kLookAround)) return std::move(*fields);
    if (ports_.cancelled && ports_.cancelled()) throw Error(301, "Authorize was interrupted.");
    if (browser.failed()) show();
    if (settings_.browser_timeout > 0 &&
        ports_.clock.now() - begin >= std::chrono::seconds(settings_.browser_timeout)) {
      throw Error(709,
                  "No answer came from the browser within OAuthBrowserResponseTimeout. If the "
                  "browser showed an error, it is there; a redirect address that is not registered "
                  "(AADSTS50011) is the most frequent.");
    }
  }
}

Token SignIn::through_browser() {
  const bool implicit = settings_.token.grant == Grant::kImplicit;
  const bool consent = is_admin_consent(settings_.auth_url);
  check_server_url("ServerAuthURL", settings_.auth_url);
  check_return_url(settings_.return_url);
  if (!implicit) check_token_request(request(TokenGrant::kAuthorizationCode));
  if (consent && settings_.user_id.empty()) {
    throw Error(713,
                "An administrator's consent is for the application alone, which has no mailbox of "
                "its own: set UserId.");
  }
  start_server();
  const Waiting waiting(ports_.server, settings_.reuse_web_server);

  core::Secret verifier;
  if (settings_.use_pkce && !implicit && !consent) {
    verifier = random_text(ports_.random);
    ports_.listener.verifier(verifier);
  }
  Expectation expectation;
  expectation.state = random_text(ports_.random);
  expectation.fragment = implicit;
  expectation.success_page = settings_.success_page;
  expectation.failure_page = settings_.failure_page;
  AuthorizationRequest ask = authorization_request(settings_, verifier);
  ask.state = expectation.state.reveal();
  ports_.server.expect(std::move(expectation));

  loopback::Fields fields = wait_for_browser(url_of(ask));
  const std::string error = field_of(fields, "error");
  if (!error.empty()) {
    const TokenResult refused = refusal(error, field_of(fields, "error_description"));
    throw Error(refused.code, refused.text);
  }
  for (const auto& field : fields) {
    const bool held = field.first == "code" || field.first == "access_token";
    // JSON's rule for settings: what is no UTF-8 cannot be read back.
    if (!held && core::valid_utf8(field.first) && core::valid_utf8(field.second)) {
      answered_.push_back(field);
    }
  }
  if (implicit) {
    Token token = taken(read_token_fields(fields));
    for (auto& field : fields)
      core::wipe(field.second);
    return token;
  }
  if (consent) return admin_consented();
  const core::Secret code(field_of(fields, "code"));
  if (code.empty()) throw Error(707, "The browser brought no authorization code back.");
  ports_.listener.code(code);
  return with_code(code, verifier, redirect_uri_of(settings_));
}

Token SignIn::admin_consented() {
  ports_.log.info("The administrator has consented; the application asks for its own token.");
  TokenSettings own = settings_.token;
  own.grant = Grant::kClientCredentials;
  own.scope.clear();  // what was granted: .default
  return taken(request_token(ports_.transport, client_request(own), ports_.cancelled));
}

}  // namespace coffer::oauth
