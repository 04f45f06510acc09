// What a user wants to know about revocation.
//
// Threads: plain data.
#pragma once

namespace coffer::revocation {

// SSLCheckCRL and SSLCheckOCSP: kIfNamed goes on only if the certificate names no such source.
enum class Mode { kOff = 0, kIfNamed = 1, kRequired = 2 };

struct Policy {
  Mode crl = Mode::kOff;
  Mode ocsp = Mode::kOff;
  // SSLSecurityFlags 0x100 and 0x400: go on where the status cannot be learnt.
  bool ignore_unknown_leaf = false;
  bool ignore_unknown_authority = false;
  bool any() const noexcept { return crl != Mode::kOff || ocsp != Mode::kOff; }
};

}  // namespace coffer::revocation
