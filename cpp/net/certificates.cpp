#include "net/certificates.h"

#include <algorithm>
#include <utility>

#include "certs/describe.h"
#include "certs/pem.h"
#include "core/error.h"
#include "core/text.h"

namespace coffer::net {
namespace {

using certs::Certificate;
using certs::Selection;

constexpr std::int32_t kUnusable = 281;
constexpr std::size_t kLongestChain = 10;

void append_once(std::vector<Certificate>& chain, const Certificate& certificate) {
  if (std::find(chain.begin(), chain.end(), certificate) == chain.end()) {
    chain.push_back(certificate);
  }
}

// The leaf, then its issuers out of the store. A root need not be sent (RFC 8446, 4.4.2).
std::vector<Certificate> path(const Certificate& leaf, const std::vector<Certificate>& others) {
  std::vector<Certificate> chain{leaf};
  while (chain.size() < kLongestChain) {
    const Certificate& last = chain.back();
    const auto issuer = std::find_if(others.begin(), others.end(), [&](const Certificate& other) {
      return other.subject_key() == last.issuer_key() &&
             other.subject_key() != other.issuer_key() &&
             std::find(chain.begin(), chain.end(), other) == chain.end();
    });
    if (issuer == others.end()) break;
    chain.push_back(*issuer);
  }
  return chain;
}

ClientCertificate client_certificate(const Selection& selection, std::string_view ca_pem) {
  const certs::Entry& entry = selection.entry;
  if (!entry.certificate) {
    throw core::Error(kUnusable,
                      "SSLCert holds a key without a certificate; use a store with both");
  }
  if (entry.key_closed) {
    throw core::Error(kUnusable,
                      "SSLCert's private key has a password of its own; set KeyPassword");
  }
  if (entry.private_key.empty()) {
    throw core::Error(kUnusable, "SSLCert has no private key (" + entry.subject() +
                                     "); use a store that holds it, such as a PFX file");
  }
  std::vector<Certificate> chain = path(*entry.certificate, selection.others);
  for (const Certificate& one : ca_certificates("SSLCACerts", ca_pem))
    append_once(chain, one);
  ClientCertificate out;
  for (const Certificate& one : chain)
    out.chain_pem += one.pem();
  out.private_key_pem = certs::describe(entry).private_key;
  return out;
}

}  // namespace

std::vector<Certificate> ca_certificates(std::string_view setting, std::string_view pem) {
  std::vector<Certificate> out;
  if (core::trim(pem).empty()) return out;
  try {
    for (certs::Entry& entry :
         certs::read_store(pem, certs::StoreType::kPublicKeyBlob, core::Secret())) {
      if (entry.certificate) out.push_back(std::move(*entry.certificate));
    }
  } catch (const core::Error&) {
    out.clear();
  }
  if (out.empty() || out.size() < certs::pem_blocks(pem).size()) {
    throw core::Error(713, std::string(setting) +
                               " must hold certificates in PEM, one after the other, and nothing "
                               "else.");
  }
  return out;
}

void add_certificates(const certs::ConnectionCertificates& certificates,
                      std::string_view ca_certificates, TransportOptions& options) {
  try {
    if (const auto accepted = certificates.accepted.selection()) {
      if (!accepted->entry.certificate) {
        throw core::Error(272, "SSLAcceptServerCert holds a key without a certificate");
      }
      const std::string& der = accepted->entry.certificate->der();
      options.accept_server_cert.assign(der.begin(), der.end());
    }
  } catch (const core::Error& error) {
    options.unusable_certificate = error;
  }
  try {
    if (const auto own = certificates.own.selection()) {
      options.client_certificate = client_certificate(*own, ca_certificates);
    }
  } catch (const core::Error& error) {
    options.unusable_certificate = core::Error(kUnusable, error.what());
  }
}

std::string certificates_fingerprint(const certs::ConnectionCertificates& certificates) {
  return certificates.own.fingerprint() + certificates.accepted.fingerprint();
}

}  // namespace coffer::net
