// The system's certificates, in a folder with hashed names and in a bundle.
#include <doctest/doctest.h>

#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "net/openssl/tls_trust.h"
#include "temporary_folder.h"
#include "test_certificates.h"

namespace coffer::net {
namespace {

// The file's path.
std::string write(const test::TemporaryFolder& folder, const std::string& name,
                  const std::string& text) {
  std::ofstream(folder.path(name)) << text;
  return folder.path(name);
}

// Under the name by which OpenSSL looks for it.
void put_hashed(const test::TemporaryFolder& folder, const test::TestCertificate& authority) {
  std::array<char, 16> name{};
  std::snprintf(name.data(), name.size(), "%08lx.0",
                X509_subject_name_hash(authority.certificate.get()));
  write(folder, name.data(), authority.pem());
}

bool trusts(TrustStore& store, const test::TestCertificate& leaf) {
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(
      X509_STORE_CTX_new(), &X509_STORE_CTX_free);
  REQUIRE(X509_STORE_CTX_init(context.get(), store.get(), leaf.certificate.get(), nullptr) == 1);
  return X509_verify_cert(context.get()) == 1;
}

TEST_CASE("the system's certificates are found in the folder and in the bundle") {
  const auto in_folder = test::authority("In the folder");
  const auto in_bundle = test::authority("In the bundle");
  const auto second = test::authority("Second in the bundle");
  const auto nowhere = test::authority("Nowhere");
  const test::TemporaryFolder folder;
  put_hashed(folder, in_folder);
  const std::string bundle = write(folder, "bundle.pem", in_bundle.pem() + second.pem());
  const std::string where = folder.path();

  TrustStore both({}, {where.c_str(), bundle.c_str()});
  CHECK_FALSE(trusts(both, issued_by(nowhere)));
  CHECK(trusts(both, issued_by(in_folder)));
  CHECK(trusts(both, issued_by(second)));
  CHECK(trusts(both, issued_by(in_bundle)));

  TrustStore folder_alone({}, {where.c_str(), nullptr});
  CHECK(trusts(folder_alone, issued_by(in_folder)));
  CHECK_FALSE(trusts(folder_alone, issued_by(in_bundle)));
  TrustStore bundle_alone({}, {nullptr, bundle.c_str()});
  CHECK_FALSE(trusts(bundle_alone, issued_by(in_folder)));
  CHECK(trusts(bundle_alone, issued_by(in_bundle)));

  const std::string missing = where + "/missing";
  TrustStore none({}, {missing.c_str(), missing.c_str()});
  CHECK_FALSE(trusts(none, issued_by(in_bundle)));
}

TEST_CASE("the system's bundle is read when a server needs it, not before") {
  const auto in_bundle = test::authority("In the bundle");
  const auto ours = test::authority("In SSLServerCACerts");
  const test::TemporaryFolder folder;
  const std::string bundle = write(folder, "bundle.pem", in_bundle.pem());
  TransportOptions options;
  options.server_ca_pem = ours.pem();
  TrustStore store(options, {nullptr, bundle.c_str()});
  CHECK(trusts(store, issued_by(ours)));
  write(folder, "bundle.pem", "");
  CHECK_FALSE(trusts(store, issued_by(in_bundle)));
}

TEST_CASE("OpenSSLCAFile and OpenSSLCADir stand in the system's place") {
  const auto in_bundle = test::authority("In the bundle");
  const auto ours = test::authority("Ours");
  const test::TemporaryFolder folder;
  const std::string bundle = write(folder, "bundle.pem", in_bundle.pem());
  put_hashed(folder, ours);
  for (const bool by_file : {false, true}) {
    TransportOptions options;
    if (by_file) {
      options.ca_file = write(folder, "ours.pem", ours.pem());
    } else {
      options.ca_path = folder.path();
    }
    TrustStore store(options, {nullptr, bundle.c_str()});
    CHECK(trusts(store, issued_by(ours)));
    CHECK_FALSE(trusts(store, issued_by(in_bundle)));
  }
}

}  // namespace
}  // namespace coffer::net
