#include "net/openssl/tls_certificate.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <memory>

#include "core/der.h"

namespace coffer::net {

namespace {

struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free_all(bio); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};
using Memory = std::unique_ptr<BIO, FreeBio>;

std::string text_of(const Memory& memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string name_of(const X509_NAME* name) {
  const unsigned char* data = nullptr;
  std::size_t size = 0;
  if (name == nullptr || X509_NAME_get0_der(name, &data, &size) != 1) return {};
  return core::distinguished_name({static_cast<const char*>(static_cast<const void*>(data)), size});
}

std::string pem_of(const STACK_OF(X509) * chain) {
  const Memory memory(BIO_new(BIO_s_mem()));
  if (!memory) return {};
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    PEM_write_bio_X509(memory.get(), sk_X509_value(chain, i));
  }
  return text_of(memory);
}

}  // namespace

std::vector<std::uint8_t> der_of(const X509* certificate) {
  unsigned char* data = nullptr;
  const int size = i2d_X509(certificate, &data);
  if (size <= 0) return {};
  std::vector<std::uint8_t> der(data, data + size);
  OPENSSL_free(data);
  return der;
}

namespace {

ServerCertificate describe(const X509* leaf, const STACK_OF(X509) * chain) {
  ServerCertificate result;
  if (leaf == nullptr) return result;
  result.der = der_of(leaf);
  result.subject = name_of(X509_get_subject_name(leaf));
  result.issuer = name_of(X509_get_issuer_name(leaf));
  if (chain != nullptr) result.pem_chain = pem_of(chain);
  return result;
}

}  // namespace

ServerCertificate describe_certificate(X509_STORE_CTX* verification) {
  const STACK_OF(X509)* built = X509_STORE_CTX_get0_chain(verification);
  const STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(verification);
  const bool use_built = built != nullptr && sk_X509_num(built) >= (sent ? sk_X509_num(sent) : 0);
  return describe(X509_STORE_CTX_get0_cert(verification), use_built ? built : sent);
}

std::vector<std::string> path_of(X509_STORE_CTX* verification) {
  const STACK_OF(X509)* built = X509_STORE_CTX_get0_chain(verification);
  std::vector<std::string> path;
  for (int i = 0; i < sk_X509_num(built); ++i) {
    const auto der = der_of(sk_X509_value(built, i));
    path.emplace_back(der.begin(), der.end());
  }
  return path;
}

ServerCertificate describe_resumed(const SSL* connection) {
  const std::unique_ptr<X509, FreeCertificate> leaf(SSL_get1_peer_certificate(connection));
  ServerCertificate result = describe(leaf.get(), SSL_get_peer_cert_chain(connection));
  result.verified = SSL_get_verify_result(connection) == X509_V_OK;
  result.status =
      result.verified ? "OK" : X509_verify_cert_error_string(SSL_get_verify_result(connection));
  return result;
}

}  // namespace coffer::net
