#include "test_certificates.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <ctime>
#include <stdexcept>

namespace coffer::test {

namespace {

std::atomic<long> serial{1000};

void extend(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  if (extension == nullptr) throw std::runtime_error("bad certificate extension: " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void extend_unknown(X509* certificate, const std::string& value) {
  ASN1_OBJECT* kind = OBJ_txt2obj("1.3.6.1.4.1.55555.1", 1);
  ASN1_OCTET_STRING* octets = ASN1_OCTET_STRING_new();
  const unsigned char null[] = {5, 0};
  ASN1_OCTET_STRING_set(octets, null, sizeof null);
  const int critical = value.rfind("critical", 0) == 0 ? 1 : 0;
  X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, kind, critical, octets);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  ASN1_OCTET_STRING_free(octets);
  ASN1_OBJECT_free(kind);
}

void extend_all(X509* certificate, X509* issuer, const CertificateWish& wish) {
  std::string basic = wish.basic_constraints;
  if (basic.empty()) basic = wish.authority ? "critical,CA:TRUE" : "critical,CA:FALSE";
  extend(certificate, issuer, NID_basic_constraints, basic);
  if (!wish.key_usage.empty()) extend(certificate, issuer, NID_key_usage, wish.key_usage);
  if (!wish.extended_key_usage.empty()) {
    extend(certificate, issuer, NID_ext_key_usage, wish.extended_key_usage);
  }
  if (!wish.name_constraints.empty()) {
    extend(certificate, issuer, NID_name_constraints, wish.name_constraints);
  }
  if (!wish.crl_points.empty()) {
    extend(certificate, issuer, NID_crl_distribution_points, wish.crl_points);
  }
  if (!wish.authority_info.empty())
    extend(certificate, issuer, NID_info_access, wish.authority_info);
  if (wish.ocsp_no_check) extend(certificate, issuer, NID_id_pkix_OCSP_noCheck, "ignored");
  if (!wish.unknown_extension.empty()) extend_unknown(certificate, wish.unknown_extension);
  if (wish.key_ids) {
    extend(certificate, issuer, NID_subject_key_identifier, "hash");
    if (issuer != certificate) {
      extend(certificate, issuer, NID_authority_key_identifier, "keyid:always");
    }
  }
  if (!wish.alternative_names.empty() && !wish.authority) {
    extend(certificate, issuer, NID_subject_alt_name, wish.alternative_names);
  }
}

EVP_PKEY* new_key(const CertificateWish& wish) {
  if (wish.rsa_bits != 0) return EVP_RSA_gen(wish.rsa_bits);
  return EVP_EC_gen(wish.curve.empty() ? "P-256" : wish.curve.c_str());
}

TestCertificate make(const TestCertificate* authority, const CertificateWish& wish,
                     const TestCertificate* of = nullptr) {
  TestCertificate result;
  if (of != nullptr) {
    result.key = of->key;
  } else {
    result.key.reset(new_key(wish), EVP_PKEY_free);
  }
  result.certificate.reset(X509_new(), X509_free);
  X509* certificate = result.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  std::time_t now = std::time(nullptr);
  X509_time_adj_ex(X509_getm_notBefore(certificate), wish.days_from, 0, &now);
  X509_time_adj_ex(X509_getm_notAfter(certificate), wish.days_to, 0, &now);
  X509_set_pubkey(certificate, result.key.get());
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto put = [name](const char* field, const std::string& value) {
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1, 0);
  };
  if (of != nullptr) {
    X509_set_subject_name(certificate, X509_get_subject_name(of->certificate.get()));
  } else {
    put("O", "Coffer tests");
    put("CN", wish.common_name);
  }
  X509* issuer = authority != nullptr ? authority->certificate.get() : certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  extend_all(certificate, issuer, wish);
  EVP_PKEY* signer = authority != nullptr ? authority->key.get() : result.key.get();
  if (X509_sign(certificate, signer, wish.sha1 ? EVP_sha1() : EVP_sha256()) == 0) {
    throw std::runtime_error("a test certificate cannot be signed");
  }
  return result;
}

}  // namespace

std::string TestCertificate::pem() const {
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, certificate.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

std::string TestCertificate::key_pem() const {
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(memory, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

std::string TestCertificate::der() const {
  unsigned char* data = nullptr;
  const int size = i2d_X509(certificate.get(), &data);
  std::string octets(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return octets;
}

TestCertificate self_signed(const CertificateWish& wish) {
  return make(nullptr, wish);
}

TestCertificate issued_by(const TestCertificate& authority, const CertificateWish& wish) {
  return make(&authority, wish);
}

TestCertificate crossed(const TestCertificate& authority, const TestCertificate& of,
                        const CertificateWish& wish) {
  return make(&authority, wish, &of);
}

TestCertificate authority(const std::string& name) {
  CertificateWish wish;
  wish.common_name = name;
  wish.authority = true;
  return make(nullptr, wish);
}

}  // namespace coffer::test
