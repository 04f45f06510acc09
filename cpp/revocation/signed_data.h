// Octets with a signature after them, as certificates, revocation lists and OCSP answers are built:
// SEQUENCE { to be signed, AlgorithmIdentifier, BIT STRING }.
//
// Threads: free functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/der.h"

namespace coffer::revocation {

// Views into what was read.
struct SignedData {
  std::string_view content;    // of the signed SEQUENCE
  std::string_view octets;     // what the signature covers
  std::string_view algorithm;  // AlgorithmIdentifier
  std::string_view signature;  // without the octet of unused bits
};
// Reads the three from `fields`, which may hold more after them.
std::optional<SignedData> read_signed_data(core::DerReader& fields);

// Empty when the key of `public_key` (SubjectPublicKeyInfo) made the signature, else why that does
// not hold: SHA-1 and MD5, RSA below 2048 and curves below 256 bits are refused, and so are
// algorithms that mbedTLS does not know.
std::string signature_problem(const SignedData& data, std::string_view public_key);

}  // namespace coffer::revocation
