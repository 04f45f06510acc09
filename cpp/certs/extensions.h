// The extensions of a certificate that judging a chain needs (RFC 5280 section 4.2).
//
// Threads: plain data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::certs {

// Bits of keyUsage: bit n of the ASN.1 BIT STRING is 1 << n.
constexpr unsigned kDigitalSignature = 1U << 0U;
constexpr unsigned kKeyEncipherment = 1U << 2U;
constexpr unsigned kKeyAgreement = 1U << 4U;
constexpr unsigned kKeyCertSign = 1U << 5U;
constexpr unsigned kCrlSign = 1U << 6U;

struct Extensions {
  bool ca = false;                                             // basicConstraints
  std::optional<int> path_length;                              // intermediates allowed below
  std::optional<unsigned> key_usage;                           // absent: any
  std::optional<std::vector<std::string>> extended_key_usage;  // OIDs; absent: any
  std::string subject_key_id;                                  // empty when absent
  std::string authority_key_id;
  std::string alternative_names;  // DER of subjectAltName, empty when absent
  std::string name_constraints;   // DER of the extension, empty when absent
  bool unknown_critical = false;  // one that is critical and that nothing here understands
};

// One extension as it stands, of a certificate, a revocation list or an OCSP answer.
struct Extension {
  std::string oid;
  bool critical = false;
  std::string_view value;
};
// `list` is DER of Extensions, empty when there are none. nullopt when it is malformed or holds one
// kind twice.
std::optional<std::vector<Extension>> list_extensions(std::string_view list);

// `list` is DER of Extensions, empty when there are none. nullopt when it is malformed or holds one
// kind twice.
std::optional<Extensions> read_extensions(std::string_view list);

}  // namespace coffer::certs
