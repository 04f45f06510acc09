// A payment from the auth request to the result.
#include "fixture.h"

using namespace threeds_test;
using namespace coffer::threeds;

namespace {

constexpr bool kBoth[] = {false, true};

}  // namespace

TEST_CASE("a text challenge runs to its end in each version and encryption") {
  for (const Version version : kVersions) {
    for (const bool gcm : kBoth) {
      CAPTURE(std::string(version_text(version)));
      CAPTURE(gcm);
      ClientRig rig(version, gcm);
      rig.request = rig.client.get_auth_request();
      CHECK(ClientRig::member(rig.request, "sdkTransID") == rig.text(kSDKTransactionId));
      CHECK(ClientRig::member(rig.request, "sdkReferenceNumber") == kReference);
      CHECK(ClientRig::member(rig.request, "sdkEphemPubKey") ==
            rig.client.config("SDKEphemeralPublicKey"));
      CHECK_FALSE(rig.client.config("SDKEphemeralPrivateKey").empty());
      CHECK(rig.client.config("MessageType") == "AReq");

      rig.client.check_auth_response(rig.acs.ares(rig.request));
      CHECK(rig.text(kTransactionStatus) == "C");
      CHECK(rig.client.config("ACSURL") == kAcsUrl);
      CHECK(rig.client.config("ACSTransactionId") == kAcsId);
      CHECK(rig.client.config("DSTransactionId") == kDsId);
      CHECK(rig.client.config("ServerTransactionId") == kServerId);
      CHECK(rig.client.config("ACSRenderingInterface") == "01");
      CHECK(rig.client.config("MessageType") == "ARes");

      rig.acs.screen(1, [](Members& cres) { cres.text("challengeInfoHeader", "Confirm"); });
      rig.client.send_challenge_request();
      CHECK(rig.sent("sdkCounterStoA") == "000");
      CHECK(rig.sent("challengeDataEntry").empty());
      CHECK((rig.acs.encryption ==
             (gcm ? jose::Encryption::kA128Gcm : jose::Encryption::kA128CbcHs256)));
      CHECK(rig.client.config("SDKEphemeralPrivateKey").empty());
      CHECK(rig.number(kACSUIType) == 1);
      CHECK(rig.text(kChallengeInfoHeader) == "Confirm");
      CHECK(rig.text(kSubmitAuthenticationLabel) == "OK");
      CHECK_FALSE(rig.flag(kChallengeComplete));
      CHECK(rig.client.config("MessageType") == "CRes");

      rig.set(kChallengeDataEntry, "123456");
      rig.acs.finish("Y");
      rig.client.send_challenge_request();
      CHECK(rig.sent("sdkCounterStoA") == "001");
      CHECK(rig.sent("challengeDataEntry") == "123456");
      CHECK(rig.flag(kChallengeComplete));
      CHECK(rig.text(kTransactionStatus) == "Y");
      CHECK(rig.number(kACSUIType) == 0);
      CHECK(rig.text(kChallengeInfoHeader).empty());
      CHECK(rig.text(kChallengeDataEntry).empty());
      CHECK(rig.errors.empty());
      rig.check_over();

      const auto requests = rig.network.transport.requests();
      REQUIRE(requests.size() == 2);
      const auto& headers = requests[0].request.headers;
      CHECK(headers.at(0) == "Content-Type: application/jose; charset=UTF-8");
      if (version == Version::k231) {
        CHECK(headers.at(1) == "X-Request-ID: " + rig.text(kSDKTransactionId));
      } else {
        CHECK(headers.size() == 1);
      }
    }
  }
}

TEST_CASE("the packets of the events are those that travelled") {
  ClientRig rig;
  rig.open();
  CHECK(rig.packets_out == rig.acs.packets);
  REQUIRE(rig.packets_in.size() == 1);
  CHECK(rig.packets_in.at(0).find("..") != std::string::npos);
  CHECK(rig.text(kDataPacketOut) == rig.packets_out.back());
}

TEST_CASE("a reply may come in the other encryption than the request") {
  for (const bool gcm : kBoth) {
    ClientRig rig(Version::k220, gcm);
    rig.make_ready();
    const auto other = gcm ? jose::Encryption::kA128CbcHs256 : jose::Encryption::kA128Gcm;
    rig.acs.say([&](const std::string&) {
      return FakeAnswer::ok(rig.acs.seal(rig.acs.screen_message(1).json(), other));
    });
    rig.client.send_challenge_request();
    CHECK(rig.number(kACSUIType) == 1);
    rig.acs.finish();
    rig.client.send_challenge_request();
    CHECK(rig.flag(kChallengeComplete));
  }
}

TEST_CASE("each template is shown, and its answer goes out; the next screen starts empty") {
  struct Row {
    int ui_type;
    Version since;
    std::function<void(ClientRig&)> answer;
    const char* member;
    const char* sent;
  };
  const Row rows[] = {
      {1, Version::k210, [](ClientRig& rig) { rig.set(kChallengeDataEntry, "é1"); },
       "challengeDataEntry", "é1"},
      {2, Version::k210, [](ClientRig& rig) { rig.set(kChallengeDataEntry, "phone"); },
       "challengeDataEntry", "phone"},
      {3, Version::k210, [](ClientRig& rig) { rig.set(kChallengeDataEntry, "phone,mail"); },
       "challengeDataEntry", "phone,mail"},
      {4, Version::k210, [](ClientRig& rig) { rig.client.set(kOOBContinuationIndicator, 0, 1); },
       "oobContinue", nullptr},
      {5, Version::k210, [](ClientRig& rig) { rig.set(kChallengeDataEntry, "a=1&b=%20"); },
       "challengeHTMLDataEntry", "a=1&b=%20"},
      {6, Version::k231, [](ClientRig& rig) { rig.client.set(kOOBContinuationIndicator, 0, 2); },
       "oobContinue", "02"},
      {7, Version::k231,
       [](ClientRig& rig) { rig.client.set(kUseInformationContinuation, 0, true); },
       "infoContinueIndicator", "true"},
  };
  int cases = 0;
  for (const Row& row : rows) {
    for (const Version version : kVersions) {
      if (version < row.since) {
        continue;
      }
      for (const bool gcm : kBoth) {
        CAPTURE(row.ui_type);
        CAPTURE(std::string(version_text(version)));
        ++cases;
        ClientRig rig(version, gcm);
        rig.open(row.ui_type, [](Members& cres) { cres.text("whyInfoLabel", "Why?"); });
        CHECK(rig.number(kACSUIType) == row.ui_type);
        CHECK(rig.number(kChallengeSelectInfoCount) ==
              (row.ui_type == 2 || row.ui_type == 3 ? 2 : 0));
        if (row.ui_type >= 5 && row.ui_type <= 6) {
          CHECK(rig.text(kACSHTML) == "<html>OK</html>");
        } else {
          CHECK(rig.text(kWhyInformationLabel) == "Why?");
        }
        row.answer(rig);
        rig.acs.screen(1);
        rig.client.send_challenge_request();
        const char* expected = row.sent != nullptr        ? row.sent
                               : version == Version::k231 ? "01"
                                                          : "true";
        CHECK(rig.sent(row.member) == expected);
        CHECK(rig.number(kACSUIType) == 1);
        CHECK(rig.text(kWhyInformationLabel).empty());
        CHECK(rig.text(kACSHTML).empty());
        CHECK(rig.number(kChallengeSelectInfoCount) == 0);
        CHECK(code_of([&] { rig.client.get(kChallengeSelectInfoName, 0); }) == 606);
        CHECK(rig.text(kChallengeDataEntry).empty());
        CHECK(rig.number(kOOBContinuationIndicator) == 0);
        CHECK_FALSE(rig.flag(kUseInformationContinuation));
      }
    }
  }
  MESSAGE("templates: ", cases, " cases");
  CHECK(cases == 34);
}

TEST_CASE("an answer is never repeated in a later request") {
  ClientRig rig(Version::k220);
  rig.open(1, [](Members& cres) { cres.text("whitelistingInfoText", "Trust?"); });
  CHECK(rig.text(kWhitelistingInformationText) == "Trust?");
  rig.set(kChallengeDataEntry, "1111");
  rig.client.set(kWhitelistingDataEntry, 0, true);
  rig.client.add_request_field("extra", "once", 2);
  rig.acs.screen(1, [](Members& cres) { cres.text("whitelistingInfoText", "Trust?"); });
  rig.client.send_challenge_request();
  CHECK(rig.sent("challengeDataEntry") == "1111");
  CHECK(rig.sent("whitelistingDataEntry") == "Y");
  CHECK(rig.sent("extra") == "once");
  rig.client.config("ResendChallengeInfo=Y");
  rig.acs.screen(1);
  rig.client.send_challenge_request();
  CHECK(rig.sent("resendChallenge") == "Y");
  CHECK(rig.sent("challengeDataEntry").empty());
  CHECK(rig.sent("whitelistingDataEntry") == "N");
  CHECK(rig.sent("extra").empty());
  CHECK(rig.client.config("ResendChallengeInfo").empty());
  rig.set(kChallengeCancellationIndicator, "01");
  rig.acs.finish("N");
  rig.client.send_challenge_request();
  CHECK(rig.sent("challengeCancel") == "01");
  CHECK(rig.sent("resendChallenge").empty());
  CHECK(rig.text(kChallengeCancellationIndicator).empty());
  CHECK(rig.text(kTransactionStatus) == "N");
}

TEST_CASE(
    "an answer that cannot be sent is refused before anything goes out, and may be corrected") {
  ClientRig rig;
  rig.open();
  rig.set(kChallengeDataEntry, "1234");
  rig.client.config("ResendChallengeInfo=Y");
  const std::size_t before = rig.network.transport.count();
  CHECK(rig.send() == 603);
  CHECK(rig.network.transport.count() == before);
  CHECK(rig.text(kChallengeDataEntry) == "1234");
  rig.client.config("ResendChallengeInfo=");
  rig.set(kChallengeDataEntry, std::string(46, '7').c_str());
  CHECK(rig.send() == 603);
  CHECK(rig.network.transport.count() == before);
  rig.set(kChallengeDataEntry, "1234");
  rig.acs.finish();
  CHECK(rig.send() == 0);
  CHECK(rig.sent("sdkCounterStoA") == "001");
  CHECK(rig.errors.empty());
}

TEST_CASE("what the last message held is reached with XPath and the extension settings") {
  ClientRig rig(Version::k220);
  rig.open(2, [](Members& cres) {
    cres.raw("messageExtension",
             R"([{"name":"n","id":"A1","criticalityIndicator":false,"data":{"k":"v"}}])");
  });
  CHECK(rig.client.config("IncomingExtensionCount") == "1");
  CHECK(rig.client.config("IncomingExtensionId[0]") == "A1");
  CHECK(rig.client.config("IncomingExtensionCritical[0]") == "False");
  CHECK(rig.client.config("IncomingExtensionData[0]") == R"({"k":"v"})");
  CHECK(code_of([&] { rig.client.config("IncomingExtensionId[1]"); }) == 606);
  rig.client.config("XPath=/json/challengeSelectInfo/[2]");
  CHECK(rig.client.config("XChildCount") == "1");
  CHECK(rig.client.config("XChildName[0]") == "mail");
  CHECK(rig.client.config("XChildXText[0]") == "Mail");
  CHECK(code_of([&] { rig.client.config("XPath=/json/nowhere"); }) == 713);
  CHECK(rig.client.config("XChildName[0]") == "mail");
  CHECK(rig.client.config("ChallengeResponse").find("challengeSelectInfo") != std::string::npos);
  rig.acs.finish();
  rig.set(kChallengeDataEntry, "mail");
  rig.client.send_challenge_request();
  CHECK(rig.client.config("IncomingExtensionCount") == "0");
  CHECK(rig.client.config("XElement") == "json");
}

TEST_CASE("two payments with one object share nothing") {
  ClientRig rig(Version::k220, true);
  rig.open();
  const std::string first_id = rig.text(kSDKTransactionId);
  const std::string first_key = rig.client.config("SDKEphemeralPublicKey");
  rig.set(kChallengeDataEntry, "1234");
  rig.acs.finish();
  rig.client.send_challenge_request();
  CHECK(rig.flag(kChallengeComplete));
  rig.client.get_auth_request();
  CHECK_FALSE(rig.flag(kChallengeComplete));
  CHECK(rig.text(kTransactionStatus).empty());
  CHECK(rig.text(kDataPacketOut).empty());
  CHECK(rig.client.config("ACSURL").empty());
  CHECK(rig.client.config("ChallengeResponse").empty());
  rig.acs.counter = 0;
  rig.open(3);
  CHECK(rig.text(kSDKTransactionId) != first_id);
  CHECK(rig.client.config("SDKEphemeralPublicKey") != first_key);
  CHECK(rig.sent("sdkCounterStoA") == "000");
  CHECK(rig.sent("challengeDataEntry").empty());
  CHECK_FALSE(rig.flag(kChallengeComplete));
}
