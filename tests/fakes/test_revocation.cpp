#include "test_revocation.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <stdexcept>

namespace coffer::test {
namespace {

template <auto Function>
struct Free {
  template <class T>
  void operator()(T* object) const noexcept {
    Function(object);
  }
};
template <class T, auto Function>
using Owned = std::unique_ptr<T, Free<Function>>;
using Time = Owned<ASN1_TIME, ASN1_TIME_free>;
using Extension = Owned<X509_EXTENSION, X509_EXTENSION_free>;

Time from_now(long seconds) {
  return Time(ASN1_TIME_adj(nullptr, std::time(nullptr), 0, seconds));
}

Owned<ASN1_GENERALIZEDTIME, ASN1_GENERALIZEDTIME_free> general(long seconds) {
  return Owned<ASN1_GENERALIZEDTIME, ASN1_GENERALIZEDTIME_free>(
      ASN1_GENERALIZEDTIME_adj(nullptr, std::time(nullptr), 0, seconds));
}

Extension raw_extension(const std::string& oid, bool critical, const std::string& der) {
  const Owned<ASN1_OBJECT, ASN1_OBJECT_free> kind(OBJ_txt2obj(oid.c_str(), 1));
  const Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> octets(ASN1_OCTET_STRING_new());
  ASN1_OCTET_STRING_set(octets.get(), reinterpret_cast<const unsigned char*>(der.data()),
                        static_cast<int>(der.size()));
  return Extension(
      X509_EXTENSION_create_by_OBJ(nullptr, kind.get(), critical ? 1 : 0, octets.get()));
}

template <class T>
std::string der_of(T* object, int (*write)(const T*, unsigned char**)) {
  unsigned char* data = nullptr;
  const int size = write(object, &data);
  if (size <= 0) throw std::runtime_error("test material cannot be written");
  std::string octets(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return octets;
}

void add_entry(X509_CRL* list, const RevokedEntry& wish) {
  X509_REVOKED* entry = X509_REVOKED_new();
  X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(wish.certificate->certificate.get()));
  X509_REVOKED_set_revocationDate(entry, from_now(-7200).get());
  if (wish.reason >= 0) {
    const Owned<ASN1_ENUMERATED, ASN1_ENUMERATED_free> reason(ASN1_ENUMERATED_new());
    ASN1_ENUMERATED_set(reason.get(), wish.reason);
    X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason.get(), 0, 0);
  }
  if (wish.critical_other) {
    X509_REVOKED_add_ext(entry, raw_extension("1.3.6.1.4.1.55555.2", true, {5, 0}).get(), -1);
  }
  X509_CRL_add0_revoked(list, entry);
}

}  // namespace

std::string make_crl(const TestCertificate& issuer, const CrlWish& wish) {
  const Owned<X509_CRL, X509_CRL_free> list(X509_CRL_new());
  if (!wish.first_version) X509_CRL_set_version(list.get(), 1);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer.certificate.get()));
  X509_CRL_set1_lastUpdate(list.get(), from_now(wish.from_seconds).get());
  if (wish.to_seconds) X509_CRL_set1_nextUpdate(list.get(), from_now(*wish.to_seconds).get());
  for (const RevokedEntry& entry : wish.revoked)
    add_entry(list.get(), entry);
  if (!wish.extension_oid.empty()) {
    const auto extension = raw_extension(wish.extension_oid, wish.critical, wish.extension);
    X509_CRL_add_ext(list.get(), extension.get(), -1);
  }
  const TestCertificate& signer = wish.signer != nullptr ? *wish.signer : issuer;
  if (X509_CRL_sign(list.get(), signer.key.get(), wish.sha1 ? EVP_sha1() : EVP_sha256()) == 0) {
    throw std::runtime_error("a list cannot be signed");
  }
  return der_of(list.get(), i2d_X509_CRL);
}

std::string make_ocsp(const TestCertificate& issuer, const std::string& request,
                      const OcspWish& wish) {
  if (wish.response_status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    const Owned<OCSP_RESPONSE, OCSP_RESPONSE_free> refusal(
        OCSP_response_create(wish.response_status, nullptr));
    return der_of(refusal.get(), i2d_OCSP_RESPONSE);
  }
  const auto read = [](const std::string& der) {
    const auto* data = reinterpret_cast<const unsigned char*>(der.data());
    return Owned<OCSP_REQUEST, OCSP_REQUEST_free>(
        d2i_OCSP_REQUEST(nullptr, &data, static_cast<long>(der.size())));
  };
  const auto asked = read(request);
  const auto meant = read(wish.about.empty() ? request : wish.about);
  if (!asked || !meant || OCSP_request_onereq_count(meant.get()) != 1) {
    throw std::runtime_error("OpenSSL does not understand the request");
  }
  OCSP_CERTID* const id = OCSP_onereq_get0_id(OCSP_request_onereq_get0(meant.get(), 0));
  const Owned<OCSP_BASICRESP, OCSP_BASICRESP_free> basic(OCSP_BASICRESP_new());
  for (int i = 0; i < wish.times; ++i) {
    OCSP_basic_add1_status(basic.get(), id, wish.status, wish.reason, general(-7200).get(),
                           general(wish.from_seconds).get(),
                           wish.to_seconds ? general(*wish.to_seconds).get() : nullptr);
  }
  if (wish.nonce == OcspWish::Nonce::kEchoed) OCSP_copy_nonce(basic.get(), asked.get());
  if (wish.nonce == OcspWish::Nonce::kOther) OCSP_basic_add1_nonce(basic.get(), nullptr, 32);
  if (wish.critical_extension) {
    const auto extension = raw_extension("1.3.6.1.4.1.55555.3", true, {5, 0});
    OCSP_BASICRESP_add_ext(basic.get(), extension.get(), -1);
  }
  const TestCertificate& signer = wish.signer != nullptr ? *wish.signer : issuer;
  unsigned long flags = wish.key_hash ? OCSP_RESPID_KEY : 0;
  if (wish.without_certificate) flags |= OCSP_NOCERTS;
  if (OCSP_basic_sign(basic.get(), signer.certificate.get(), signer.key.get(),
                      wish.sha1 ? EVP_sha1() : EVP_sha256(), nullptr, flags) != 1) {
    throw std::runtime_error("an answer cannot be signed");
  }
  const Owned<OCSP_RESPONSE, OCSP_RESPONSE_free> whole(
      OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
  return der_of(whole.get(), i2d_OCSP_RESPONSE);
}

}  // namespace coffer::test
