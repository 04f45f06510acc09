// Each format of store: what it holds, its passwords, and what is done to it on the way.
#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <string_view>

#include "certs/der_text.h"
#include "certs/pbe.h"
#include "certs/store.h"
#include "core/der.h"
#include "core/error.h"
#include "core/text.h"
#include "jose/base64url.h"
#include "store_vectors.h"

namespace certs = coffer::certs;
namespace core = coffer::core;
namespace jose = coffer::jose;
namespace vectors = store_vectors;
using certs::StoreType;

namespace {

const std::string kUtf8 = "p\xC3\xA4ss w\xC3\xB6rd";
const std::string kAscii = "pass word";
constexpr std::string_view kSubject = "CN=ec.example";

std::string octets(const char* base64) {
  return jose::decode_base64_lenient(base64).value();
}

std::int32_t code_of(const std::string& store, StoreType type, const std::string& password,
                     std::string* text = nullptr) {
  try {
    certs::read_store(store, type, core::Secret(password));
    return 0;
  } catch (const core::Error& error) {
    if (text != nullptr) *text = error.what();
    return error.code();
  }
}

std::vector<certs::Entry> read(const std::string& store, StoreType type,
                               const std::string& password = {}) {
  return certs::read_store(store, type, core::Secret(password));
}

// The private key of all these stores, SEC1.
const core::Secret& the_key() {
  static const core::Secret key = [] {
    auto entries = read(vectors::kPpkPlain, StoreType::kPpkBlob);
    return entries.front().private_key;
  }();
  return key;
}

void holds_the_key(const certs::Entry& entry) {
  CHECK(entry.private_form == certs::PrivateForm::kSec1);
  CHECK(entry.private_key.reveal() == the_key().reveal());
  CHECK(entry.public_key.has_value());
}

void check_pair(const std::string& store, StoreType type, const std::string& password) {
  const auto entries = read(store, type, password);
  REQUIRE(entries.size() == 1);
  REQUIRE(entries.front().certificate.has_value());
  CHECK(entries.front().certificate->der() == octets(vectors::kCertificate));
  CHECK(entries.front().subject() == kSubject);
  holds_the_key(entries.front());
}

// `from` once, replaced by `to` of the same length.
std::string altered(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("PFX") {
  for (const char* vector : {vectors::kRc2Pfx, vectors::kRc2LongPfx, vectors::kDes3Pfx,
                             vectors::kAesPfx, vectors::kSha512Pfx, vectors::kNoMacPfx}) {
    const std::string store = octets(vector);
    for (const StoreType type : {StoreType::kPfxBlob, StoreType::kAuto}) {
      check_pair(store, type, kUtf8);
      check_pair(vector, type, kUtf8);
      for (const std::string password : {"", "pass word", "p\xC3\xA4ss w\xC3\xB6r", "x"}) {
        std::string text;
        CHECK(code_of(store, type, password, &text) == 273);
        CHECK(text.find("assword") != std::string::npos);
      }
    }
    CHECK(code_of(store, StoreType::kP7bBlob, kUtf8) == 271);
    CHECK(code_of(store.substr(0, store.size() - 1), StoreType::kPfxBlob, kUtf8) == 271);
  }
  check_pair(octets(vectors::kBlankPfx), StoreType::kPfxBlob, "");
  CHECK(code_of(octets(vectors::kBlankPfx), StoreType::kPfxBlob, "x") == 273);
}

TEST_CASE("an empty password as no octets at all, where others write two of zero") {
  std::string store = octets(vectors::kBlankPfx);
  core::DerReader reader(core::DerReader(store).next(core::der::kSequence)->content);
  (void)reader.next(core::der::kInteger);
  core::DerReader safe(reader.next(core::der::kSequence)->content);
  (void)safe.next(core::der::kOid);
  const auto data = core::DerReader(safe.next(core::der::constructed(0))->content)
                        .next(core::der::kOctetString)
                        ->content;
  core::DerReader mac(reader.next(core::der::kSequence)->content);
  core::DerReader info(mac.next(core::der::kSequence)->content);
  const auto salt = mac.next(core::der::kOctetString)->content;
  const auto rounds = certs::small_number(mac.next(core::der::kInteger)->content);
  (void)info.next(core::der::kSequence);
  const auto digest = info.next(core::der::kOctetString)->content;
  const core::Secret none;
  certs::Unlock unlock(none, none);
  const int hash = certs::hash_of("2.16.840.1.101.3.4.2.1");
  const core::Secret key = certs::pkcs12_key(hash, 3, {}, salt, *rounds, digest.size(), unlock);
  const core::Secret sum = certs::hmac(hash, key.reveal(), data);
  REQUIRE(sum.reveal() != digest);
  store.replace(store.find(digest), digest.size(), sum.reveal());
  check_pair(store, StoreType::kPfxBlob, "");
  CHECK(code_of(store, StoreType::kPfxBlob, "x") == 273);
}

TEST_CASE("a PFX store that was altered is no password's fault alone, and is refused") {
  std::string store = octets(vectors::kAesPfx);
  // In the middle of what is encrypted: the check sum covers it.
  store[store.size() / 2] = static_cast<char>(store[store.size() / 2] ^ 1);
  CHECK(code_of(store, StoreType::kPfxBlob, kUtf8) == 273);
}

TEST_CASE("keys that mbedTLS does not know") {
  const auto entries = read(octets(vectors::kEd25519Pfx), StoreType::kPfxBlob, kUtf8);
  REQUIRE(entries.size() == 1);
  const certs::Entry& one = entries.front();
  CHECK(one.subject() == "CN=ed.example");
  CHECK(one.private_form == certs::PrivateForm::kPkcs8);
  CHECK_FALSE(one.public_key);
  REQUIRE(one.certificate.has_value());
  CHECK(one.certificate->der() == octets(vectors::kEd25519Certificate));
  CHECK(one.certificate->key_kind() == certs::KeyKind::kOther);
  CHECK(one.certificate->key_bits() == 256);
  CHECK(one.certificate->not_before() < one.certificate->not_after());
  CHECK(one.certificate->version() == 3);
  // Nothing vouches for it here, not even itself.
  CHECK_FALSE(one.certificate->signed_by(*one.certificate));
  CHECK_FALSE(one.certificate->strong_signature());
}

TEST_CASE("encrypted PKCS #8") {
  for (const char* vector : {vectors::kAes128Key, vectors::kAes256Key, vectors::kDes3Key,
                             vectors::kScryptKey, vectors::kMd5DesKey}) {
#ifndef COFFER_SCRYPT
    if (vector == vectors::kScryptKey) continue;
#endif
    for (const StoreType type : {StoreType::kPemKeyBlob, StoreType::kAuto}) {
      const auto entries = read(octets(vector), type, kUtf8);
      REQUIRE(entries.size() == 1);
      holds_the_key(entries.front());
      const std::string pem = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + std::string(vector) +
                              "\n-----END ENCRYPTED PRIVATE KEY-----\n";
      holds_the_key(read(pem, type, kUtf8).front());
      for (const std::string password : {"", "wrong"}) {
        CHECK(code_of(octets(vector), type, password) == 273);
        CHECK(code_of(pem, type, password) == 273);
      }
    }
  }
}

TEST_CASE("what a key derivation may cost") {
  const auto sealed = [](std::string_view rounds) {
    using certs::der_element;
    using certs::der_oid;
    const auto list = [](const std::string& content) {
      return der_element(core::der::kSequence, content);
    };
    const auto string = [](std::size_t size) {
      return der_element(core::der::kOctetString, std::string(size, 'x'));
    };
    const std::string derivation =
        list(der_oid("1.2.840.113549.1.5.12") + list(string(8) + certs::der_integer(rounds)));
    const std::string cipher = list(der_oid("2.16.840.1.101.3.4.1.2") + string(16));
    return list(list(der_oid("1.2.840.113549.1.5.13") + list(derivation + cipher)) + string(32));
  };
  std::string text;
  CHECK(code_of(sealed("\x02"), StoreType::kPemKeyBlob, kUtf8) == 273);
  CHECK(code_of(sealed("\x4C\x4B\x41"), StoreType::kPemKeyBlob, kUtf8, &text) == 271);
  CHECK(text.find("rounds") != std::string::npos);
  std::string forever = octets(vectors::kScryptKey);
  // N = 1024 (02 02 04 00) becomes 16384, r = 8 becomes 127: 260 MiB.
  forever = altered(forever, std::string("\x02\x02\x04\x00\x02\x01\x08", 7),
                    std::string("\x02\x02\x40\x00\x02\x01\x7F", 7));
  CHECK(code_of(forever, StoreType::kPemKeyBlob, kUtf8, &text) == 271);
  CHECK(text.find("scrypt") != std::string::npos);
  const std::string ppk = altered(vectors::kPpk3, "Argon2-Passes: 3", "Argon2-Passes: 99999");
  CHECK(code_of(ppk, StoreType::kPpkBlob, kAscii, &text) == 271);
}

TEST_CASE("P7B") {
  const std::string store = octets(vectors::kP7b);
  const std::string pem =
      "-----BEGIN PKCS7-----\n" + std::string(vectors::kP7b) + "\n-----END PKCS7-----\n";
  for (const std::string& form : {store, std::string(vectors::kP7b), pem}) {
    for (const StoreType type : {StoreType::kP7bBlob, StoreType::kAuto}) {
      const auto entries = read(form, type);
      REQUIRE(entries.size() == 2);
      CHECK(certs::find_subject(entries, "ec.example").certificate->der() ==
            octets(vectors::kCertificate));
      CHECK(certs::find_subject(entries, "ed.example").certificate->der() ==
            octets(vectors::kEd25519Certificate));
    }
  }
  CHECK(code_of(octets(vectors::kCertificate), StoreType::kP7bBlob, "") == 271);
}

TEST_CASE("BER") {
  using certs::der_of_ber;
  const auto text = [](std::initializer_list<int> list) {
    std::string out;
    for (const int octet : list)
      out += static_cast<char>(octet);
    return out;
  };
  // An indefinite length, a string in pieces, a length in more octets than it needs.
  CHECK(der_of_ber(text({0x30, 0x80, 0x24, 0x80, 4, 1, 'a', 4, 0x81, 1, 'b', 0, 0, 2, 1, 5, 0,
                         0})) == text({0x30, 7, 4, 2, 'a', 'b', 2, 1, 5}));
  CHECK(der_of_ber(octets(vectors::kAesPfx)) == octets(vectors::kAesPfx));
  for (const auto& bad : {text({0x30, 0x80, 2, 1, 5}), text({0x30, 5, 2, 1, 5}),
                          text({4, 0x80, 0, 0}), text({0x3F, 0x80, 0, 0}), text({0x24, 3, 2, 1, 5}),
                          std::string(), text({0x30, 0x85, 0, 0, 0, 0, 0})}) {
    CHECK_FALSE(der_of_ber(bad));
  }
  std::string deep;
  for (int i = 0; i < 1'000'000; ++i)
    deep += "\x30\x80";
  CHECK_FALSE(der_of_ber(deep));
}

TEST_CASE("a Java key store") {
  const std::string store = octets(vectors::kJks);
  const auto entries =
      certs::read_store(store, StoreType::kJksBlob, core::Secret("storepw"), core::Secret(kAscii));
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].certificate->der() == octets(vectors::kCertificate));
  holds_the_key(entries[0]);
  CHECK(entries[1].certificate->der() == octets(vectors::kEd25519Certificate));
  const auto code = [&](const std::string& octets_of, const std::string& password,
                        const std::string& key_password) {
    try {
      certs::read_store(octets_of, StoreType::kJksBlob, core::Secret(password),
                        core::Secret(key_password));
      return 0;
    } catch (const core::Error& error) {
      return error.code();
    }
  };
  CHECK(code(store, "storepw", "storepw") == 273);
  CHECK(code(store, "storepx", kAscii) == 273);
  CHECK(code(store, "", "") == 273);
  std::string other = store;
  other[40] = static_cast<char>(other[40] ^ 1);
  CHECK(code(other, "storepw", kAscii) == 273);
  CHECK(code("\xCE\xCE\xCE\xCE" + store.substr(4), "storepw", kAscii) == 271);
  // Java has written PKCS #12 into such files since version 9.
  check_pair(octets(vectors::kAesPfx), StoreType::kJksBlob, kUtf8);
}

TEST_CASE("PuTTY's keys") {
  for (const char* vector : {vectors::kPpk2, vectors::kPpk3, vectors::kPpk3d}) {
#ifndef COFFER_ARGON2
    if (vector != vectors::kPpk2) continue;
#endif
    for (const StoreType type : {StoreType::kPpkBlob, StoreType::kAuto}) {
      holds_the_key(read(vector, type, kAscii).front());
      for (const std::string password : {"", "pass worD"})
        CHECK(code_of(vector, type, password) == 273);
    }
    CHECK(code_of(altered(vector, "imported", "imporTed"), StoreType::kPpkBlob, kAscii) == 273);
  }
  holds_the_key(read(vectors::kPpkPlain, StoreType::kPpkBlob).front());
  CHECK(code_of(altered(vectors::kPpkPlain, "imported", "imporTed"), StoreType::kPpkBlob, "") ==
        271);
}

TEST_CASE("SSH public keys") {
  const std::string plain = vectors::kPpkPlain;
  std::string digits;
  const std::size_t begin = plain.find("Public-Lines: 3\n") + std::strlen("Public-Lines: 3\n");
  for (const char c : plain.substr(begin, plain.find("Private-Lines") - begin))
    if (c != '\n') digits += c;
  const std::string expected = read(vectors::kPpkPlain, StoreType::kPpkBlob).front().public_octets;
  const std::string line = "ecdsa-sha2-nistp256 " + digits + " me@example\n";
  const std::string block = "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"one \\\n two\"\n" +
                            digits.substr(0, 70) + "\n" + digits.substr(70) +
                            "\n---- END SSH2 PUBLIC KEY ----\n";
  for (const std::string& form : {line, "# remark\nno-pty " + line, block}) {
    for (const StoreType type : {StoreType::kSshPublicKeyBlob, StoreType::kAuto}) {
      const auto entries = read(form, type);
      REQUIRE(entries.size() == 1);
      CHECK(entries.front().public_octets == expected);
      CHECK(entries.front().private_key.empty());
    }
  }
  CHECK(code_of("ssh-rsa-cert-v01@openssh.com AAAA", StoreType::kSshPublicKeyBlob, "") == 271);
  CHECK(code_of("ssh-rsa AAAA", StoreType::kSshPublicKeyBlob, "") == 271);
}
