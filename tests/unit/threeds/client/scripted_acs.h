// An ACS that answers from a script: it signs with OpenSSL, agrees on its own key, opens what the
// client sends and seals what the test wants it to say.
//
// Threads: the thread under test.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/wipe.h"
#include "crypto/p256.h"
#include "crypto/random.h"
#include "fake_transport.h"
#include "jose/jwe.h"
#include "message_fixture.h"
#include "test_certificates.h"

namespace threeds_test {

constexpr std::string_view kAcsUrl = "https://acs.test/challenge";

// acsSignedContent as it is put together, for a test to change before it is signed.
struct SignedParts {
  Members header;
  Members payload;
  std::string cut_signature;  // what replaces the signature when not empty
};

class ScriptedAcs {
 public:
  using Change = std::function<void(SignedParts&)>;
  using Edit = std::function<void(Members&)>;
  using Answer = std::function<coffer::test::FakeAnswer(const std::string& creq)>;

  explicit ScriptedAcs(coffer::test::FakeTransport& transport, bool rsa = false);

  // The ARes for what get_auth_request returned; both sides know the key from here on.
  std::string ares(const std::string& auth_request, const Edit& edit = nullptr,
                   const Change& change = nullptr);
  std::string signed_content(const Change& change = nullptr) const;
  std::string root_pem() const { return root.pem(); }

  // What it says next, one for each CReq. The counter counts by itself.
  void screen(int ui_type, const Edit& edit = nullptr);
  void finish(std::string_view status = "Y", const Edit& edit = nullptr);
  void say(Answer answer) { script_.push_back(std::move(answer)); }
  void say_clear(std::string body, int status = 200);
  // The next message, clear or sealed with the encryption of the last CReq.
  Members screen_message(int ui_type);
  Members final_message(std::string_view status);
  std::string seal(std::string_view json) const { return seal(json, encryption); }
  std::string seal(std::string_view json, coffer::jose::Encryption with) const;

  coffer::test::TestCertificate root;
  coffer::test::TestCertificate leaf;
  coffer::crypto::SystemRandom random;
  coffer::crypto::P256Key key = coffer::crypto::P256Key::generate(random);
  Version version = Version::k210;
  std::string sdk_id;
  std::string sdk_jwk;
  int counter = 0;
  coffer::jose::Encryption encryption = coffer::jose::Encryption::kA128CbcHs256;

  const coffer::core::Secret& session_key() const { return cek_; }

  std::vector<std::string> packets;  // as they came
  std::vector<std::string> creqs;    // opened
  std::vector<std::string> erros;

 private:
  coffer::test::FakeAnswer take(const coffer::net::Request& request);

  std::deque<Answer> script_;
  coffer::core::Secret cek_;
};

}  // namespace threeds_test
