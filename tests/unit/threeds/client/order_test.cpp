// Calls in their order and out of it; one transaction and the next; what is missing.
#include "fixture.h"

using namespace threeds_test;
using namespace coffer::threeds;

namespace {

std::string frictionless(ClientRig& rig, const char* status) {
  return rig.acs.ares(rig.request, [status](Members& ares) {
    ares.text("transStatus", status).without("acsSignedContent").text("transStatusReason", "01");
  });
}

}  // namespace

TEST_CASE("a challenge needs an auth response, and an auth response a transaction") {
  ClientRig rig;
  CHECK(rig.send() == 603);
  const ClientRig other;
  CHECK(code_of([&] { rig.client.check_auth_response(R"({"transStatus":"Y"})"); }) == 603);
  rig.request = rig.client.get_auth_request();
  CHECK(rig.send() == 603);
  rig.client.check_auth_response(frictionless(rig, "Y"));
  CHECK(rig.send() == 603);
  CHECK(rig.network.transport.count() == 0);
  CHECK(rig.errors.empty());
}

TEST_CASE("a second auth response with C, or one after a CReq, is refused and changes nothing") {
  ClientRig rig;
  rig.make_ready();
  CHECK(code_of([&] { rig.client.check_auth_response(rig.response); }) == 603);
  rig.acs.screen(1);
  CHECK(rig.send() == 0);
  CHECK(code_of([&] { rig.client.check_auth_response(rig.response); }) == 603);
  rig.acs.finish();
  CHECK(rig.send() == 0);
  CHECK(code_of([&] { rig.client.check_auth_response(rig.response); }) == 603);
  rig.check_over();
}

TEST_CASE("each transStatus of a frictionless flow ends the transaction for the app") {
  int cases = 0;
  for (const Version version : kVersions) {
    for (const char* status : {"Y", "N", "U", "A", "R", "D", "I"}) {
      if (version == Version::k210 && (*status == 'D' || *status == 'I')) {
        continue;
      }
      CAPTURE(std::string(version_text(version)));
      CAPTURE(std::string(status));
      ++cases;
      ClientRig rig(version);
      rig.request = rig.client.get_auth_request();
      CHECK(code_of([&] { rig.client.check_auth_response(frictionless(rig, status)); }) == 0);
      CHECK(rig.text(kTransactionStatus) == status);
      CHECK(rig.client.config("TransactionStatusReason") == "01");
      CHECK(rig.client.config("ACSTransactionId") == kAcsId);
      rig.check_over();
    }
  }
  MESSAGE("frictionless: ", cases, " cases");
  CHECK(cases == 19);
}

TEST_CASE("S is for browsers, and 2.1.0 knows neither D nor I") {
  for (const char* status : {"S", "D", "X"}) {
    ClientRig rig(Version::k210);
    rig.request = rig.client.get_auth_request();
    CHECK(code_of([&] { rig.client.check_auth_response(frictionless(rig, status)); }) == 604);
    CHECK(rig.errors == std::vector<std::int32_t>{604});
    CHECK(rig.text(kTransactionStatus).empty());
  }
}

TEST_CASE("an auth response that cannot be used is 604, and the right one is still taken") {
  ClientRig rig;
  rig.request = rig.client.get_auth_request();
  const std::string good = rig.acs.ares(rig.request);
  const auto other_id = [](Members& ares) { ares.text("sdkTransID", kServerId); };
  const std::string bad[] = {
      "",
      "no JSON",
      "[]",
      "{}",
      good.substr(0, good.size() - 1),
      std::string(16U << 20U, ' ') + good,
      std::string(100000, '['),
      R"({"transStatus":"Y","transStatus":"N"})",
      rig.acs.ares(rig.request, other_id),
      rig.acs.ares(rig.request, [](Members& ares) { ares.without("acsSignedContent"); }),
      rig.acs.ares(rig.request, [](Members& ares) { ares.without("acsTransID"); }),
      rig.acs.ares(rig.request, [](Members& ares) { ares.without("threeDSServerTransID"); }),
      rig.acs.ares(rig.request, [](Members& ares) { ares.text("messageVersion", "2.1.0"); }),
  };
  std::size_t told = 0;
  for (const std::string& text : bad) {
    CAPTURE(text.substr(0, 60));
    CHECK(code_of([&] { rig.client.check_auth_response(text); }) == 604);
    CHECK(rig.errors.size() == ++told);
    CHECK(rig.client.config("ACSTransactionId").empty());
  }
  CHECK(code_of([&] { rig.client.check_auth_response(good); }) == 0);
}

TEST_CASE("an Erro in place of the auth response is shown, and ends the transaction") {
  struct Row {
    const char* erro_code;
    std::int32_t code;
  };
  for (const Row& row :
       {Row{"101", 1101}, Row{"102", 1102}, Row{"201", 1201}, Row{"202", 1202}, Row{"301", 1301},
        Row{"302", 1302}, Row{"203", 1101}, Row{"405", 1101}, Row{"x", 605}}) {
    CAPTURE(std::string(row.erro_code));
    ClientRig rig;
    rig.request = rig.client.get_auth_request();
    const std::string erro = Members()
                                 .text("messageType", "Erro")
                                 .text("messageVersion", "2.2.0")
                                 .text("errorCode", row.erro_code)
                                 .text("errorComponent", "D")
                                 .text("errorDescription", "Why")
                                 .text("errorDetail", "what")
                                 .json();
    CHECK(code_of([&] { rig.client.check_auth_response(erro); }) == row.code);
    CHECK(rig.errors ==
          (row.code == 605 ? std::vector<std::int32_t>{} : std::vector<std::int32_t>{row.code}));
    CHECK(rig.text(kErrorPacket) == erro);
    CHECK(rig.client.config("ErrorCode") == row.erro_code);
    CHECK(rig.client.config("ErrorDescription") == "Why");
    CHECK(rig.client.config("ErrorDetail") == "what");
    CHECK(rig.client.config("MessageType") == "Erro");
    rig.check_over();
  }
}

TEST_CASE("what the auth request needs and lacks is told, and nothing is made") {
  struct Row {
    std::string name;
    std::int32_t code;
    std::function<void(ClientRig&)> spoil;
  };
  const auto weak = [] {
    coffer::test::CertificateWish wish;
    wish.rsa_bits = 1024;
    return coffer::test::self_signed(wish).pem();
  };
  const Row rows[] = {
      {"no certificate", 602,
       [](ClientRig& rig) { rig.client.set(kDirectoryServerCertEncoded, 0, core::Bytes()); }},
      {"a broken certificate", 602,
       [](ClientRig& rig) {
         rig.client.set(kDirectoryServerCertEncoded, 0, ClientRig::bytes("nonsense"));
       }},
      {"RSA below 2048 bits", 602,
       [&](ClientRig& rig) {
         rig.client.set(kDirectoryServerCertEncoded, 0, ClientRig::bytes(weak()));
       }},
      {"a store type that is not loaded", 271,
       [](ClientRig& rig) {
         rig.client.set(kDirectoryServerCertEncoded, 0, core::Bytes());
         rig.client.set(kDirectoryServerCertStoreType, 0, 4);
       }},
      {"EC without DirectoryServerId", 603,
       [](ClientRig& rig) { rig.set(kDirectoryServerId, ""); }},
      {"a request field that the request has already", 603,
       [](ClientRig& rig) { rig.client.add_request_field("sdkAppID", "x", 2); }},
      {"no SDKAppId", 603, [](ClientRig& rig) { rig.set(kSDKAppId, ""); }},
      {"no SDKReferenceNumber", 603,
       [](ClientRig& rig) { rig.client.config("SDKReferenceNumber="); }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    ClientRig rig;
    rig.make_ready();  // an earlier transaction
    row.spoil(rig);
    CHECK(code_of([&] { rig.client.get_auth_request(); }) == row.code);
    CHECK(rig.text(kSDKTransactionId).empty());
    rig.check_over();
  }
}

TEST_CASE("bad values are refused where they are set") {
  ClientRig rig;
  CHECK(code_of([&] { rig.set(kMessageVersion, "2.4.0"); }) == 713);
  CHECK(code_of([&] { rig.set(kSDKAppId, "no uuid"); }) == 713);
  CHECK(code_of([&] { rig.client.add_device_param("A040", "not an array", 1, 1); }) == 713);
  CHECK(code_of([&] { rig.client.get(kDeviceParamsValue, 7); }) == 606);
  CHECK(code_of([&] { rig.client.config("SDKEphemeralPrivateKey=nonsense"); }) == 713);
  CHECK(code_of([&] { rig.client.config("OutgoingRawExtensions={}"); }) == 713);
  CHECK(code_of([&] { rig.client.add_request_field("", "x", 2); }) == 713);
  for (int i = 0; i < 10; ++i) {
    rig.client.add_extension("id" + std::to_string(i), "name", false, "{}");
  }
  CHECK(code_of([&] { rig.client.add_extension("id", "name", false, "{}"); }) == 606);
  CHECK(rig.number(kExtensionCount) == 10);
  CHECK(rig.number(kDeviceParamCount) == 1);
}

TEST_CASE("a bare RSA or EC key of the directory server and each encryption make an auth request") {
  for (const unsigned bits : {0U, 2048U}) {
    for (const bool gcm : {false, true}) {
      ClientRig rig(Version::k231, gcm);
      coffer::test::CertificateWish wish;
      wish.rsa_bits = bits;
      rig.client.set(kDirectoryServerCertEncoded, 0,
                     ClientRig::bytes(coffer::test::self_signed(wish).der()));
      rig.set(kDirectoryServerKeyId, "kid-1");
      rig.client.add_request_field("extra", "7", 3);
      rig.client.add_extension("A1", "one", true, R"({"a":1})");
      const std::string request = rig.client.get_auth_request();
      const jose::ParsedJwe sealed = jose::parse_jwe(ClientRig::member(request, "sdkEncData"));
      CHECK(sealed.problem.empty());
      CHECK(sealed.alg == (bits == 0 ? "ECDH-ES" : "RSA-OAEP-256"));
      CHECK(sealed.kid == "kid-1");
      CHECK((sealed.encryption ==
             (gcm ? jose::Encryption::kA128Gcm : jose::Encryption::kA128CbcHs256)));
      CHECK(ClientRig::member(request, "extra") == "7");
      CHECK(ClientRig::member(request, "messageExtension").find("\"A1\"") != std::string::npos);
      // One-shot: the next request does not have it.
      CHECK(ClientRig::member(rig.client.get_auth_request(), "extra").empty());
    }
  }
}

TEST_CASE("reset_transaction_info clears the transaction and keeps what was configured") {
  ClientRig rig;
  rig.open();
  rig.set(kChallengeDataEntry, "secret");
  rig.set(kRequestorAppURL, "https://shop.test/?id=1");
  rig.client.reset_transaction_info();
  CHECK(rig.text(kSDKTransactionId).empty());
  CHECK(rig.text(kTransactionStatus).empty());
  CHECK(rig.text(kChallengeDataEntry).empty());
  CHECK(rig.text(kRequestorAppURL).empty());
  CHECK(rig.text(kDataPacketOut).empty());
  CHECK(rig.number(kACSUIType) == 0);
  for (const char* name : {"ACSURL", "ACSTransactionId", "DSTransactionId", "ServerTransactionId",
                           "ChallengeResponse", "MessageType", "SDKEphemeralPublicKey", "XText",
                           "ACSSignedContent", "ACSRenderingInterface"}) {
    CAPTURE(std::string(name));
    CHECK(rig.client.config(name).empty());
  }
  CHECK(rig.text(kSDKAppId) == kAppId);
  CHECK(rig.client.config("SDKReferenceNumber") == kReference);
  CHECK(rig.number(kDeviceParamCount) == 1);
  CHECK(rig.number(kACSRootCertCount) == 1);
  rig.check_over();
  rig.acs.counter = 0;
  rig.open();
  CHECK(rig.sent("sdkCounterStoA") == "000");
}

TEST_CASE("reset brings every default back and leaves no key") {
  ClientRig rig;
  rig.open();
  rig.client.reset();
  CHECK(rig.text(kSDKAppId).empty());
  CHECK(rig.text(kMessageVersion) == "2.1.0");
  CHECK(rig.number(kDeviceParamCount) == 0);
  CHECK(rig.number(kACSRootCertCount) == 0);
  CHECK(rig.client.config("SDKReferenceNumber").empty());
  CHECK(rig.client.config("LogLevel") == "1");
  CHECK(rig.client.config("MessageType").empty());
  rig.check_over();
}
