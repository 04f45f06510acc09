// Who may sign an OCSP answer (RFC 6960 section 4.2.2.2): the issuer, or a certificate that the
// issuer made for that.
//
// Threads: free functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "certs/certificate.h"
#include "core/der.h"
#include "revocation/signed_data.h"

namespace coffer::revocation {

// The content of the key's BIT STRING, which key hashes cover; empty when it is malformed.
std::string_view key_bits(std::string_view public_key);

// Empty when the answer `data` is signed by the responder that `id` (ResponderID) names. `enclosed`
// are the certificates that came along, DER.
std::string responder_problem(const SignedData& data, const core::DerElement& id,
                              const std::vector<std::string_view>& enclosed,
                              const certs::Certificate& issuer, std::int64_t now);

}  // namespace coffer::revocation
