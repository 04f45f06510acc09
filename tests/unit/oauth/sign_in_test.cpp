// Authorize, grant by grant, over a scripted token server and the real embedded web server.
#include "oauth/sign_in.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "core/text.h"
#include "fake_transport.h"
#include "oauth_fakes.h"

using namespace coffer;
using test::code_of;
using test::FakeAnswer;
using test::FakeTransport;

namespace {

constexpr const char* kAuth = "https://login.example/t/authorize";
constexpr const char* kToken = "https://login.example/t/token";

struct News final : oauth::SignInListener {
  // What the user does in the browser: gets the address, returns what the browser then asks the
  // web server for ("" nothing).
  std::function<std::string(const std::string&)> browser;
  std::function<std::string(const std::string&)> posts;  // instead: the body of a POST
  int* port = nullptr;
  std::thread thread;
  std::string url;
  std::string return_address;
  std::string scope_now;
  core::Secret verifier_now;
  core::Secret code_now;
  std::string user_code;
  oauth::Parameters came;
  oauth::RedirectServer* server = nullptr;

  ~News() override {
    if (thread.joinable()) thread.join();
  }
  void authorization_url(const std::string& address) override {
    url = address;
    const int at = server->port();
    thread = std::thread([this, at] {
      if (browser) {
        const std::string target = browser(url);
        if (!target.empty()) test::get(at, target);
      } else if (posts) {
        test::http(at, "POST /", posts(url));
      }
    });
  }
  void return_url(const std::string& address) override { return_address = address; }
  void verifier(const core::Secret& verifier) override { verifier_now = verifier; }
  void code(const core::Secret& code) override { code_now = code; }
  void scope(const std::string& scope) override { scope_now = scope; }
  void device(const std::string& code, const std::string& /*url*/) override { user_code = code; }
  void answered(const oauth::Parameters& parameters) override { came = parameters; }
};

struct Bench {
  FakeTransport transport;
  test::ManualClock clock;
  test::CountingRandom random;
  core::Log log;
  std::vector<std::string> logged;
  oauth::RedirectServer server;
  News news;
  oauth::SignInSettings settings;
  bool interrupted = false;
  std::function<void()> looked = [] {};  // each time the sign-in asks whether it is to go on

  Bench() {
    news.server = &server;
    log.set_level(3);
    log.set_sink([this](int, const std::string& text, const char*) { logged.push_back(text); });
    settings.token.token_url = kToken;
    settings.token.client_id = "id";
    settings.token.scope = "mail.read";
    settings.auth_url = kAuth;
    transport.on(kToken, FakeAnswer::ok(R"({"token_type":"Bearer","access_token":"AT",
        "refresh_token":"RT","expires_in":3599,"scope":"Mail.Read","id_token":"IT"})"));
  }
  oauth::Token run() {
    oauth::SignIn sign_in(settings,
                          oauth::SignInPorts{transport, clock, random, log, server, news, [this] {
                                               looked();
                                               return interrupted;
                                             }});
    return sign_in.run();
  }
  std::string body() const { return transport.requests().back().request.body; }
  bool has_logged(const std::string& words) const {
    for (const std::string& line : logged) {
      if (line.find(words) != std::string::npos) return true;
    }
    return false;
  }
};

std::string state_of(const std::string& url) {
  return test::query_of(url, "state");
}

}  // namespace

TEST_CASE("authorization code: state, PKCE, redirect address, exchange") {
  Bench bench;
  bench.settings.token.client_secret = core::Secret("cs");
  bench.news.browser = [](const std::string& url) {
    return "/?code=THE.CODE&session_state=ss&state=" + state_of(url);
  };
  const oauth::Token token = bench.run();
  CHECK(token.access.reveal() == "AT");
  CHECK(token.refresh.reveal() == "RT");
  const std::string& url = bench.news.url;
  CHECK(url.find(std::string(kAuth) + "?client_id=id&response_type=code&redirect_uri=") == 0);
  CHECK(test::query_of(url, "scope") == "mail.read%20offline_access");
  CHECK(bench.news.scope_now == "mail.read offline_access");
  CHECK(test::query_of(url, "code_challenge_method") == "S256");
  CHECK(test::query_of(url, "code_challenge") ==
        oauth::challenge_of(bench.news.verifier_now, oauth::ChallengeMethod::kS256));
  CHECK(state_of(url).size() == 43);
  CHECK(state_of(url) != bench.news.verifier_now.reveal());
  CHECK(core::percent_decode(test::query_of(url, "redirect_uri")) == bench.news.return_address);
  CHECK(bench.news.return_address == "http://localhost:" + std::to_string(bench.server.port()));
  CHECK(bench.news.code_now.reveal() == "THE.CODE");
  CHECK(bench.body() ==
        "grant_type=authorization_code&client_id=id&client_secret=cs&"
        "code=THE.CODE&redirect_uri=" +
            test::query_of(url, "redirect_uri") + "&code_verifier=" +
            bench.news.verifier_now.reveal() + "&scope=mail.read%20offline_access");
  CHECK(bench.server.active());  // OAuthReUseWebServer
  CHECK(bench.has_logged("No browser could be started"));
  CHECK(bench.has_logged(url));
  CHECK(bench.news.came == oauth::Parameters{{"session_state", "ss"},
                                             {"state", state_of(url)},
                                             {"token_type", "Bearer"},
                                             {"expires_in", "3599"},
                                             {"scope", "Mail.Read"},
                                             {"id_token", "IT"}});
  for (const std::string& line : bench.logged) {
    CHECK(line.find("THE.CODE") == std::string::npos);
    CHECK(line.find(bench.news.verifier_now.reveal()) == std::string::npos);
  }
}

TEST_CASE("each sign-in has a state and a verifier of its own") {
  Bench bench;
  std::vector<std::string> seen;
  for (int i = 0; i < 2; ++i) {
    News news;
    news.server = &bench.server;
    news.browser = [](const std::string& url) { return "/?code=c&state=" + state_of(url); };
    oauth::SignIn(bench.settings, oauth::SignInPorts{bench.transport, bench.clock, bench.random,
                                                     bench.log, bench.server, news, nullptr})
        .run();
    CHECK(oauth::valid_verifier(news.verifier_now.reveal()));
    seen.push_back(news.verifier_now.reveal());
    seen.push_back(state_of(news.url));
  }
  std::sort(seen.begin(), seen.end());
  CHECK(std::unique(seen.begin(), seen.end()) == seen.end());
}

TEST_CASE("what the settings change about the request") {
  Bench bench;
  bench.settings.use_pkce = false;
  bench.settings.request_refresh_token = false;
  bench.settings.reuse_web_server = false;
  bench.settings.return_url = "https://relay.example/back?to=me";
  bench.settings.token.parameters = {{"prompt", "login"}, {"state", "mine"}};
  bench.news.browser = [](const std::string& url) { return "/?code=c&state=" + state_of(url); };
  bench.run();
  CHECK(bench.news.url.find("code_challenge") == std::string::npos);
  CHECK(test::query_of(bench.news.url, "scope") == "mail.read");
  CHECK(test::query_of(bench.news.url, "prompt") == "login");
  CHECK(state_of(bench.news.url).size() == 43);  // ours, not the user's
  CHECK(bench.news.return_address == "");
  CHECK(bench.body().find("redirect_uri=https%3A%2F%2Frelay.example%2Fback%3Fto%3Dme") !=
        std::string::npos);
  CHECK(bench.body().find("code_verifier") == std::string::npos);
  CHECK_FALSE(bench.server.active());
  Bench plain;
  plain.settings.challenge_method = oauth::ChallengeMethod::kPlain;
  plain.news.browser = [](const std::string& url) { return "/?code=c&state=" + state_of(url); };
  plain.run();
  CHECK(test::query_of(plain.news.url, "code_challenge") == plain.news.verifier_now.reveal());
  CHECK(test::query_of(plain.news.url, "code_challenge_method") == "plain");
}

TEST_CASE("a redirect with an error, one without a code, none in time, an interrupt") {
  std::string text;
  Bench refused;
  refused.settings.reuse_web_server = false;
  refused.news.browser = [](const std::string& url) {
    return "/?error=access_denied&error_description=AADSTS65004%3A+declined&state=" + state_of(url);
  };
  CHECK(code_of([&] { refused.run(); }, &text) == 708);
  CHECK(text ==
        "The authorization server refused: access_denied: AADSTS65004: declined. The user "
        "declined the permissions.");
  CHECK(refused.transport.count() == 0);
  CHECK_FALSE(refused.server.active());
  Bench empty;
  empty.news.browser = [](const std::string& url) { return "/?code=&state=" + state_of(url); };
  CHECK(code_of([&] { empty.run(); }) == 707);
  Bench late;
  late.settings.browser_timeout = 30;
  late.looked = [&late] { late.clock.pass(std::chrono::seconds(10)); };
  CHECK(code_of([&] { late.run(); }) == 709);
  Bench interrupted;
  interrupted.interrupted = true;
  CHECK(code_of([&] { interrupted.run(); }) == 301);
}

TEST_CASE("implicit: the token comes with the redirect and nothing is exchanged") {
  Bench bench;
  bench.settings.token.grant = oauth::Grant::kImplicit;
  bench.settings.token.token_url.clear();
  bench.settings.token.refresh_token = core::Secret("never used");
  bench.news.posts = [](const std::string& url) {
    return "access_token=IMPLICIT&token_type=Bearer&expires_in=1200&state=" + state_of(url);
  };
  const oauth::Token token = bench.run();
  CHECK(token.access.reveal() == "IMPLICIT");
  CHECK(token.refresh.empty());
  CHECK(token.expires_in == 1200);
  CHECK(test::query_of(bench.news.url, "response_type") == "token");
  CHECK(test::query_of(bench.news.url, "scope") == "mail.read");
  CHECK(bench.news.url.find("code_challenge") == std::string::npos);
  CHECK(bench.transport.count() == 0);
  Bench other;
  other.settings.token.grant = oauth::Grant::kImplicit;
  other.news.posts = [](const std::string& url) {
    return "access_token=x&token_type=mac&state=" + state_of(url);
  };
  CHECK(code_of([&] { other.run(); }) == 707);
}

TEST_CASE("password: the client's secret is the user's password, and goes nowhere else") {
  Bench bench;
  bench.settings.token.grant = oauth::Grant::kPassword;
  bench.settings.token.client_id.clear();
  bench.settings.token.user_name = "a@b";
  bench.settings.token.client_secret = core::Secret("p w");
  CHECK(bench.run().access.reveal() == "AT");
  CHECK(bench.body() ==
        "grant_type=password&username=a%40b&password=p%20w&scope=mail.read%20offline_access");
  bench.settings.token.client_id = "id";
  bench.settings.token.refresh_token = core::Secret("RT");
  bench.run();
  CHECK(bench.body() ==
        "grant_type=refresh_token&client_id=id&refresh_token=RT&scope=mail.read%20offline_access");
  bench.settings.token.refresh_token = core::Secret();
  bench.settings.token.user_name.clear();
  std::string text;
  CHECK(code_of([&] { bench.run(); }, &text) == 707);
  CHECK(text.find("OAuthPasswordGrantUsername") != std::string::npos);
}

TEST_CASE("the refresh token before the user; the user where it is no longer good") {
  Bench bench;
  bench.settings.token.refresh_token = core::Secret("old");
  bench.transport.on(kToken, FakeAnswer::ok(R"({"token_type":"Bearer","access_token":"AT"})"));
  CHECK(bench.run().refresh.reveal() == "old");  // none came: the old one stays
  CHECK(bench.news.url == "");
  CHECK_FALSE(bench.server.active());
  bench.transport.on(kToken, FakeAnswer::with_status(400, R"({"error":"invalid_grant"})"), 1);
  bench.news.browser = [](const std::string& url) { return "/?code=c&state=" + state_of(url); };
  CHECK(bench.run().access.reveal() == "AT");
  CHECK(bench.has_logged("no longer good"));
  CHECK(bench.body().find("grant_type=authorization_code") == 0);
  // What signing in would not help against is told.
  for (const char* error : {"invalid_client", "invalid_scope", "temporarily_unavailable"}) {
    Bench other;
    other.settings.token.refresh_token = core::Secret("old");
    other.transport.on(kToken,
                       FakeAnswer::with_status(400, R"({"error":")" + std::string(error) + "\"}"));
    CHECK(code_of([&] { other.run(); }) == 708);
    CHECK(other.news.url == "");
  }
}

TEST_CASE("the Web profile: the address, the code of another instance, and what is missing") {
  Bench bench;
  bench.settings.web_profile = true;
  bench.settings.return_url = "https://app.example/callback";
  bench.settings.token.parameters = {{"state", "mine"}};
  const core::Secret verifier(std::string(43, 'v'));
  const std::string url = oauth::web_auth_url(bench.settings, verifier);
  CHECK(url == std::string(kAuth) +
                   "?client_id=id&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2F"
                   "callback&scope=mail.read%20offline_access&code_challenge=" +
                   oauth::challenge_of(verifier, oauth::ChallengeMethod::kS256) +
                   "&code_challenge_method=S256&state=mine");
  std::string text;
  CHECK(code_of([&] { bench.run(); }, &text) == 707);
  CHECK(text.find("OAuth.AuthorizationCode") != std::string::npos);
  CHECK(text.find("OAuth.WebAuthURL") != std::string::npos);
  bench.settings.authorization_code = core::Secret("wc");
  bench.settings.verifier = verifier;
  bench.settings.token.parameters = {};
  CHECK(bench.run().access.reveal() == "AT");
  CHECK(bench.body() ==
        "grant_type=authorization_code&client_id=id&code=wc&redirect_uri=https%3A%2F%2Fapp.example"
        "%2Fcallback&code_verifier=" +
            verifier.reveal() + "&scope=mail.read%20offline_access");
  CHECK_FALSE(bench.server.active());
  CHECK(bench.news.url == "");
  bench.settings.return_url.clear();
  bench.run();
  CHECK(bench.body().find("&redirect_uri=&") != std::string::npos);
  bench.settings.include_empty_redirect_uri = false;
  bench.run();
  CHECK(bench.body().find("redirect_uri") == std::string::npos);
  bench.settings.token.grant = oauth::Grant::kImplicit;
  CHECK(code_of([&] { bench.run(); }) == 707);
}

TEST_CASE("what each grant misses is said before anything happens") {
  const auto code = [](const std::function<void(oauth::SignInSettings&)>& change) {
    Bench bench;
    change(bench.settings);
    const std::int32_t result = code_of([&] { bench.run(); });
    CHECK(bench.transport.count() == 0);
    CHECK_FALSE(bench.server.active());
    return result;
  };
  using Settings = oauth::SignInSettings;
  CHECK(code([](Settings& s) { s.token.client_id.clear(); }) == 707);
  CHECK(code([](Settings& s) { s.auth_url.clear(); }) == 707);
  CHECK(code([](Settings& s) { s.auth_url = "http://login.example/"; }) == 713);
  CHECK(code([](Settings& s) { s.token.token_url.clear(); }) == 707);
  CHECK(code([](Settings& s) { s.token.token_url = "http://login.example/"; }) == 713);
  CHECK(code([](Settings& s) { s.return_url = "no address"; }) == 713);
  CHECK(code([](Settings& s) { s.return_url = "http://localhost/#x"; }) == 713);
  CHECK(code([](Settings& s) {
          s.token.grant = oauth::Grant::kImplicit;
          s.auth_url = "login";
        }) == 713);
  CHECK(code([](Settings& s) {
          s.device_code = true;
          s.token.token_url.clear();
        }) == 707);
  CHECK(code([](Settings& s) { s.auth_url = "https://login.example/t/adminconsent"; }) == 713);
}

TEST_CASE("an administrator's consent brings no code; the application takes its own token") {
  Bench bench;
  bench.settings.auth_url = "https://login.example/t/v2.0/adminconsent";
  bench.settings.user_id = "a@b";
  bench.settings.token.client_secret = core::Secret("cs");
  bench.news.browser = [](const std::string& url) {
    return "/?admin_consent=True&tenant=t&state=" + state_of(url);
  };
  CHECK(bench.run().access.reveal() == "AT");
  CHECK(bench.news.url.find("response_type") == std::string::npos);
  CHECK(bench.news.url.find("scope=") == std::string::npos);
  CHECK(bench.body() ==
        "grant_type=client_credentials&client_id=id&client_secret=cs&"
        "scope=https%3A%2F%2Fgraph.microsoft.com%2F.default");
  REQUIRE(bench.news.came.size() > 1);
  CHECK(bench.news.came[1] == std::pair<std::string, std::string>("tenant", "t"));
}

TEST_CASE("device code, from the question to the token") {
  Bench bench;
  bench.settings.device_code = true;
  bench.transport.set_idle([&bench](std::chrono::milliseconds time) {
    bench.clock.pass(time);
    return true;
  });
  bench.transport.on("https://login.example/t/devicecode",
                     FakeAnswer::ok(R"({"device_code":"DC","user_code":"UC-1",
                         "verification_uri":"https://l.example/d","expires_in":900,"interval":5})"));
  CHECK(bench.run().refresh.reveal() == "RT");
  CHECK(bench.news.user_code == "UC-1");
  CHECK(bench.has_logged("open https://l.example/d in any browser and enter UC-1."));
  CHECK_FALSE(bench.has_logged("DC"));
  CHECK(bench.body().find("device_code=DC") != std::string::npos);
  CHECK_FALSE(bench.server.active());
}
