// Certificates of the public collections, malformed ones among them: none may be misread, and what
// is a certificate must be one here.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>

#include "certs/certificate.h"
#include "certs/store.h"
#include "core/error.h"
#include "testdata.h"

namespace certs = coffer::certs;
namespace core = coffer::core;
namespace fs = std::filesystem;

namespace {

std::optional<certs::Certificate> read(const std::string& text) {
  try {
    return certs::read_encoded(text).certificate;
  } catch (const core::Error& error) {
    CHECK(error.code() == 273);
    return std::nullopt;
  }
}

}  // namespace

// The names say what is wrong; those listed here are malformed in a part that is read.
TEST_CASE("BoringSSL's certificates to parse") {
  const std::set<std::string> kBroken = {
      "bad_key_usage.pem",
      "basic_constraints_negative_path.pem",
      "basic_constraints_unconsumed_data.pem",
      "cert_data_after_signature.pem",
      "cert_empty_sequence.pem",
      "cert_missing_signature.pem",
      "cert_not_sequence.pem",
      "cert_signature_not_bit_string.pem",
      "cert_skeleton.pem",
      "extension_critical_3.pem",
      "extensions_data_after_sequence.pem",
      "extensions_duplicate_key_usage.pem",
      "extensions_not_sequence.pem",
      "authority_key_identifier_not_sequence.pem",
      "subject_key_identifier_not_octet_string.pem",
      "tbs_v3_data_after_extensions.pem",
  };
  int ran = 0;
  int parsed = 0;
  for (const auto& entry :
       fs::directory_iterator(testdata() / "x509" / "boringssl-parse-certificate")) {
    if (entry.path().extension() != ".pem") continue;
    ++ran;
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    const auto certificate =
        read(testdata_file(fs::path("x509") / "boringssl-parse-certificate" / name));
    if (kBroken.count(name) != 0) CHECK_FALSE(certificate.has_value());
    parsed += certificate ? 1 : 0;
  }
  MESSAGE("BoringSSL: " << ran << " certificates, " << parsed << " read");
  CHECK(ran >= 80);
}

TEST_CASE("mbedTLS's and CPython's certificates") {
  int ran = 0;
  int parsed = 0;
  for (const char* folder : {"x509/mbedtls", "x509/tls", "x509/limbo/online"}) {
    for (const auto& entry : fs::recursive_directory_iterator(testdata() / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".pem" && extension != ".crt" && extension != ".der") continue;
      ++ran;
      const auto certificate = read(testdata_file(fs::relative(entry.path(), testdata())));
      if (!certificate) continue;
      ++parsed;
      CHECK(certificate->not_before() != 0);
      CHECK(certs::Certificate::from_der(certificate->der()) == certificate);
      CHECK(read(certificate->pem()) == certificate);
    }
  }
  MESSAGE("mbedTLS, CPython, limbo: " << ran << " files, " << parsed << " read");
  CHECK(parsed >= 150);
}
