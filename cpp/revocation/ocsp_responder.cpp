#include "revocation/ocsp_responder.h"

#include <algorithm>
#include <optional>

#include "certs/extensions.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "revocation/answer.h"

namespace coffer::revocation {
namespace {

namespace der = core::der;
using core::DerReader;

// A delegated responder cannot be asked about itself. Without id-pkix-ocsp-nocheck (RFC 6960
// section 4.2.2.2.1) it is believed only if it lives too short to need a revocation.
constexpr std::int64_t kShortLife = std::int64_t{31} * 24 * 3600;

bool is_named(const core::DerElement& id, const certs::Certificate& certificate) {
  if (id.tag == der::constructed(1)) {
    const std::string key = core::name_key(id.content);
    return !key.empty() && key == certificate.subject_key();
  }
  if (id.tag != der::constructed(2)) return false;
  DerReader reader(id.content);
  const auto hash = reader.next(der::kOctetString);
  const auto mine = crypto::sha1(key_bits(certificate.public_octets()));
  return hash && reader.at_end() &&
         hash->content ==
             std::string_view(static_cast<const char*>(static_cast<const void*>(mine.data())),
                              mine.size());
}

bool may_answer(const certs::Extensions& extensions) {
  const auto& purposes = extensions.extended_key_usage;
  const auto& usage = extensions.key_usage;
  return purposes && (!usage || (*usage & certs::kDigitalSignature) != 0) &&
         std::find(purposes->begin(), purposes->end(), "1.3.6.1.5.5.7.3.9") != purposes->end();
}

std::string delegate_problem(const certs::Certificate& delegate, const certs::Certificate& issuer,
                             std::int64_t now) {
  if (delegate.issuer_key() != issuer.subject_key()) {
    return "is signed by a responder of another issuer";
  }
  const auto all = certs::list_extensions(delegate.extension_octets());
  if (!all) return "is signed by a responder whose certificate is malformed";
  const bool unchecked = std::any_of(all->begin(), all->end(), [](const certs::Extension& one) {
    return one.oid == "1.3.6.1.5.5.7.48.1.5";
  });
  if (!may_answer(delegate.extensions())) {
    return "is signed by a certificate that may not sign OCSP answers";
  }
  if (delegate.extensions().unknown_critical) {
    return "is signed by a responder whose certificate has a critical extension that is not "
           "understood";
  }
  if (now + kClockTolerance < delegate.not_before() || now > delegate.not_after()) {
    return "is signed by a responder whose certificate is not valid now";
  }
  if (!unchecked && delegate.not_after() - delegate.not_before() > kShortLife) {
    return "is signed by a responder whose certificate might be revoked itself (no "
           "id-pkix-ocsp-nocheck)";
  }
  if (!delegate.strong_signature() || !delegate.signed_by(issuer)) {
    return "is signed by a responder whose certificate has a wrong or weak signature";
  }
  return {};
}

}  // namespace

std::string_view key_bits(std::string_view public_key) {
  const auto whole = DerReader(public_key).next(der::kSequence);
  if (!whole) return {};
  DerReader fields(whole->content);
  const auto algorithm = fields.next(der::kSequence);
  const auto bits = fields.next(der::kBitString);
  return algorithm && bits && !bits->content.empty() ? bits->content.substr(1) : std::string_view();
}

std::string responder_problem(const SignedData& data, const core::DerElement& id,
                              const std::vector<std::string_view>& enclosed,
                              const certs::Certificate& issuer, std::int64_t now) {
  std::string problem = "is signed by a responder whose certificate is missing";
  if (is_named(id, issuer)) {
    problem = signature_problem(data, issuer.public_octets());
    if (problem.empty()) return problem;
  }
  for (const std::string_view octets : enclosed) {
    const auto delegate = certs::Certificate::from_der(octets);
    if (!delegate || *delegate == issuer || !is_named(id, *delegate)) continue;
    problem = delegate_problem(*delegate, issuer, now);
    if (problem.empty()) problem = signature_problem(data, delegate->public_octets());
    if (problem.empty()) return problem;
  }
  return problem;
}

}  // namespace coffer::revocation
