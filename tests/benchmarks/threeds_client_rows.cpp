// A whole transaction of the class, without network, settings and waiting: the ACS is the scripted
// one of the unit tests. What the ACS computes to make its ARes is not measured; what it opens and
// seals is, and is small.
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "channel_fixture.h"
#include "scripted_acs.h"
#include "threeds/client.h"
#include "threeds_floor.h"
#include "threeds_measure.h"

void asserts_end_the_program();  // threeds_asserts.cpp

namespace core = coffer::core;
namespace test = coffer::test;
namespace threeds = coffer::threeds;

namespace {

class Payment {
 public:
  explicit Payment(bool rsa_directory_server, bool gcm = false)
      : client_({std::shared_ptr<const core::Clock>(std::shared_ptr<void>(), &network_.clock),
                 std::make_shared<coffer::crypto::SystemRandom>(), network_.maker()}),
        acs_(network_.transport) {
    test::CertificateWish wish;
    wish.rsa_bits = rsa_directory_server ? 2048 : 0;
    const std::string pem = test::self_signed(wish).pem();
    const std::string root = acs_.root_pem();
    client_.set(threeds::kMessageVersion, 0, std::string("2.2.0"));
    client_.set(threeds::kSDKAppId, 0, std::string("1f6d1c52-3e2f-4c3b-9a55-7b0a0a7c9e11"));
    client_.set(threeds::kDirectoryServerId, 0, std::string("F155545342"));
    client_.set(threeds::kDirectoryServerCertEncoded, 0, core::Bytes(pem.begin(), pem.end()));
    client_.set(threeds::kACSRootCertCount, 0, 1);
    client_.set(threeds::kACSRootCertsEncoded, 0, core::Bytes(root.begin(), root.end()));
    client_.config("SDKReferenceNumber=3DS_LOA_SDK_TEST_020100_00001");
    client_.config(gcm ? "UseAESGCM=True" : "UseAESGCM=False");
    client_.add_device_param("C001", "Android", 2, 1);
    client_.add_device_param("C002", "HTC One_M8", 2, 1);
  }

  std::string request() { return client_.get_auth_request(); }

  // From the auth request to the result, two rounds.
  void challenge() {
    const std::string request = client_.get_auth_request();
    acs_.counter = 0;
    const double begin = cpu_seconds();
    const std::string ares = acs_.ares(request);
    not_counted() += cpu_seconds() - begin;
    client_.check_auth_response(ares);
    acs_.screen(1);
    client_.send_challenge_request();
    client_.set(threeds::kChallengeDataEntry, 0, std::string("123456"));
    acs_.finish("Y");
    client_.send_challenge_request();
    require(std::get<bool>(client_.get(threeds::kChallengeComplete, 0)), "challenge");
  }

 private:
  test::Network network_;
  threeds::Client client_;
  threeds_test::ScriptedAcs acs_;
};

}  // namespace

std::vector<Row> client_rows(Floor& floor) {
  asserts_end_the_program();
  static Payment rsa(true);
  static Payment ec(false);
  static Payment gcm(false, true);
  // Two key pairs and an agreement for sdkEncData; a signature and a chain of two; the session key.
  const auto transaction = [&floor] {
    floor.generate_key();
    floor.generate_key();
    floor.agree();
    floor.verify_ecdsa();
    floor.verify_ecdsa();
    floor.agree();
  };
  return {
      {"get_auth_request_rsa", [] { rsa.request(); },
       [&floor] {
         floor.generate_key();
         floor.encrypt_oaep();
       }},
      {"get_auth_request_ec", [] { ec.request(); },
       [&floor] {
         floor.generate_key();
         floor.generate_key();
         floor.agree();
       }},
      {"challenge_two_rounds_cbc", [] { ec.challenge(); }, transaction},
      {"challenge_two_rounds_gcm", [] { gcm.challenge(); }, transaction},
  };
}
