// The fields of the Certificate type, against what OpenSSL and ssh-keygen print.
#include "certs/describe.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>
#include <string>

#include "jose/base64url.h"
#include "store_vectors.h"

namespace certs = coffer::certs;
namespace core = coffer::core;
namespace vectors = store_vectors;

TEST_CASE("the fields of a certificate") {
  const auto one = certs::describe(certs::read_encoded(vectors::kRsaCertificate));
  CHECK(one.subject == "CN=store.example, O=\"Some, body\"");
  CHECK(one.issuer == one.subject);
  CHECK(one.effective_date == "22-Nov-2026 15:57:38");
  CHECK(one.expiration_date == "14-Jul-2051 15:57:38");
  CHECK(one.serial_number == "088a82a8ca4c8f890bbe1bd907d621e87427649b");
  CHECK(one.version == "V3");
  CHECK(one.extended_key_usage == "1.3.6.1.5.5.7.3.1,1.3.6.1.5.5.7.3.2");
  CHECK(one.subject_alt_names == "store.example,*.example,192.0.2.1,a@store.example");
  CHECK(one.usage == "Digital Signatures,Key Encryption");
  CHECK(one.usage_flags == 0xA0);
  CHECK(one.signature_algorithm == "sha256RSA");
  CHECK(one.thumbprint_md5 == "c6fd04150f71587f6e3bce169d6b90d4");
  CHECK(one.fingerprint == "c6:fd:04:15:0f:71:58:7f:6e:3b:ce:16:9d:6b:90:d4");
  CHECK(one.public_key_algorithm == "RSA");
  CHECK(one.public_key_length == 2048);
  CHECK(one.public_key.rfind("-----BEGIN PUBLIC KEY-----\n"
                             "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApuSlkKgqwe4lKUeYBEQ0\n",
                             0) == 0);
  CHECK_FALSE(one.private_key_available);
  CHECK(one.private_key.empty());
}

TEST_CASE("the fields of a certificate whose key mbedTLS does not know") {
  const auto one = certs::describe(certs::read_encoded(vectors::kEd25519Certificate));
  CHECK(one.subject == "CN=ed.example");
  CHECK(one.effective_date == "22-Nov-2026 15:57:38");
  CHECK(one.serial_number == "3f37c73a4f8ad5311d30b0afa7e68ae255afeb97");
  CHECK(one.signature_algorithm == "Ed25519");
  CHECK(one.public_key_algorithm == "Ed25519");
  CHECK(one.public_key_length == 256);
  CHECK(one.fingerprint_sha1 == "d1:29:50:be:73:8c:3a:61:54:9d:48:62:e9:5f:2d:51:31:89:5e:42");
}

TEST_CASE("a pair, and a key alone") {
  const auto pair = certs::describe(certs::read_store(vectors::kAesPfx, certs::StoreType::kPfxBlob,
                                                      core::Secret("p\xC3\xA4ss w\xC3\xB6rd"))
                                        .front());
  CHECK(pair.private_key_available);
  CHECK(pair.thumbprint_sha1 == "068b15b3672150823e6c3d895109fa24e038f717");
  CHECK(pair.thumbprint_sha256 ==
        "1ea91e62652ae8eda6858cfe27e5f039f86126110a66272c97fa74c51e76ac12");
  // What is printed is read again.
  const auto again = certs::read_store(pair.private_key.reveal() + pair.public_key,
                                       certs::StoreType::kPemKeyBlob, core::Secret());
  REQUIRE(again.size() == 1);
  CHECK_FALSE(again.front().private_key.empty());
  const auto alone = certs::describe(again.front());
  CHECK(alone.private_key.reveal() == pair.private_key.reveal());
  CHECK(alone.public_key_algorithm == "EC");
  CHECK(alone.public_key_length == 256);
  CHECK(alone.subject.empty());
  CHECK(alone.effective_date.empty());
  CHECK(alone.version.empty());
  CHECK(alone.thumbprint_sha1.empty());
  CHECK(alone.fingerprint == "ac:1e:1d:34:c9:cb:96:5e:ed:f1:8c:ce:ce:eb:1f:71");
}

TEST_CASE("the manual's form of dates") {
  setenv("TZ", "UTC0", 1);
  tzset();
  CHECK(certs::certificate_date(948639600) == "23-Jan-2000 15:00:00");
  CHECK(certs::certificate_date(0) == "01-Jan-1970 00:00:00");
}
