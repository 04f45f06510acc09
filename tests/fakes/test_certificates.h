// Throw-away certificates, made when a test needs them.
#pragma once

#include <memory>
#include <string>

struct x509_st;
struct evp_pkey_st;

namespace coffer::test {

struct TestCertificate {
  std::shared_ptr<x509_st> certificate;
  std::shared_ptr<evp_pkey_st> key;
  std::shared_ptr<x509_st> issuer;  // sent along by servers when set
  std::string pem() const;
  std::string der() const;
  std::string key_pem() const;  // PKCS#8
};

struct CertificateWish {
  std::string common_name = "127.0.0.1";
  std::string alternative_names = "IP:127.0.0.1,DNS:localhost";
  int days_from = -1;
  int days_to = 30;
  bool authority = false;
  bool sha1 = false;
  unsigned rsa_bits = 0;  // 0: P-256
  // In OpenSSL's notation; what is empty is left out.
  std::string basic_constraints;  // instead of what `authority` says
  std::string key_usage;
  std::string extended_key_usage;
  std::string name_constraints;
  std::string unknown_extension;  // under an OID of nobody, "critical,DER:0500"
  std::string crl_points;         // crlDistributionPoints
  std::string authority_info;     // authorityInfoAccess
  bool ocsp_no_check = false;
  bool key_ids = false;  // subjectKeyIdentifier and authorityKeyIdentifier
  std::string curve;     // instead of P-256
};

TestCertificate self_signed(const CertificateWish& wish = {});
TestCertificate issued_by(const TestCertificate& authority, const CertificateWish& wish = {});
// `of`'s name and key in a certificate of `authority`: a cross certificate.
TestCertificate crossed(const TestCertificate& authority, const TestCertificate& of,
                        const CertificateWish& wish);
TestCertificate authority(const std::string& name = "Throw-away CA");

}  // namespace coffer::test
