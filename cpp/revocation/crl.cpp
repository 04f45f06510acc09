#include "revocation/crl.h"

#include <algorithm>
#include <optional>

#include "certs/extensions.h"
#include "certs/plain_certificate.h"
#include "core/der.h"
#include "core/text.h"
#include "revocation/signed_data.h"
#include "revocation/sources.h"

namespace coffer::revocation {
namespace {

namespace der = core::der;
using core::DerReader;

constexpr std::uint8_t kEnumerated = 0x0A;
constexpr unsigned kRemoveFromCrl = 8;

// Views into the list.
struct List {
  SignedData data;
  std::string_view inner_algorithm;
  std::string_view issuer;
  std::int64_t this_update = 0;
  std::optional<std::int64_t> next_update;
  std::string_view entries;
  std::string_view extensions;
};

std::optional<std::int64_t> optional_time(DerReader& reader) {
  DerReader copy = reader;
  const auto time = certs::read_time(copy.next());
  if (time) reader = copy;
  return time;
}

std::optional<List> read_list(std::string_view octets) {
  DerReader outer(octets);
  const auto whole = outer.next(der::kSequence);
  if (!whole || !outer.at_end()) return std::nullopt;
  DerReader parts(whole->content);
  const auto data = read_signed_data(parts);
  if (!data || !parts.at_end()) return std::nullopt;
  List out;
  out.data = *data;
  DerReader fields(data->content);
  const auto version = fields.next(der::kInteger);
  if (version && version->content != std::string_view("\1", 1)) return std::nullopt;  // v2
  const auto algorithm = fields.next(der::kSequence);
  const auto issuer = fields.next(der::kSequence);
  const auto this_update = optional_time(fields);
  if (!algorithm || !issuer || !this_update) return std::nullopt;
  out.inner_algorithm = algorithm->whole;
  out.issuer = issuer->whole;
  out.this_update = *this_update;
  out.next_update = optional_time(fields);
  if (const auto entries = fields.next(der::kSequence)) out.entries = entries->content;
  if (const auto extensions = fields.next(der::constructed(0))) {
    if (!version || extensions->content.empty()) return std::nullopt;
    out.extensions = extensions->content;
  }
  return fields.at_end() ? std::optional(out) : std::nullopt;
}

bool is_true(const std::optional<core::DerElement>& flag) {
  return flag && flag->content != std::string_view("\0", 1);
}

// The scope of the list (RFC 5280 sections 5.2.5 and 6.3.3 (b)); empty when it holds `subject`.
std::string scope_problem(std::string_view value, const certs::Certificate& subject,
                          const std::vector<std::string>& urls) {
  DerReader outer(value);
  const auto sequence = outer.next(der::kSequence);
  if (!sequence || !outer.at_end()) return "is malformed";
  DerReader fields(sequence->content);
  const auto name = fields.next(der::constructed(0));
  const bool users = is_true(fields.next(der::context(1)));
  const bool authorities = is_true(fields.next(der::context(2)));
  const auto reasons = fields.next(der::context(3));
  const bool indirect = is_true(fields.next(der::context(4)));
  const bool attributes = is_true(fields.next(der::context(5)));
  if (!fields.at_end()) return "is malformed";
  if (indirect) return "is an indirect list, which is not supported";
  if (reasons) return "holds some reasons of revocation only, which is not supported";
  const bool ca = subject.extensions().ca;
  if (attributes || (users && ca) || (authorities && !ca)) {
    return "does not cover this kind of certificate";
  }
  if (!name) return {};
  const auto mine = full_name_uris(name->content);
  const bool named = std::any_of(mine.begin(), mine.end(), [&](const std::string& one) {
    return std::find(urls.begin(), urls.end(), one) != urls.end();
  });
  return named ? std::string() : "is meant for certificates that name another list";
}

std::string extensions_problem(const List& list, const certs::Certificate& subject,
                               const std::vector<std::string>& urls) {
  const auto all = certs::list_extensions(list.extensions);
  if (!all) return "is malformed";
  for (const certs::Extension& one : *all) {
    if (one.oid == "2.5.29.27") return "is a delta list, which is not supported";
    if (one.oid == "2.5.29.28") {
      std::string problem = scope_problem(one.value, subject, urls);
      if (!problem.empty()) return problem;
    } else if (one.critical && one.oid != "2.5.29.20" && one.oid != "2.5.29.35") {
      return "has a critical extension that is not understood";
    }
  }
  return {};
}

std::string issuer_problem(const List& list, const certs::Certificate& issuer) {
  if (core::name_key(list.issuer) != issuer.subject_key()) return "is of another issuer";
  const auto& usage = issuer.extensions().key_usage;
  if (usage && (*usage & certs::kCrlSign) == 0) {
    return "is signed by a CA that may not sign lists (keyUsage)";
  }
  if (list.inner_algorithm != list.data.algorithm) return "is malformed";
  return signature_problem(list.data, issuer.public_octets());
}

std::string time_problem(const List& list, std::int64_t now) {
  if (list.this_update > now + kClockTolerance) {
    return "is not valid yet (from " + core::iso_time(list.this_update) + " on); check the clock";
  }
  if (!list.next_update) return "does not say until when it is valid";
  if (*list.next_update + kClockTolerance < now) {
    return "has expired (" + core::iso_time(*list.next_update) + ")";
  }
  return {};
}

struct Entry {
  bool found = false;
  unsigned reason = 0;
  std::string problem;
};

// The reason in an entry's extensions, and whether one of them keeps the list from being used.
std::string read_reason(std::string_view extensions, unsigned& reason) {
  const auto all = certs::list_extensions(extensions);
  if (!all) return "is malformed";
  for (const certs::Extension& one : *all) {
    if (one.oid == "2.5.29.21") {
      const auto code = DerReader(one.value).next(kEnumerated);
      if (!code || code->content.size() != 1) return "is malformed";
      reason = static_cast<unsigned char>(code->content.front());
    } else if (one.critical) {  // such as certificateIssuer: another issuer's from here on
      return "has an entry with a critical extension that is not understood";
    }
  }
  return {};
}

// A list may hold some 100,000 entries: of those that are not meant only what is critical is read.
bool may_be_critical(std::string_view extensions) {
  return extensions.find(std::string_view("\1\1\xFF", 3)) != std::string_view::npos;
}

Entry find_entry(std::string_view entries, std::string_view serial) {
  Entry out;
  for (DerReader reader(entries); !reader.at_end();) {
    const auto entry = reader.next(der::kSequence);
    DerReader fields(entry ? entry->content : std::string_view());
    const auto number = fields.next(der::kInteger);
    const auto date = fields.next();
    const auto extensions = fields.next(der::kSequence);
    if (!number || !date || !fields.at_end()) {
      out.problem = "is malformed";
      return out;
    }
    const bool meant = number->content == serial;
    unsigned reason = 0;
    if (extensions && (meant || may_be_critical(extensions->content))) {
      out.problem = read_reason(extensions->whole, reason);
      if (!out.problem.empty()) return out;
    }
    if (!meant) continue;
    out.found = reason != kRemoveFromCrl;  // the last word about a serial counts
    out.reason = reason;
  }
  return out;
}

std::optional<std::string> der_of_pem(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN X509 CRL-----";
  constexpr std::string_view kEnd = "-----END X509 CRL-----";
  const std::string_view trimmed = core::trim(text);
  if (!core::starts_with(trimmed, kBegin)) return std::nullopt;
  const std::size_t end = trimmed.find(kEnd);
  if (end == std::string_view::npos) return std::nullopt;
  std::string digits;
  for (const char c : trimmed.substr(kBegin.size(), end - kBegin.size())) {
    if (c != '\r' && c != '\n') digits += c;
  }
  const auto octets = core::base64_decode(digits);
  if (!octets) return std::nullopt;
  return std::string(octets->begin(), octets->end());
}

}  // namespace

Answer judge_crl(std::string_view octets, const certs::Certificate& subject,
                 const certs::Certificate& issuer, const std::vector<std::string>& urls,
                 std::int64_t now) {
  const std::string kList = "cannot be checked: its revocation list ";
  const auto pem = der_of_pem(octets);
  const auto list = read_list(pem ? std::string_view(*pem) : octets);
  if (!list) return unusable(kList + "is malformed");
  std::string problem = issuer_problem(*list, issuer);
  if (problem.empty()) problem = time_problem(*list, now);
  if (problem.empty()) problem = extensions_problem(*list, subject, urls);
  if (!problem.empty()) return unusable(kList + problem);
  const Entry entry = find_entry(list->entries, subject.serial_octets());
  if (!entry.problem.empty()) return unusable(kList + entry.problem);
  const std::int64_t until = std::min(*list->next_update, now + kLongestUse);
  if (!entry.found) return {Answer::Kind::kGood, {}, until};
  return {Answer::Kind::kRevoked,
          "is revoked by its issuer's list (" + reason_name(entry.reason) + ")", until};
}

}  // namespace coffer::revocation
