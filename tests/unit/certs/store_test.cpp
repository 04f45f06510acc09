// Stores of PEM and DER, CertEncoded, and the search for a subject.
#include "certs/store.h"

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "core/error.h"
#include "core/text.h"
#include "test_certificates.h"
#include "test_signature.h"

namespace certs = coffer::certs;
namespace core = coffer::core;
namespace fs = std::filesystem;
namespace test = coffer::test;
using certs::StoreType;

namespace {

using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string text_of(const Memory& memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

// PKCS#8, encrypted when there is a password.
std::string key_pem(EVP_PKEY* key, const char* password = nullptr) {
  const Memory memory(BIO_new(BIO_s_mem()), BIO_free);
  const EVP_CIPHER* const cipher = password != nullptr ? EVP_aes_256_cbc() : nullptr;
  PEM_write_bio_PKCS8PrivateKey(memory.get(), key, cipher, password,
                                password != nullptr ? static_cast<int>(std::strlen(password)) : 0,
                                nullptr, nullptr);
  return text_of(memory);
}

// PKCS#8 as Windows writes it: with what the key is for.
std::string key_pem_with_usage(EVP_PKEY* key) {
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, decltype(&PKCS8_PRIV_KEY_INFO_free)> info(
      EVP_PKEY2PKCS8(key), PKCS8_PRIV_KEY_INFO_free);
  const unsigned char usage[] = {0x10};
  PKCS8_pkey_add1_attr_by_NID(info.get(), NID_key_usage, V_ASN1_BIT_STRING, usage, sizeof usage);
  const Memory memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PKCS8_PRIV_KEY_INFO(memory.get(), info.get());
  return text_of(memory);
}

std::string spki_pem(EVP_PKEY* key) {
  const Memory memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PUBKEY(memory.get(), key);
  return text_of(memory);
}

std::string b64(const std::string& octets) {
  return core::base64(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size());
}

test::TestCertificate named(const std::string& name, unsigned rsa_bits = 0) {
  test::CertificateWish wish;
  wish.common_name = name;
  wish.rsa_bits = rsa_bits;
  return test::self_signed(wish);
}

const core::Secret kNone;

template <typename Call>
std::int32_t code_of(Call call) {
  try {
    call();
    return 0;
  } catch (const core::Error& error) {
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
    return error.code();
  }
}

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/coffer-store-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string file(const std::string& name, const std::string& octets) const {
    std::ofstream(path_ / name, std::ios::binary) << octets;
    return (path_ / name).string();
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("a PEM key with its certificate") {
  const auto one = named("one");
  const auto other = named("other", 2048);
  const std::string plain = key_pem(other.key.get());
  const std::string locked = key_pem(other.key.get(), "pass word");
  const auto check = [&](const std::string& store, StoreType type, const std::string& password) {
    const auto entries = certs::read_store(store, type, core::Secret(password));
    // Whatever the order in the file, the certificate with the key is the first.
    REQUIRE(entries.size() == 2);
    REQUIRE(entries.front().certificate.has_value());
    CHECK(entries.front().certificate->der() == other.der());
    CHECK_FALSE(entries.front().private_key.empty());
    CHECK(entries.back().private_key.empty());
  };
  const Folder folder;
  check(one.pem() + other.pem() + plain, StoreType::kPemKeyBlob, "");
  check(plain + one.pem() + other.pem(), StoreType::kPemKeyBlob, "");
  check(locked + one.pem() + other.pem(), StoreType::kPemKeyBlob, "pass word");
  check(b64(locked + one.pem() + other.pem()), StoreType::kPemKeyBlob, "pass word");
  check(folder.file("key.pem", "text before\n" + plain + one.pem() + other.pem()),
        StoreType::kPemKeyFile, "");
  check(folder.file("key.any", plain + one.pem() + other.pem()), StoreType::kAuto, "");
  check(b64(locked + one.pem() + other.pem()), StoreType::kAuto, "pass word");

  for (const std::string password : {"", "wrong", "pass word "}) {
    CHECK(code_of([&] {
            certs::read_store(locked, StoreType::kPemKeyBlob, core::Secret(password));
          }) == 273);
  }
}

TEST_CASE("a key alone") {
  const auto one = named("one");
  const auto entries = certs::read_store(key_pem(one.key.get()), StoreType::kPemKeyBlob, kNone);
  REQUIRE(entries.size() == 1);
  CHECK_FALSE(entries.front().certificate);
  CHECK(entries.front().public_key.has_value());
  CHECK_FALSE(entries.front().private_key.empty());
}

TEST_CASE("a key with attributes is the same key") {
  for (const unsigned bits : {0U, 2048U}) {
    CAPTURE(bits);
    const auto one = named("one", bits);
    const std::string with = key_pem_with_usage(one.key.get());
    REQUIRE(with.size() > key_pem(one.key.get()).size());
    const auto entries = certs::read_store(with + one.pem(), StoreType::kPemKeyBlob, kNone);
    REQUIRE(entries.size() == 1);
    CHECK(entries.front().private_key.reveal() ==
          certs::read_store(key_pem(one.key.get()), StoreType::kPemKeyBlob, kNone)
              .front()
              .private_key.reveal());
  }
}

TEST_CASE("certificates and bare public keys") {
  const Folder folder;
  const auto ec = named("ec");
  const auto rsa = named("rsa", 2048);
  for (const auto& one : {ec, rsa}) {
    for (const std::string& form :
         {one.pem(), one.der(), b64(one.der()), b64(one.pem()), "  \r\n" + b64(one.der()) + "\n"}) {
      const auto encoded = certs::read_encoded(form);
      REQUIRE(encoded.certificate.has_value());
      CHECK(encoded.certificate->der() == one.der());
      CHECK(encoded.public_key.has_value());
      CHECK(certs::read_store(form, StoreType::kPublicKeyBlob, kNone).size() == 1);
      CHECK(certs::read_store(folder.file("cert", form), StoreType::kPublicKeyFile, kNone).size() ==
            1);
    }
    for (const std::string& form : {spki_pem(one.key.get()), test::public_der(one.key.get()),
                                    b64(test::public_der(one.key.get()))}) {
      const auto encoded = certs::read_encoded(form);
      CHECK_FALSE(encoded.certificate);
      CHECK(encoded.subject() == "");
      CHECK(encoded.public_key.has_value());
    }
  }
  CHECK(certs::read_encoded(rsa.pem()).public_key->index() == 1);
  CHECK(certs::read_encoded(ec.pem()).public_key->index() == 0);
}

TEST_CASE("keys that are of no use keep their certificate") {
  test::CertificateWish wish;
  wish.curve = "P-384";
  const auto encoded = certs::read_encoded(test::self_signed(wish).pem());
  CHECK(encoded.certificate.has_value());
  CHECK_FALSE(encoded.public_key);
  CHECK(encoded.certificate->key_kind() == certs::KeyKind::kOther);
  CHECK(encoded.certificate->key_bits() == 384);
  wish.curve.clear();
  wish.rsa_bits = 1024;
  const auto weak = certs::read_encoded(test::self_signed(wish).pem());
  CHECK_FALSE(weak.public_key);
  CHECK(weak.certificate->key_kind() == certs::KeyKind::kRsa);
  CHECK(weak.certificate->key_bits() == 1024);
}

TEST_CASE("what cannot be read") {
  for (const std::string& text :
       {std::string(), std::string("hello"), std::string("AAAA"), std::string("\0\0", 2),
        std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        std::string("-----BEGIN CERTIFICATE-----\n"), std::string(1 << 20, '0')}) {
    CHECK(code_of([&] { certs::read_encoded(text); }) == 273);
    CHECK(code_of([&] { certs::read_store(text, StoreType::kPemKeyBlob, kNone); }) == 271);
    CHECK(code_of([&] { certs::read_store(text, StoreType::kPublicKeyBlob, kNone); }) == 271);
  }
  const auto one = named("one");
  CHECK(code_of([&] { certs::read_encoded(one.der() + "x"); }) == 273);
  CHECK(code_of([&] { certs::read_encoded(one.der().substr(0, 100)); }) == 273);
}

TEST_CASE("files that are none") {
  const Folder folder;
  const std::string pipe = (folder.path() / "pipe").string();
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  for (const std::string& name : {pipe, folder.path().string(), std::string("/dev/zero"),
                                  (folder.path() / "absent").string(), std::string()}) {
    CAPTURE(name);
    CHECK(code_of([&] { certs::read_store(name, StoreType::kPemKeyFile, kNone); }) == 271);
  }
}

TEST_CASE("types that this platform does not have") {
  const std::string store = named("one").pem();
  const auto code = [&](int type) {
    return code_of([&] { certs::read_store(store, static_cast<StoreType>(type), kNone); });
  };
  for (const int type : {0, 1, 23}) {
    CAPTURE(type);
    CHECK(code(type) == 270);
  }
  for (const int type : {20, 21, 22, 24, 98, 100, -1}) {
    CAPTURE(type);
    CHECK(code(type) == 271);
  }
}

TEST_CASE("the search for a subject") {
  const auto entries = certs::read_store(
      named("example").pem() + named("host.example").pem() + named("example.org").pem(),
      StoreType::kPublicKeyBlob, kNone);
  const auto found = [&](const std::string& subject) {
    return certs::find_subject(entries, subject).subject();
  };
  CHECK(found("O=Coffer tests, CN=example.org") == "O=Coffer tests, CN=example.org");
  CHECK(found("CN=host") == "O=Coffer tests, CN=host.example");
  CHECK(found("example.org") == "O=Coffer tests, CN=example.org");
  CHECK(found("example") == "O=Coffer tests, CN=example");
  CHECK(found("*") == "O=Coffer tests, CN=example");
  CHECK(found("") == "O=Coffer tests, CN=example");
  CHECK(code_of([&] { found("CN=nobody"); }) == 272);
  CHECK(code_of([&] { found("cn=example"); }) == 272);
  CHECK(code_of([&] { certs::find_subject({}, "*"); }) == 272);
}
