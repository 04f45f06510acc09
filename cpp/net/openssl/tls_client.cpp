#include "net/openssl/tls_client.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "core/error.h"
#include "net/openssl/free.h"

namespace coffer::net {

namespace {

using Memory = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_pop_free(stack, X509_free); }
};
using Stack = std::unique_ptr<STACK_OF(X509), FreeStack>;

// A key that asks for a password is refused, never asked about on a terminal.
int no_password(char*, int, int, void*) {
  return -1;
}

[[noreturn]] void refuse(const char* why) {
  ERR_clear_error();
  throw core::Error(281, std::string("The client certificate in SSLCert cannot be used: ") + why);
}

}  // namespace

struct ClientIdentity::Impl {
  explicit Impl(const ClientCertificate& certificate) : chain(sk_X509_new_null()) {
    const std::string& pem = certificate.chain_pem;
    const Memory certificates(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const std::string& secret = certificate.private_key_pem.reveal();
    const Memory keys(BIO_new_mem_buf(secret.data(), static_cast<int>(secret.size())));
    if (!chain || !certificates || !keys) throw core::Error(30002, "Out of memory.");
    leaf.reset(PEM_read_bio_X509(certificates.get(), nullptr, no_password, nullptr));
    if (!leaf) refuse("it is no certificate that the TLS library knows.");
    while (X509* issuer = PEM_read_bio_X509(certificates.get(), nullptr, no_password, nullptr)) {
      if (sk_X509_push(chain.get(), issuer) == 0) {
        X509_free(issuer);
        throw core::Error(30002, "Out of memory.");
      }
    }
    key.reset(PEM_read_bio_PrivateKey(keys.get(), nullptr, no_password, nullptr));
    if (!key) refuse("its private key is missing or of a kind that the TLS library does not know.");
    if (X509_check_private_key(leaf.get(), key.get()) != 1) {
      refuse("the private key does not belong to it.");
    }
    ERR_clear_error();
  }
  Certificate leaf;
  Stack chain;
  Key key;
};

ClientIdentity::ClientIdentity(const ClientCertificate& certificate)
    : impl_(std::make_unique<Impl>(certificate)) {}

ClientIdentity::~ClientIdentity() = default;

bool ClientIdentity::give(SSL* connection) const noexcept {
  return SSL_use_cert_and_key(connection, impl_->leaf.get(), impl_->key.get(), impl_->chain.get(),
                              1) == 1;
}

}  // namespace coffer::net
