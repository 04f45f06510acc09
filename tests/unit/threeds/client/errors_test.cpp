// emv-3ds.md 11.3, row by row: which Erro goes to the ACS or must not, what the properties say,
// what the method fails with, and that no key is left.
#include "fixture.h"

using namespace threeds_test;
using namespace coffer::threeds;

namespace {

// What goes wrong when the second CReq is answered.
using Spoil = std::function<void(ClientRig&)>;

struct Row {
  std::string name;
  const char* versions;  // 1, 2, 3
  const char* erro;      // errorCode of the Erro that goes out; "" for none
  const char* detail;    // part of errorDetail
  std::int32_t code;
  bool event;  // on_error
  Spoil spoil;
};

Spoil edited(ScriptedAcs::Edit edit) {
  return [edit = std::move(edit)](ClientRig& rig) { rig.acs.screen(1, edit); };
}

Spoil sealed(std::string json) {
  return [json = std::move(json)](ClientRig& rig) {
    rig.acs.say([&rig, json](const std::string&) { return FakeAnswer::ok(rig.acs.seal(json)); });
  };
}

Spoil clear(std::string body, int status = 200) {
  return [body = std::move(body), status](ClientRig& rig) { rig.acs.say_clear(body, status); };
}

Spoil packet(std::function<std::string(std::string)> change) {
  return [change = std::move(change)](ClientRig& rig) {
    rig.acs.say([&rig, change](const std::string&) {
      return FakeAnswer::ok(change(rig.acs.seal(rig.acs.screen_message(1).json())));
    });
  };
}

std::string erro_text(const char* code) {
  return Members()
      .text("messageType", "Erro")
      .text("messageVersion", "2.2.0")
      .text("errorCode", code)
      .text("errorComponent", "A")
      .text("errorDescription", "No")
      .text("errorDetail", "why")
      .json();
}

// One part of a compact JWE with its last character but one changed.
std::string bent(std::string jwe, int part) {
  std::size_t end = 0;
  for (int i = 0; i <= part; ++i) {
    end = jwe.find('.', end == 0 && i == 0 ? 0 : end + 1);
  }
  end = end == std::string::npos ? jwe.size() : end;
  char& c = jwe[end - 2];
  c = c == 'A' ? 'B' : 'A';
  return jwe;
}

std::vector<Row> rows() {
  const std::string html = "<html><body>Busy</body></html>";
  return {
      {"an HTML page with status 200", "123", "101", "", 1101, true, clear(html)},
      {"an empty body", "123", "101", "", 1101, true, clear("")},
      {"JSON that is neither", "123", "101", "", 1101, true, clear(R"({"messageType":"RReq"})")},
      {"sealed text that is no JSON", "123", "101", "", 1101, true, sealed("no JSON")},
      {"sealed ARes", "123", "101", "", 1101, true, sealed(R"({"messageType":"ARes"})")},
      {"a reply that is too long", "123", "101", "", 1101, true,
       clear(std::string(kMaxReply + 1, 'x'))},
      {"messageVersion differs", "12", "203", "messageVersion", 1102, true,
       edited([](Members& m) { m.text("messageVersion", "2.3.1"); })},
      {"messageVersion differs", "3", "203", "messageVersion", 1102, true,
       edited([](Members& m) { m.text("messageVersion", "2.1.0"); })},
      {"messageVersion is unknown", "123", "102", "messageVersion", 1102, true,
       edited([](Members& m) { m.text("messageVersion", "9.9.9"); })},
      {"a required element is missing", "123", "201", "acsUiType", 1201, true,
       edited([](Members& m) { m.without("acsUiType"); })},
      {"a mandatory element of the template is missing", "123", "201", "submitAuthenticationLabel",
       1201, true, edited([](Members& m) { m.without("submitAuthenticationLabel"); })},
      {"HTML without acsHTML", "123", "201", "acsHTML", 1201, true,
       [](ClientRig& rig) { rig.acs.screen(5, [](Members& m) { m.without("acsHTML"); }); }},
      {"a critical extension that nobody knows", "123", "202", "A9", 1202, true,
       edited([](Members& m) {
         m.raw("messageExtension",
               R"([{"name":"n","id":"A9","criticalityIndicator":true,"data":{}}])");
       })},
      {"an enumeration's value", "123", "203", "challengeCompletionInd", 1101, true,
       edited([](Members& m) { m.text("challengeCompletionInd", "X"); })},
      {"oobAppURL without https", "3", "203", "oobAppURL", 1101, true,
       [](ClientRig& rig) {
         rig.acs.screen(4, [](Members& m) {
           m.text("oobAppURL", "http://x.test/").text("oobAppLabel", "Open");
         });
       }},
      {"a reserved value", "3", "207", "acsUiType", 1101, true,
       edited([](Members& m) { m.text("acsUiType", "08"); })},
      {"a name twice", "123", "204", "acsUiType", 1101, true,
       edited([](Members& m) { m.again("acsUiType", "\"01\""); })},
      {"another transaction's id", "123", "301", "acsTransID", 1301, true,
       edited([](Members& m) { m.text("acsTransID", kDsId); })},
      {"an old counter", "123", "302", "acsCounterAtoS", 1302, true,
       edited([](Members& m) { m.text("acsCounterAtoS", "000"); })},
      {"a counter that jumps", "123", "302", "acsCounterAtoS", 1302, true,
       edited([](Members& m) { m.text("acsCounterAtoS", "007"); })},
      {"a wrong tag", "123", "302", "", 1302, true,
       packet([](std::string jwe) { return bent(std::move(jwe), 4); })},
      {"changed ciphertext", "123", "302", "", 1302, true,
       packet([](std::string jwe) { return bent(std::move(jwe), 3); })},
      {"a changed header", "123", "302", "", 1302, true,
       packet([](std::string jwe) { return bent(std::move(jwe), 0); })},
      {"four parts", "123", "302", "", 1302, true,
       packet([](const std::string& jwe) { return jwe.substr(0, jwe.rfind('.')); })},
      {"six parts", "123", "302", "", 1302, true,
       packet([](const std::string& jwe) { return jwe + ".AAAA"; })},
      {"a CRes in clear", "123", "302", "", 1302, true,
       [](ClientRig& rig) {
         rig.acs.say([&rig](const std::string&) {
           return FakeAnswer::ok(rig.acs.screen_message(1).json());
         });
       }},
      {"an Erro in clear", "123", "", "why", 1201, true, clear(erro_text("201"))},
      {"an Erro with status 400", "123", "", "why", 1302, true, clear(erro_text("302"), 400)},
      {"a sealed Erro", "123", "", "why", 1101, true, sealed(erro_text("305"))},
      {"an Erro whose code is none", "123", "", "why", 605, false, clear(erro_text("abc"))},
      {"status 502 with HTML", "123", "", "", 151, false, clear(html, 502)},
      {"a redirect", "123", "", "", 151, false, clear("", 302)},
      {"no connection", "123", "", "", 10061, false,
       [](ClientRig& rig) {
         rig.network.transport.on(std::string(kAcsUrl), FakeAnswer::failure(10061, true));
       }},
      {"no handshake", "123", "", "", 276, false,
       [](ClientRig& rig) {
         rig.network.transport.on(std::string(kAcsUrl), FakeAnswer::failure(276, false));
       }},
      {"a refused certificate", "123", "", "", 280, false,
       [](ClientRig& rig) {
         rig.network.transport.on(std::string(kAcsUrl), FakeAnswer::failure(280, false));
       }},
      {"a reply cut short", "123", "", "", 1120, false,
       [](ClientRig& rig) {
         rig.acs.say([](const std::string&) { return FakeAnswer::ok("ey").fails(1120, true); });
       }},
      {"no answer for ten seconds", "123", "402", "", 201, false,
       [](ClientRig& rig) {
         rig.acs.say([](const std::string&) { return FakeAnswer::ok("never").held(); });
       }},
      {"SDKMaxTimeout passes while waiting", "123", "402", "", 201, false,
       [](ClientRig& rig) {
         rig.client.set(kTimeout, 0, 0);
         rig.acs.say([](const std::string&) { return FakeAnswer::ok("never").held(); });
       }},
      {"SDKMaxTimeout passes between two calls", "123", "402", "", 201, false,
       [](ClientRig& rig) { rig.network.clock.advance(std::chrono::minutes(5)); }},
  };
}

void check_erro(const Row& row, const ClientRig& rig) {
  const auto& erros = rig.acs.erros;
  const std::string shown = rig.text(kErrorPacket);
  if (*row.erro == '\0') {
    CHECK(erros.empty());
  } else {
    REQUIRE(erros.size() == 1);
    CHECK(shown == erros.front());
    CHECK(ClientRig::member(shown, "messageType") == "Erro");
    CHECK(ClientRig::member(shown, "errorCode") == row.erro);
    CHECK(ClientRig::member(shown, "errorComponent") == "C");
    CHECK(ClientRig::member(shown, "messageVersion") == version_text(rig.version));
    CHECK(ClientRig::member(shown, "sdkTransID") == rig.text(kSDKTransactionId));
    CHECK(ClientRig::member(shown, "acsTransID") == kAcsId);
    CHECK(rig.packets_out.back() == shown);
    const auto headers = rig.network.transport.requests().back().request.headers;
    CHECK(headers.at(0) == "Content-Type: application/json; charset=utf-8");
  }
}

void check_settings(const Row& row, ClientRig& rig) {
  const std::string shown = rig.text(kErrorPacket);
  if (shown.empty()) {
    CHECK(rig.client.config("ErrorCode").empty());
    return;
  }
  CHECK(rig.client.config("ErrorCode") == ClientRig::member(shown, "errorCode"));
  CHECK(rig.client.config("ErrorDescription") == ClientRig::member(shown, "errorDescription"));
  CHECK(rig.client.config("ErrorDetail") == ClientRig::member(shown, "errorDetail"));
  CHECK(rig.client.config("ErrorDetail").find(row.detail) != std::string::npos);
}

}  // namespace

TEST_CASE("each row of the table of errors, in each version and encryption") {
  int cases = 0;
  const std::vector<Row> table = rows();
  for (const Row& row : table) {
    for (const char digit : std::string(row.versions)) {
      for (const bool gcm : {false, true}) {
        CAPTURE(row.name);
        CAPTURE(digit);
        CAPTURE(gcm);
        ++cases;
        ClientRig rig(kVersions[digit - '1'], gcm);
        rig.open();
        rig.set(kChallengeDataEntry, "123456");
        row.spoil(rig);
        CHECK(rig.send() == row.code);
        CHECK(rig.errors ==
              (row.event ? std::vector<std::int32_t>{row.code} : std::vector<std::int32_t>{}));
        check_erro(row, rig);
        check_settings(row, rig);
        CHECK(rig.text(kChallengeDataEntry).empty());
        CHECK_FALSE(rig.flag(kChallengeComplete));
        rig.check_over();
      }
    }
  }
  MESSAGE("errors: ", table.size(), " rows, ", cases, " cases");
  CHECK(table.size() == 39);
  CHECK(cases == 220);
}

TEST_CASE(
    "a final transStatus that is none ends the challenge as not authenticated, without an Erro") {
  for (const Version version : kVersions) {
    ClientRig rig(version);
    rig.open();
    rig.acs.finish("Q");
    rig.set(kChallengeDataEntry, "1");
    CHECK(rig.send() == 0);
    CHECK(rig.flag(kChallengeComplete));
    CHECK(rig.text(kTransactionStatus) == "N");
    CHECK(rig.acs.erros.empty());
    rig.check_over();
  }
}

TEST_CASE("a critical extension that the app knows is no error") {
  ClientRig rig;
  rig.client.config("KnownExtensions=A8, A9");
  rig.open(1, [](Members& m) {
    m.raw("messageExtension", R"([{"name":"n","id":"A9","criticalityIndicator":true,"data":{}}])");
  });
  CHECK(rig.client.config("IncomingExtensionCritical[0]") == "True");
}

TEST_CASE("an Erro that cannot be delivered changes nothing about the failure") {
  for (const bool held : {false, true}) {
    ClientRig rig;
    rig.open();
    rig.acs.screen(1, [](Members& m) { m.text("acsTransID", kDsId); });
    rig.network.transport.on(
        [](const coffer::net::Request& request) { return request.body.front() == '{'; },
        [held](const coffer::net::Request&) {
          return held ? FakeAnswer::ok("x").held() : FakeAnswer::failure(10061, true);
        });
    const auto before = rig.network.clock.now();
    rig.set(kChallengeDataEntry, "1");
    CHECK(rig.send() == 1301);
    CHECK(rig.network.clock.now() - before < std::chrono::seconds(11));
    CHECK(ClientRig::member(rig.text(kErrorPacket), "errorCode") == "301");
    CHECK(rig.network.transport.count() == 3);  // not tried twice
    rig.check_over();
  }
}

TEST_CASE("the same faults in the first reply") {
  ClientRig rig;
  rig.make_ready();
  rig.acs.screen(1, [](Members& m) { m.text("acsCounterAtoS", "002"); });
  CHECK(rig.send() == 1302);
  CHECK(rig.acs.erros.size() == 1);
  rig.check_over();
}
