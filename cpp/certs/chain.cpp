#include "certs/chain.h"

#include <algorithm>
#include <utility>

#include "certs/name_constraints.h"
#include "core/text.h"
#include "jose/base64url.h"

namespace coffer::certs {
namespace {

constexpr std::size_t kMostLength = 12;      // leaf to anchor: x5c's ten, an anchor, and one more
constexpr std::size_t kMostSignatures = 64;  // cross certificates could ask for very many
constexpr std::size_t kLeastEcBits = 256;

std::string quoted(const Certificate& certificate) {
  return "'" + certificate.subject() + "'";
}

struct Problem {
  ChainFault fault = ChainFault::kNone;
  std::string text;
  bool empty() const noexcept { return fault == ChainFault::kNone; }
};

// What may be said of a certificate wherever it stands in the path.
Problem own_problem(const Certificate& certificate, std::int64_t now, bool any_date) {
  if (!any_date && now < certificate.not_before()) {
    return {ChainFault::kNotYetValid, quoted(certificate) + " is not valid yet"};
  }
  if (!any_date && now > certificate.not_after()) {
    return {ChainFault::kExpired, quoted(certificate) + " has expired"};
  }
  if (certificate.extensions().unknown_critical) {
    return {ChainFault::kUnknownCritical,
            quoted(certificate) + " has a critical extension that is not understood"};
  }
  const bool weak = certificate.key_kind() == KeyKind::kRsa ? !certificate.public_key()
                                                            : certificate.key_bits() < kLeastEcBits;
  if (weak) {
    return {ChainFault::kWeakKey,
            quoted(certificate) + " has a key that is too short or not supported"};
  }
  return {};
}

bool for_servers(const Certificate& certificate) {
  const auto& purposes = certificate.extensions().extended_key_usage;
  return !purposes ||
         std::find(purposes->begin(), purposes->end(), "1.3.6.1.5.5.7.3.1") != purposes->end();
}

bool key_for_servers(const Certificate& certificate) {
  const auto& usage = certificate.extensions().key_usage;
  return !usage || (*usage & (kDigitalSignature | kKeyEncipherment | kKeyAgreement)) != 0;
}

bool self_issued(const Certificate& certificate) {
  return certificate.subject_key() == certificate.issuer_key();
}

class Search {
 public:
  Search(const std::vector<Certificate>& intermediates, const std::vector<Certificate>& anchors,
         std::int64_t now, ChainPurpose purpose, ChainLeniency lenient)
      : anchors_(anchors), now_(now), purpose_(purpose), lenient_(lenient) {
    // Anchors first: the shortest path is found first.
    for (const auto* list : {&anchors, &intermediates}) {
      for (const Certificate& one : *list) {
        if (std::find(pool_.begin(), pool_.end(), one) == pool_.end()) pool_.push_back(one);
      }
    }
  }

  bool run(const Certificate& leaf) {
    path_.push_back(leaf);
    problem_ = own_problem(leaf, now_, lenient_.dates);
    if (problem_.empty() && purpose_ == ChainPurpose::kServer && !lenient_.leaf_usage &&
        !(for_servers(leaf) && key_for_servers(leaf))) {
      problem_ = {ChainFault::kPurpose, quoted(leaf) + " is not for servers (key usage)"};
    }
    of_leaf_ = true;
    return problem_.empty() && extend();
  }
  std::vector<Certificate> path() && { return std::move(path_); }
  const Problem& problem() const { return problem_; }
  bool of_leaf() const { return of_leaf_; }

 private:
  bool is_anchor(const Certificate& one) const {
    return std::find(anchors_.begin(), anchors_.end(), one) != anchors_.end();
  }

  bool extend() {
    const Certificate last = path_.back();
    if (is_anchor(last)) return true;
    if (!last.strong_signature()) {
      fail({ChainFault::kWeakHash, quoted(last) + " is signed with a weak hash"}, last);
      return false;
    }
    bool any = false;
    for (const bool matching : {true, false}) {  // those with the right key id before the others
      for (const Certificate& issuer : pool_) {
        if (issuer.subject_key() != last.issuer_key() || matches(issuer, last) != matching) {
          continue;
        }
        any = true;
        if (take(last, issuer)) return true;
      }
    }
    if (!any) {
      fail({ChainFault::kIssuerMissing, "the certificate of '" + last.issuer() +
                                            "', which issued " + quoted(last) + ", is missing"},
           last);
    }
    return false;
  }

  static bool matches(const Certificate& issuer, const Certificate& subject) {
    const std::string& wanted = subject.extensions().authority_key_id;
    const std::string& given = issuer.extensions().subject_key_id;
    return wanted.empty() || given.empty() || wanted == given;
  }

  bool take(const Certificate& last, const Certificate& issuer) {
    if (std::find(path_.begin(), path_.end(), issuer) != path_.end()) {
      if (problem_.empty()) {
        fail({ChainFault::kNoAnchor,
              "the CAs of " + quoted(path_.front()) + " vouch for each other alone"},
             last);
      }
      return false;
    }
    Problem problem = issuer_problem(issuer);
    const bool of_issuer = !problem.empty();
    if (problem.empty() && !signature_good(last, issuer)) {
      problem = {ChainFault::kSignature, quoted(last) + " is not signed by " + quoted(issuer)};
    }
    // Last, because it may cost most: only who made the signatures can ask for it.
    if (problem.empty()) problem = names_problem(issuer);
    if (!problem.empty()) {
      fail(std::move(problem), of_issuer ? issuer : last);
      return false;
    }
    path_.push_back(issuer);
    if (extend()) return true;
    path_.pop_back();
    return false;
  }

  Problem issuer_problem(const Certificate& issuer) const {
    Problem problem = own_problem(issuer, now_, lenient_.dates);
    if (!problem.empty()) return problem;
    const Extensions& extensions = issuer.extensions();
    if (!extensions.ca) return {ChainFault::kNotCa, quoted(issuer) + " is no CA"};
    if (extensions.key_usage && (*extensions.key_usage & kKeyCertSign) == 0) {
      return {ChainFault::kKeyUsage, quoted(issuer) + " may not sign certificates (keyUsage)"};
    }
    if (purpose_ == ChainPurpose::kServer && !for_servers(issuer)) {
      return {ChainFault::kPurpose, quoted(issuer) + " is no CA of servers (extKeyUsage)"};
    }
    // Intermediates below it, the self-issued ones not counted (RFC 5280 section 4.2.1.9).
    const auto below = std::count_if(path_.begin() + 1, path_.end(),
                                     [](const Certificate& one) { return !self_issued(one); });
    if (extensions.path_length && below > *extensions.path_length) {
      return {ChainFault::kPathLength,
              quoted(issuer) + " allows fewer CAs below it (pathLenConstraint)"};
    }
    if (path_.size() >= kMostLength) return {ChainFault::kTooLong, "the chain is too long"};
    return {};
  }

  Problem names_problem(const Certificate& issuer) const {
    for (std::size_t i = 0; i < path_.size(); ++i) {
      if (i > 0 && self_issued(path_[i])) continue;  // RFC 5280 section 4.2.1.10
      std::string problem = constraint_problem(issuer, path_[i]);
      if (!problem.empty()) return {ChainFault::kNameConstraints, std::move(problem)};
    }
    return {};
  }

  bool signature_good(const Certificate& subject, const Certificate& issuer) {
    if (signatures_ >= kMostSignatures) return false;
    ++signatures_;
    return subject.signed_by(issuer);
  }

  // The problem of the longest path says most.
  void fail(Problem problem, const Certificate& of) {
    if (!problem_.empty() && path_.size() < deepest_) return;
    deepest_ = path_.size();
    of_leaf_ = of == path_.front();
    problem_ = std::move(problem);
  }

  std::vector<Certificate> pool_;
  const std::vector<Certificate>& anchors_;
  const std::int64_t now_;
  const ChainPurpose purpose_;
  const ChainLeniency lenient_;
  std::vector<Certificate> path_;
  std::size_t signatures_ = 0;
  std::size_t deepest_ = 0;
  Problem problem_;
  bool of_leaf_ = false;
};

// The base64 of one entry, which some senders put between the lines of PEM.
std::string_view without_armour(std::string_view entry) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  std::string_view text = core::trim(entry);
  if (!core::starts_with(text, kBegin)) return text;
  text.remove_prefix(kBegin.size());
  const std::size_t end = text.find(kEnd);
  if (end == std::string_view::npos || end + kEnd.size() != text.size()) return entry;
  return text.substr(0, end);
}

}  // namespace

X5c read_x5c(const std::vector<std::string>& entries) {
  X5c out;
  out.problem.clear();
  std::size_t octets = 0;
  for (const std::string& entry : entries) {
    octets += entry.size();
  }
  if (entries.empty()) {
    out.problem = "x5c holds no certificate";
  } else if (entries.size() > kMaxX5cCertificates || octets > kMaxX5cOctets) {
    out.problem = "x5c holds more than 10 certificates or 64 KiB";
  }
  if (!out.problem.empty()) return out;
  for (const std::string& entry : entries) {
    const auto der = jose::decode_base64_lenient(without_armour(entry));
    auto certificate = der ? Certificate::from_der(*der) : std::nullopt;
    if (!certificate) {
      out.certificates.clear();
      out.problem = "x5c holds something that is no certificate";
      return out;
    }
    out.certificates.push_back(std::move(*certificate));
  }
  return out;
}

ChainVerdict verify_chain(const Certificate& leaf, const std::vector<Certificate>& intermediates,
                          const std::vector<Certificate>& anchors, std::int64_t now,
                          ChainPurpose purpose, ChainLeniency lenient) {
  ChainVerdict verdict;
  if (anchors.empty()) {
    verdict.problem = "no root certificate is configured";
    return verdict;
  }
  Search search(intermediates, anchors, now, purpose, lenient);
  if (search.run(leaf)) {
    verdict.problem.clear();
    verdict.fault = ChainFault::kNone;
    verdict.path = std::move(search).path();
  } else if (!search.problem().empty()) {
    verdict.problem = search.problem().text;
    verdict.fault = search.problem().fault;
    verdict.of_leaf = search.of_leaf();
  }
  return verdict;
}

}  // namespace coffer::certs
