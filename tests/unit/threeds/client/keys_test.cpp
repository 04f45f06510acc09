// Session keys and counters: known answers, the hand-over to another object, the end of 8 bits.
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "core/text.h"
#include "fixture.h"
#include "jose/base64url.h"
#include "jose/jwk.h"
#include "threeds/session_keys.h"

using namespace threeds_test;
using namespace coffer::threeds;

namespace {

// EMVCo's worked samples (emv-3ds.md 16.2).
constexpr const char* kSdkKey =
    R"({"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",)"
    R"("y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",)"
    R"("d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"})";
constexpr const char* kAcsKey =
    R"({"kty":"EC","crv":"P-256","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",)"
    R"("y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"})";
constexpr const char* kCreq =
    R"({"threeDSServerTransID":"8a880dc0-d2d2-4067-bcb1-b08d1690b26e","acsTransID":)"
    R"("d7c1ee99-9478-44a6-b1f2-391e29c6b340","messageType":"CReq","messageVersion":"2.1.0",)"
    R"("sdkTransID":"b2385523-a66c-4907-ac3c-91848e8c0067","sdkCounterStoA":"000"})";

// 00 01 02 …: the IV of the samples.
class CountingRandom final : public coffer::crypto::Random {
 public:
  void fill(std::uint8_t* data, std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i) {
      data[i] = static_cast<std::uint8_t>(i);
    }
  }
};

void agree_on_samples(SessionKeys& keys) {
  keys.adopt(*jose::read_private_key(core::Secret(kSdkKey)));
  keys.agree(*jose::read_public_jwk(std::string_view(kAcsKey)), "A Dummy SDK Reference Number");
}

std::string part(const std::string& jwe, int index) {
  const auto parts = core::split(jwe, '.');
  return std::string(parts.at(static_cast<std::size_t>(index)));
}

std::string fresh_pem() {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(memory, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

// Takes over a transaction as an app does that was restarted.
void take_over(ClientRig& from, Client& to, const std::string& key) {
  from.prepare(to);
  to.set(kSDKTransactionId, 0, from.text(kSDKTransactionId));
  to.config("SDKEphemeralPrivateKey=" + key);
}

}  // namespace

TEST_CASE("the session key and both encryptions give the known answers") {
  CountingRandom random;
  SessionKeys cbc;
  agree_on_samples(cbc);
  const std::string first = cbc.seal(kCreq, jose::Encryption::kA128CbcHs256, kAcsId, random);
  CHECK(part(first, 4) == "RW62ng_4UtU4u7URgrVWqg");
  SessionKeys gcm;
  agree_on_samples(gcm);
  const std::string second = gcm.seal(kCreq, jose::Encryption::kA128Gcm, kAcsId, random);
  CHECK(part(second, 2) == "AAAAAAAAAAAAAAAA");
  CHECK(part(second, 4) == "oFgNIP0Bn55j7NEAesFzAQ");
  CHECK(part(gcm.seal(kCreq, jose::Encryption::kA128Gcm, kAcsId, random), 2) == "AAAAAAAAAAAAAAAB");
}

TEST_CASE("no counter, and so no IV, is ever used twice") {
  CountingRandom random;
  SessionKeys keys;
  agree_on_samples(keys);
  for (int i = 0; i < 256; ++i) {
    REQUIRE(keys.next_counter() == i);
    const std::string iv =
        *jose::decode_base64url(part(keys.seal("x", jose::Encryption::kA128Gcm, "k", random), 2));
    CHECK(iv.substr(0, 11) == std::string(11, '\0'));
    CHECK(static_cast<std::uint8_t>(iv.back()) == i);
  }
  CHECK_FALSE(keys.next_counter());
  CHECK_THROWS_AS(keys.seal("x", jose::Encryption::kA128Gcm, "k", random), core::Error);
}

TEST_CASE("the private key is gone once the session key exists, all of it after the end") {
  SessionKeys keys;
  CHECK_FALSE(keys.ready());
  CHECK(keys.private_jwk().empty());
  coffer::crypto::SystemRandom random;
  keys.generate(random);
  CHECK(keys.has_private());
  CHECK_FALSE(keys.private_jwk().empty());
  agree_on_samples(keys);
  CHECK(keys.ready());
  CHECK_FALSE(keys.has_private());
  CHECK(keys.private_jwk().empty());
  const std::string own = keys.seal("x", jose::Encryption::kA128CbcHs256, "k", random);
  CHECK(keys.open(own));  // CBC has one key for both ways
  keys.wipe();
  CHECK_FALSE(keys.ready());
  CHECK_FALSE(keys.own());
  CHECK_FALSE(keys.open(own));
  CHECK_THROWS_AS(keys.seal("x", jose::Encryption::kA128CbcHs256, "k", random), core::Error);
}

TEST_CASE("a challenge counts to 255 in both directions, without a sign, and stops there") {
  for (const bool gcm : {false, true}) {
    ClientRig rig(Version::k210, gcm);
    rig.client.config("LogLevel=0");
    rig.make_ready();
    for (int i = 0; i < 256; ++i) {
      rig.acs.screen(1);
      CHECK(rig.send() == 0);
      if (i == 127 || i == 128 || i == 255) {
        CHECK(rig.sent("sdkCounterStoA") == std::to_string(i));
      }
    }
    const std::size_t before = rig.network.transport.count();
    CHECK(rig.send() == 603);
    CHECK(rig.network.transport.count() == before);
    rig.check_over();
  }
}

TEST_CASE("an ACS may begin with 1; a repeated counter is refused then too") {
  ClientRig rig;
  rig.acs.counter = 1;
  rig.open();
  rig.acs.screen(1);
  rig.set(kChallengeDataEntry, "1");
  CHECK(rig.send() == 0);
  rig.acs.counter = 2;
  rig.acs.screen(1);
  rig.set(kChallengeDataEntry, "1");
  CHECK(rig.send() == 1302);
}

TEST_CASE("a reply that was seen before is no reply") {
  ClientRig rig;
  rig.open();
  const std::string old = rig.packets_in.back();
  rig.acs.say_clear(old);
  rig.set(kChallengeDataEntry, "1");
  CHECK(rig.send() == 1302);
  CHECK(rig.client.config("ErrorDetail") == "acsCounterAtoS");
}

TEST_CASE("a transaction moves to another object with its key, and never after the first CReq") {
  for (const bool gcm : {false, true}) {
    ClientRig rig(Version::k231, gcm);
    rig.request = rig.client.get_auth_request();
    const std::string key = rig.client.config("SDKEphemeralPrivateKey");
    CHECK(ClientRig::member(key, "d").size() == 43);
    Client other({std::shared_ptr<const core::Clock>(std::shared_ptr<void>(), &rig.network.clock),
                  std::make_shared<coffer::crypto::SystemRandom>(), rig.network.maker()});
    take_over(rig, other, key);
    CHECK(other.config("SDKEphemeralPublicKey") == rig.client.config("SDKEphemeralPublicKey"));
    CHECK(other.config("SDKEphemeralPrivateKey") == key);
    other.check_auth_response(rig.acs.ares(rig.request));
    rig.acs.screen(1);
    other.send_challenge_request();
    CHECK(std::get<std::int32_t>(other.get(kACSUIType)) == 1);
    CHECK(other.config("SDKEphemeralPrivateKey").empty());
    // In the middle of the challenge, and with the same key after it.
    CHECK(code_of([&] { other.config("SDKEphemeralPrivateKey=" + key); }) == 603);
    CHECK(code_of([&] { other.config("SDKEphemeralPrivateKey=" + fresh_pem()); }) == 603);
    rig.acs.screen(1);
    other.send_challenge_request();
    CHECK(rig.sent("sdkCounterStoA") == "001");
    other.reset_transaction_info();
    CHECK(code_of([&] { other.config("SDKEphemeralPrivateKey=" + key); }) == 603);
    CHECK(other.config("SDKEphemeralPrivateKey").empty());
  }
}

TEST_CASE("PEM is taken as well, and a transaction that lacks something is refused") {
  ClientRig rig;
  const std::string pem = fresh_pem();
  rig.set(kSDKTransactionId, std::string(kSdkId).c_str());
  rig.client.config("SDKEphemeralPrivateKey=" + pem);
  const std::string jwk = rig.client.config("SDKEphemeralPrivateKey");
  CHECK(ClientRig::member(jwk, "kty") == "EC");
  CHECK(ClientRig::member(jwk, "x") ==
        ClientRig::member(rig.client.config("SDKEphemeralPublicKey"), "x"));
  const std::string request = Members()
                                  .text("messageVersion", "2.2.0")
                                  .text("sdkTransID", kSdkId)
                                  .text("sdkReferenceNumber", kReference)
                                  .raw("sdkEphemPubKey", rig.client.config("SDKEphemeralPublicKey"))
                                  .json();
  const std::string ares = rig.acs.ares(request);
  rig.client.check_auth_response(ares);
  rig.client.config("SDKReferenceNumber=");
  CHECK(rig.send() == 603);
  rig.client.config("SDKReferenceNumber=" + std::string(kReference));
  rig.acs.screen(1);
  CHECK(rig.send() == 0);
}

TEST_CASE("without the transaction's key there is no challenge") {
  ClientRig rig;
  rig.request = rig.client.get_auth_request();
  const std::string ares = rig.acs.ares(rig.request);
  ClientRig other;
  other.set(kSDKTransactionId, rig.text(kSDKTransactionId).c_str());
  CHECK(code_of([&] { other.client.check_auth_response(ares); }) == 603);
  other.client.config("SDKEphemeralPrivateKey=" + fresh_pem());
  CHECK(code_of([&] { other.client.check_auth_response(ares); }) == 602);  // another root
  other.client.config("AcceptAnyACSCert=True");
  CHECK(code_of([&] { other.client.check_auth_response(ares); }) == 604);  // another key
}

TEST_CASE("each transaction has its own pair") {
  ClientRig rig;
  rig.client.get_auth_request();
  const std::string first = rig.client.config("SDKEphemeralPrivateKey");
  rig.client.get_auth_request();
  const std::string second = rig.client.config("SDKEphemeralPrivateKey");
  CHECK(first != second);
  rig.client.config("SDKEphemeralPrivateKey=");
  CHECK(rig.client.config("SDKEphemeralPrivateKey").empty());
}
