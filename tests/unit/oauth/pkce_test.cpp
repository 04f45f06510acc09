// PKCE against RFC 7636, and the addresses that a browser is sent to.
#include "oauth/pkce.h"

#include <doctest/doctest.h>

#include "oauth/authorization_url.h"
#include "oauth_fakes.h"

using namespace coffer;

TEST_CASE("RFC 7636 appendix B") {
  // The 32 octets of the appendix.
  class Appendix final : public crypto::Random {
    void fill(std::uint8_t* data, std::size_t size) override {
      constexpr std::uint8_t kOctets[] = {116, 24,  223, 180, 151, 153, 224, 37,  79,  250, 96,
                                          125, 216, 173, 187, 186, 22,  212, 37,  77,  105, 214,
                                          191, 240, 91,  88,  5,   88,  83,  132, 141, 121};
      REQUIRE(size == sizeof kOctets);
      std::memcpy(data, kOctets, size);
    }
  } random;
  const core::Secret verifier = oauth::random_text(random);
  CHECK(verifier.reveal() == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  CHECK(oauth::challenge_of(verifier, oauth::ChallengeMethod::kS256) ==
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  CHECK(oauth::challenge_of(verifier, oauth::ChallengeMethod::kPlain) == verifier.reveal());
  CHECK(oauth::valid_verifier(verifier.reveal()));
}

TEST_CASE("what may be a verifier") {
  CHECK_FALSE(oauth::valid_verifier(std::string(42, 'a')));
  CHECK(oauth::valid_verifier(std::string(43, '~')));
  CHECK(oauth::valid_verifier(std::string(128, '.')));
  CHECK_FALSE(oauth::valid_verifier(std::string(129, 'a')));
  for (const char c : {' ', '+', '/', '=', '%', '\n', '\x80'}) {
    CHECK_FALSE(oauth::valid_verifier(std::string(50, 'a') + c));
  }
}

TEST_CASE("two random texts of the system differ") {
  crypto::SystemRandom random;
  const core::Secret one = oauth::random_text(random);
  CHECK(one.reveal().size() == 43);
  CHECK(one.reveal() != oauth::random_text(random).reveal());
}

TEST_CASE("the authorization request") {
  oauth::AuthorizationRequest request;
  request.auth_url = "https://login.example/t/authorize";
  request.client_id = "the id";
  request.redirect_uri = "http://localhost:1234";
  request.scope = "mail.read offline_access";
  request.state = "s";
  request.challenge = "c";
  request.challenge_method = "S256";
  request.parameters = {{"prompt", "select_account"}, {"state", "other"}, {"", "x"}};
  CHECK(oauth::url_of(request) ==
        "https://login.example/t/authorize?client_id=the%20id&response_type=code&"
        "redirect_uri=http%3A%2F%2Flocalhost%3A1234&scope=mail.read%20offline_access&state=s&"
        "code_challenge=c&code_challenge_method=S256&prompt=select_account");
  request = {};
  request.auth_url = "https://login.example/authorize?p=policy";
  request.client_id = "id";
  CHECK(oauth::url_of(request) ==
        "https://login.example/authorize?p=policy&client_id=id&response_type=code");
  request.redirect_uri = "";
  CHECK(oauth::url_of(request).find("&redirect_uri=") != std::string::npos);
  request.auth_url = "https://login.example/authorize?";
  CHECK(oauth::url_of(request).find("authorize?client_id=") != std::string::npos);
}

TEST_CASE("offline_access is added once") {
  CHECK(oauth::with_offline_access("mail.read") == "mail.read offline_access");
  CHECK(oauth::with_offline_access("") == "offline_access");
  CHECK(oauth::with_offline_access("offline_access x") == "offline_access x");
  CHECK(oauth::with_offline_access("not_offline_access") == "not_offline_access offline_access");
}

TEST_CASE("addresses that are none, or not safe") {
  const auto code = [](const char* url) {
    return test::code_of([&] { oauth::check_server_url("ServerAuthURL", url); });
  };
  CHECK(code("") == 707);
  for (const char* bad : {"login.example", "ftp://login.example/", "http://login.example/",
                          "https://u:p@login.example/", "https://login.example/#x", "https://"}) {
    CAPTURE(bad);
    CHECK(code(bad) == 713);
  }
  for (const char* good : {"https://login.example/a", "http://localhost:1/a", "http://127.0.0.1/",
                           "http://[::1]:8080/a?b=c"}) {
    CAPTURE(good);
    CHECK(code(good) == 0);
  }
}

TEST_CASE("the device endpoint beside the authorization endpoint") {
  CHECK(oauth::device_url_of("https://l.example/t/oauth2/v2.0/authorize") ==
        "https://l.example/t/oauth2/v2.0/devicecode");
  CHECK(oauth::device_url_of("https://l.example/authorize?p=1") ==
        "https://l.example/devicecode?p=1");
  CHECK(oauth::device_url_of("https://l.example/device/auth") == "https://l.example/device/auth");
  CHECK(oauth::is_admin_consent("https://l.example/t/v2.0/adminconsent"));
  CHECK(oauth::is_admin_consent("https://l.example/t/adminconsent?x=y"));
  CHECK_FALSE(oauth::is_admin_consent("https://l.example/adminconsent/authorize"));
}
