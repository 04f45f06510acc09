// The path from a leaf to one of the configured anchors (RFC 5280 section 6, as far as
// acsSignedContent and servers need it). No revocation, no host names.
//
// Threads: free functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "certs/certificate.h"

namespace coffer::certs {

constexpr std::size_t kMaxX5cCertificates = 10;
constexpr std::size_t kMaxX5cOctets = std::size_t{64} << 10;

struct X5c {
  std::string problem = "x5c was not read";  // empty when all of it was read
  std::vector<Certificate> certificates;     // leaf first, then hints in any order
};
// Entries in either base64 alphabet, with line breaks or PEM armour; at least one, at most
// kMaxX5cCertificates and kMaxX5cOctets of text.
X5c read_x5c(const std::vector<std::string>& entries);

// What the end of the best path fails by, for those who have words of their own.
enum class ChainFault {
  kNone,
  kNotVerified,
  kIssuerMissing,
  kNoAnchor,  // the CAs vouch for each other or themselves alone
  kExpired,
  kNotYetValid,
  kWeakKey,
  kWeakHash,
  kUnknownCritical,
  kNotCa,
  kKeyUsage,
  kPurpose,
  kPathLength,
  kSignature,
  kNameConstraints,
  kTooLong,
};

struct ChainVerdict {
  std::string problem = "the chain was not verified";  // empty when there is a good path
  ChainFault fault = ChainFault::kNotVerified;
  bool of_leaf = false;           // the fault is the leaf's own
  std::vector<Certificate> path;  // leaf to anchor, when good
  explicit operator bool() const noexcept { return problem.empty(); }
};
// What the leaf is used for; kServer asks extKeyUsage and keyUsage for it, the CAs' too.
enum class ChainPurpose { kAny, kServer };
// What the user of a chain chose not to mind.
struct ChainLeniency {
  bool dates = false;
  bool leaf_usage = false;  // kServer of the leaf
};
// `intermediates` are hints in any order, roots among them too; only `anchors` are trusted, and
// they may be intermediates or the leaf itself. `now` is seconds since the epoch, the injected
// clock's.
ChainVerdict verify_chain(const Certificate& leaf, const std::vector<Certificate>& intermediates,
                          const std::vector<Certificate>& anchors, std::int64_t now,
                          ChainPurpose purpose = ChainPurpose::kAny, ChainLeniency lenient = {});

}  // namespace coffer::certs
