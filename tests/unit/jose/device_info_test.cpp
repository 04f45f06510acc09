// sdkEncData: device information sealed to the directory server's key.
#include <doctest/doctest.h>

#include <string>

#include "emv_messages.h"
#include "emv_vectors.h"
#include "jose/concat_kdf.h"
#include "jose/jwe.h"
#include "octets.h"
#include "scripted_random.h"

namespace core = coffer::core;
namespace jose = coffer::jose;
using jose::Encryption;

namespace {

constexpr std::string_view kKid = "UUIDkeyidentifierforDS-EC";

struct Sealed {
  std::string header;
  std::string tag;
};

Sealed seal(Encryption encryption, std::string_view iv, jose::Derivation derivation) {
  ScriptedRandom random(b64(emv::kOnce.d) + b64(iv));
  const std::string compact =
      jose::encrypt_ecdh_es(emv::kDirectoryServer.key().point(), "F155545342", encryption, kKid,
                            emv::kDeviceInfo, random, derivation);
  CHECK(random.left() == 0);
  return {b64(compact.substr(0, compact.find('.'))), compact.substr(compact.rfind('.') + 1)};
}

}  // namespace

TEST_CASE("keys of device information") {
  const core::Secret z = agree(emv::kOnce.key(), emv::kDirectoryServer.key().point());
  CHECK(hex(z.reveal()) == "5c32bc13f8eceb148abaf2a6b9dd1f6891bb2a80ab09347c64068231a59e8ca2");
  CHECK(hex(jose::concat_kdf(z, "A128CBC-HS256", "", "", 32).reveal()) ==
        "4624e920c18d98b2a4f0a87905dee27e9bc9e1753ed950bbd4b29f986d8695ba");
  CHECK(hex(jose::concat_kdf(z, "A128GCM", "", "", 16).reveal()) ==
        "2d34a7544a68f00500796a9f74fab252");
  CHECK(hex(jose::emv_kdf(z, "F155545342").reveal()) ==
        "f7c4ee20a0fceb6d1b2cd5da9dcbde07e64396ce5f7d72fb5a793f7d7f4f9f9a");
  CHECK(hex(jose::emv_kdf(z, "A000000003").reveal()) ==
        "180aa6226faa614b5801fedb04cc4b38d61731beecc24498e3e1f254e3cabff4");
  CHECK(hex(jose::emv_kdf(z, "A000000004").reveal()) ==
        "9f763ef055136286d6a8cf5f8f6452ae77ffac87a2a668930c1442f3ff116e3a");
}

TEST_CASE("device information to an EC key") {
  const auto cbc =
      seal(Encryption::kA128CbcHs256, "3ibBWZove6uy5yIjua0yOQ", jose::Derivation::kEmv);
  CHECK(cbc.header == emv::kDeviceHeader);
  CHECK(cbc.tag == "WSuvo3H0huWRijilQwns6g");
  const auto gcm = seal(Encryption::kA128Gcm, "rXVNt9JLuDWICZVd", jose::Derivation::kEmv);
  CHECK(gcm.tag == "pSy5O_M3gwL2iclCzRnmTw");
  CHECK(seal(Encryption::kA128CbcHs256, "3ibBWZove6uy5yIjua0yOQ", jose::Derivation::kRfc7518).tag ==
        "LU89NTpa0Dq_oZUIYv0pNA");
  CHECK(seal(Encryption::kA128Gcm, "rXVNt9JLuDWICZVd", jose::Derivation::kRfc7518).tag ==
        "D0jxCYZB8sAI_9vcnpG7Uw");
}

TEST_CASE("an empty kid is left out") {
  coffer::crypto::SystemRandom random;
  const std::string compact = jose::encrypt_ecdh_es(
      emv::kDirectoryServer.key().point(), "A000000003", Encryption::kA128Gcm, "", "{}", random);
  CHECK_FALSE(jose::parse_jwe(compact).kid);
  CHECK(jose::parse_jwe(compact).header.find("kid") == std::string::npos);
}

TEST_CASE("no two messages share a key") {
  coffer::crypto::SystemRandom random;
  const auto once = [&] {
    return jose::encrypt_ecdh_es(emv::kDirectoryServer.key().point(), "A000000003",
                                 Encryption::kA128CbcHs256, "k", "{}", random);
  };
  const std::string first = once();
  const std::string second = once();
  CHECK(jose::parse_jwe(first).header != jose::parse_jwe(second).header);
  CHECK(jose::parse_jwe(first).iv != jose::parse_jwe(second).iv);
}
