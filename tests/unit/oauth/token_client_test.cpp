// What goes to a token server, and what its answers mean.
#include <doctest/doctest.h>

#include "core/error.h"
#include "fake_transport.h"
#include "loopback_server.h"
#include "net/curl_transport.h"
#include "oauth/service_advice.h"
#include "oauth/token_client.h"

using namespace coffer;
using coffer::test::FakeAnswer;
using coffer::test::FakeTransport;
using coffer::test::LoopbackServer;

namespace {

constexpr const char* kUrl = "https://login.example/t/oauth2/v2.0/token";

oauth::TokenRequest credentials() {
  oauth::TokenRequest request;
  request.token_url = kUrl;
  request.client_id = "id";
  request.client_secret = core::Secret("s&c=1 é");
  request.scope = "https://graph.microsoft.com/.default";
  return request;
}

net::Outcome reply(int status, const std::string& body) {
  net::Outcome outcome;
  outcome.reply.status = status;
  outcome.reply.status_line = "HTTP/1.1 " + std::to_string(status) + " X";
  outcome.reply.body = body;
  return outcome;
}

std::int32_t code_of(const oauth::TokenRequest& request) {
  FakeTransport transport;
  transport.on(kUrl, FakeAnswer::ok(R"({"token_type":"Bearer","access_token":"a"})"));
  try {
    oauth::fetch_token(transport, request, nullptr);
  } catch (const core::Error& error) {
    CHECK(transport.count() == 0);
    return error.code();
  }
  return 0;
}

}  // namespace

TEST_CASE("client credentials") {
  FakeTransport transport;
  transport.on(kUrl,
               FakeAnswer::ok(R"({"token_type":"bearer","access_token":"abc","expires_in":3599,
      "scope":"x","ext_expires_in":3599,"refresh_token":"r"})"));
  oauth::TokenRequest request = credentials();
  request.parameters = {{"client_id", "other"}, {"claims", "{}"}, {"", "x"}};
  const oauth::Token token = oauth::fetch_token(transport, request, nullptr);
  CHECK(token.access.reveal() == "abc");
  CHECK(token.refresh.reveal() == "r");
  CHECK(token.expires_in == 3599);
  CHECK(token.type == "Bearer");
  const auto seen = transport.requests();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].request.method == "POST");
  CHECK(seen[0].request.peer == net::Peer::kToken);
  CHECK(seen[0].request.authorization == "");
  CHECK(seen[0].request.body ==
        "grant_type=client_credentials&client_id=id&client_secret=s%26c%3D1%20%C3%A9&"
        "scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&claims=%7B%7D");
}

TEST_CASE("refresh token") {
  FakeTransport transport;
  transport.on(kUrl, FakeAnswer::ok(R"({"token_type":"Bearer","access_token":"abc"})"));
  oauth::TokenRequest request = credentials();
  request.grant = oauth::TokenGrant::kRefreshToken;
  request.client_secret = core::Secret();
  request.refresh_token = core::Secret("r/1");
  request.scope.clear();
  CHECK(oauth::fetch_token(transport, request, nullptr).access.reveal() == "abc");
  CHECK(transport.requests()[0].request.body ==
        "grant_type=refresh_token&client_id=id&refresh_token=r%2F1");
}

TEST_CASE("what is missing or unsafe is said before anything is sent") {
  oauth::TokenRequest request = credentials();
  for (const char* url :
       {"http://login.example/token", "ftp://x/", "login.example", "https://u:p@h/"}) {
    CAPTURE(url);
    request.token_url = url;
    CHECK(code_of(request) == 713);
  }
  request.token_url.clear();
  CHECK(code_of(request) == 707);
  request = credentials();
  request.client_id.clear();
  CHECK(code_of(request) == 707);
  request = credentials();
  request.grant = oauth::TokenGrant::kRefreshToken;
  CHECK(code_of(request) == 707);
}

TEST_CASE("answers that are no token") {
  const struct {
    int status;
    const char* body;
    int code;
    bool transient;
    const char* words;
  } cases[] = {
      {200, R"({"token_type":"mac","access_token":"a"})", 707, false, "Bearer"},
      {200, R"({"access_token":"a"})", 707, false, "Bearer"},
      {200, R"({"token_type":"Bearer"})", 707, false, "no usable"},
      {200, R"({"token_type":"Bearer","access_token":""})", 707, false, "no usable"},
      {200, R"({"token_type":"Bearer","access_token":"a\r\nX: y"})", 707, false, "no usable"},
      {200, R"({"token_type":"Bearer","access_token":1})", 707, false, "no usable"},
      {200, "<html>", 706, false, ""},
      {200, "[]", 706, false, ""},
      {200, "", 706, false, ""},
      {200, R"({"error":"invalid_grant"})", 708, false, "invalid_grant"},
      {400,
       R"({"error":"invalid_grant","error_description":"AADSTS70008: The token expired.\r\nTrace ID: x","error_codes":[70008]})",
       708, false, "The refresh token has expired. Call Authorize"},
      {401,
       R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided."})",
       708, false, "take its value, not its id"},
      {400, R"({"error":"invalid_scope","error_description":"nope"})", 708, false,
       "Check AuthorizationScope"},
      {400, R"({"error":"temporarily_unavailable"})", 708, true, ""},
      {400, R"({"error":"x","error_codes":[90006]})", 708, true, ""},
      {429, R"({"error":"x"})", 708, true, ""},
      {503, "<html>busy</html>", 151, true, "503"},
      {404, "not here", 151, false, "ServerTokenURL"},
      {400, R"({"message":"?"})", 151, false, "400"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.body);
    const oauth::TokenResult result = oauth::read_token_reply(reply(one.status, one.body));
    CHECK(result.code == one.code);
    CHECK(result.transient == one.transient);
    CHECK(result.text.find(one.words) != std::string::npos);
    CHECK(result.text.find_first_of("\r\n") == std::string::npos);
    CHECK(result.token.access.empty());
  }
  net::Outcome broken;
  broken.code = 10061;
  broken.text = "refused.";
  broken.transient = true;
  CHECK(oauth::read_token_reply(broken).code == 10061);
  CHECK(oauth::read_token_reply(broken).transient);
}

TEST_CASE("expires_in as a number, as a string, as nonsense") {
  const auto life = [](const std::string& value) {
    return oauth::read_token_reply(
               reply(200,
                     R"({"token_type":"Bearer","access_token":"a","expires_in":)" + value + "}"))
        .token.expires_in;
  };
  CHECK(life("3600") == 3600);
  CHECK(life("\"3600\"") == 3600);
  CHECK(life("59.9") == 59);
  CHECK(life("0") == 0);
  for (const char* bad : {"-1", "\"soon\"", "null", "{}", "1e400"}) {
    CAPTURE(bad);
    CHECK_FALSE(life(bad).has_value());
  }
  CHECK(life("1e300") == 10LL * 365 * 24 * 3600);
}

TEST_CASE("long descriptions are cut between characters") {
  std::string description;
  for (int i = 0; i < 400; ++i)
    description += "é";
  const oauth::TokenResult result = oauth::read_token_reply(
      reply(400, R"({"error":"x","error_description":")" + description + "\"}"));
  CHECK(result.text.size() < 700);
  CHECK(result.text.find("…") != std::string::npos);
}

TEST_CASE("waiting for a token can be interrupted") {
  FakeTransport transport;
  transport.on(kUrl, FakeAnswer::ok("{}").held());
  int asked = 0;
  transport.set_idle([](std::chrono::milliseconds) { return true; });
  try {
    oauth::fetch_token(transport, credentials(), [&] { return ++asked > 3; });
    FAIL("not interrupted");
  } catch (const core::Error& error) {
    CHECK(error.code() == 301);
  }
  CHECK(transport.in_flight() == 0);
  CHECK(transport.requests()[0].cancelled);
}

TEST_CASE(
    "over the wire: no credentials of ours reach a token server, redirects are not followed") {
  LoopbackServer elsewhere(LoopbackServer::always("{}"));
  LoopbackServer server([&](test::Peer& peer) {
    while (true) {
      const std::string request = peer.request();
      if (request.empty()) return;
      if (request.find("POST /moved") == 0) {
        peer.reply("", "307 Moved", "Location: " + elsewhere.url() + "\r\n");
      } else {
        peer.reply(R"({"token_type":"Bearer","access_token":"abc"})");
      }
    }
  });
  net::TransportOptions options;
  options.service = net::Url::parse(server.url());
  options.follow_redirects = 1;
  options.other_headers = {"X-Own: hush"};
  const auto transport = net::make_curl_transport(options);
  oauth::TokenRequest request = credentials();
  request.token_url = server.url("/token");
  CHECK(oauth::fetch_token(*transport, request, nullptr).access.reveal() == "abc");
  CHECK(server.received().find("hush") == std::string::npos);
  CHECK(server.received().find("Content-Type: application/x-www-form-urlencoded\r\n") !=
        std::string::npos);
  request.token_url = server.url("/moved");
  try {
    oauth::fetch_token(*transport, request, nullptr);
    FAIL("followed");
  } catch (const core::Error& error) {
    CHECK(error.code() == 151);
  }
  CHECK(elsewhere.connections() == 0);
}

TEST_CASE("claims of a token") {
  // {"alg":"none"} . {"tid":"t","oid":"o"} . signature
  CHECK(oauth::jwt_claims("eyJhbGciOiJub25lIn0.eyJ0aWQiOiJ0Iiwib2lkIjoibyJ9.c2ln") ==
        R"({"tid":"t","oid":"o"})");
  for (const char* opaque :
       {"", "EwBYA8l6BAAU", "a.b", "a.b.c", "a..c", "a.W10.c", "a.e30", "a.e30.c.d", "a.!!!!.c"}) {
    CAPTURE(opaque);
    CHECK(oauth::jwt_claims(opaque) == "");
  }
  CHECK(oauth::jwt_claims("a.e30.c") == "{}");
}

TEST_CASE("numbers in descriptions") {
  CHECK(oauth::aadsts_numbers("AADSTS70008: x AADSTS50076.") == std::vector<long>{70008, 50076});
  CHECK(oauth::aadsts_numbers("AADSTS AADSTSx AADSTS99999999999999999999").empty());
}
