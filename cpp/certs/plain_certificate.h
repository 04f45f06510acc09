// The parts of a certificate, whatever its key and signature are (RFC 5280 section 4.1).
//
// Threads: free functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/der.h"

namespace coffer::certs {

// Views into what was read: DER of the whole element, where nothing else is said.
struct PlainCertificate {
  int version = 1;
  std::string_view serial;  // content
  std::string_view signature;
  std::string_view issuer;
  std::int64_t not_before = 0;  // seconds since the epoch
  std::int64_t not_after = 0;
  std::string_view subject;
  std::string_view public_key;
  std::string_view extensions;  // empty when there are none
};
std::optional<PlainCertificate> read_plain_certificate(std::string_view text);

// A UTCTime or GeneralizedTime in the forms of RFC 5280 section 4.1.2.5, seconds optional, as
// seconds since the epoch; 0 for a moment that does not exist, such as one in the year 0.
std::optional<std::int64_t> read_time(const std::optional<core::DerElement>& time);

// Of a SubjectPublicKeyInfo: the name of the algorithm ("RSA", "EC", "Ed25519", else the OID) and
// its length as far as it is known, else 0; the key itself, a view into what was read.
struct KeyDescription {
  std::string algorithm;
  std::size_t bits = 0;
  std::string_view octets;
};
KeyDescription key_description(std::string_view spki);

// "sha256RSA", "Ed25519", else the OID of an AlgorithmIdentifier.
std::string signature_name(std::string_view algorithm);

}  // namespace coffer::certs
