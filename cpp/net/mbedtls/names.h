// The manual's names for versions, suites, groups and signature algorithms, as mbedTLS's.
//
// Threads: free functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/options.h"
#include "net/tls_settings.h"

namespace coffer::net::internal {

// What a connection may be of. mbedTLS takes a range; what lies in a gap of it is refused after the
// ServerHello.
struct Versions : TlsVersions {
  bool allow(std::string_view negotiated) const noexcept;  // "TLSv1.2"
};
// SSLEnabledProtocols, as far as this mbedTLS has them. 270 when it has none of what is asked,
// 713 when nothing that exists is.
Versions enabled_versions(int enabled_protocols);

// SSLEnabledCipherSuites: IANA's names, also with the SSL_ prefix, ';' between them; "" and "*"
// are the default. Suites that mbedTLS lacks are passed over; 713 when none is left. The signature
// algorithms decide which kinds of key may appear.
enum class KeyTypes { kAny, kRsa, kEcdsa };
std::vector<int> suite_ids(const std::string& list, KeyTypes keys, int least_bits);
// IANA's name of a suite that mbedTLS calls by another.
std::string official_suite(std::string_view mbedtls_name);

// TLS12SupportedGroups, TLS13SupportedGroups: IANA's numbers of what mbedTLS may have.
std::vector<std::uint16_t> group_ids(const std::string& list);

// TLS12SignatureAlgorithms, TLS13SignatureAlgorithms: IANA's SignatureScheme. MD5 and SHA-1 are
// left out whatever is listed (contract section 3).
std::vector<std::uint16_t> signature_ids(const std::string& list);
KeyTypes key_types(const std::vector<std::uint16_t>& signatures);

}  // namespace coffer::net::internal
