// Log: which types at which level, what is masked, and what no level shows.
#include "core/text.h"
#include "fixture.h"
#include "jose/base64url.h"

using namespace threeds_test;
using namespace coffer::threeds;

namespace {

constexpr const char* kEntry = "4711-secret-entry";

// A payment with a data entry, an HTML form and an error at its end.
void pay(ClientRig& rig) {
  rig.open(1);
  rig.set(kChallengeDataEntry, kEntry);
  rig.acs.screen(5);
  rig.client.send_challenge_request();
  rig.set(kChallengeDataEntry, "code=4711-secret-entry");
  rig.acs.screen(1, [](Members& m) { m.text("acsTransID", kDsId); });
  CHECK(rig.send() == 1301);
}

std::string hex_of(const std::string& octets) {
  return core::hex(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size());
}

}  // namespace

TEST_CASE("each type at its level") {
  struct Row {
    const char* type;
    int level;
  };
  const Row rows[] = {{"Info", 1}, {"AReq", 2}, {"ARes", 2},         {"CReq", 2},
                      {"CRes", 2}, {"Erro", 2}, {"EphemeralKey", 2}, {"DeviceParams", 2}};
  for (int level = 0; level <= 3; ++level) {
    CAPTURE(level);
    ClientRig rig;
    rig.client.config("LogLevel=" + std::to_string(level));
    pay(rig);
    for (const Row& row : rows) {
      CAPTURE(std::string(row.type));
      CHECK(rig.logged(row.type).empty() == (row.level > level));
    }
    for (const LogLine& line : rig.log) {
      CHECK(line.level <= level);
    }
  }
}

TEST_CASE("what the messages say") {
  ClientRig rig;
  pay(rig);
  CHECK(rig.logged("AReq").at(0) == rig.request);
  CHECK(rig.logged("ARes").at(0) == rig.response);
  CHECK(rig.logged("CReq").size() == 3);
  CHECK(rig.logged("CReq").at(0) == rig.acs.creqs.at(0));
  CHECK(rig.logged("CRes").size() == 3);
  CHECK(rig.logged("Erro").at(0) == rig.acs.erros.at(0));
  CHECK(rig.logged("EphemeralKey").at(0) == ClientRig::member(rig.request, "sdkEphemPubKey"));
  CHECK(rig.logged("DeviceParams").at(0).find("Android") != std::string::npos);
}

TEST_CASE("what the cardholder entered is masked unless MaskSensitive is off") {
  ClientRig masked;
  pay(masked);
  CHECK_FALSE(masked.log_has(kEntry));
  CHECK(ClientRig::member(masked.logged("CReq").at(1), "challengeDataEntry") == "******");
  CHECK(ClientRig::member(masked.logged("CReq").at(2), "challengeHTMLDataEntry") == "******");
  CHECK(ClientRig::member(masked.acs.creqs.at(1), "challengeDataEntry") == kEntry);
  ClientRig open;
  open.client.config("MaskSensitive=False");
  pay(open);
  CHECK(ClientRig::member(open.logged("CReq").at(1), "challengeDataEntry") == kEntry);
}

TEST_CASE("no private key, shared secret or session key in any log, masked or not") {
  for (const char* mask : {"MaskSensitive=True", "MaskSensitive=False"}) {
    for (const bool gcm : {false, true}) {
      ClientRig rig(Version::k220, gcm);
      rig.client.config(mask);
      rig.request = rig.client.get_auth_request();
      const std::string d = ClientRig::member(rig.client.config("SDKEphemeralPrivateKey"), "d");
      REQUIRE(d.size() == 43);
      rig.client.check_auth_response(rig.acs.ares(rig.request));
      rig.acs.screen(1);
      rig.client.send_challenge_request();
      rig.acs.screen(1, [](Members& m) { m.text("acsTransID", kDsId); });
      rig.set(kChallengeDataEntry, "1");
      rig.send();
      const std::string& cek = rig.acs.session_key().reveal();
      REQUIRE(cek.size() == 32);
      CHECK_FALSE(rig.log.empty());
      for (const std::string& secret :
           {*jose::decode_base64url(d), cek, cek.substr(0, 16), cek.substr(16)}) {
        CHECK_FALSE(rig.log_has(secret));
        CHECK_FALSE(rig.log_has(hex_of(secret)));
        CHECK_FALSE(rig.log_has(jose::base64url(secret)));
      }
    }
  }
}

TEST_CASE("a kid that is not acsTransID is noted, and the reply is taken") {
  ClientRig rig;
  rig.make_ready();
  rig.acs.say([&](const std::string&) {
    coffer::crypto::SystemRandom random;
    const auto with = jose::Encryption::kA128CbcHs256;
    const std::string json = rig.acs.screen_message(1).json();
    return FakeAnswer::ok(jose::seal(jose::dir_header(with, "another"), with, rig.acs.session_key(),
                                     random.octets(16), json));
  });
  CHECK(rig.send() == 0);
  CHECK(rig.log_has("kid"));
}

TEST_CASE(
    "an answer that fits neither screen nor version is left out and named, without its value") {
  ClientRig rig(Version::k210);
  rig.open(4);
  rig.client.set(kOOBContinuationIndicator, 0, 1);
  rig.set(kChallengeDataEntryTwo, kEntry);
  rig.acs.screen(1);
  CHECK(rig.send() == 0);
  CHECK(rig.sent("challengeDataEntryTwo").empty());
  CHECK(rig.log_has("fits neither"));
  CHECK_FALSE(rig.log_has(kEntry));
  CHECK(rig.text(kChallengeDataEntryTwo).empty());
}
