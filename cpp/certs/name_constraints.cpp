#include "certs/name_constraints.h"

#include <optional>
#include <vector>

#include "core/der.h"
#include "core/text.h"

namespace coffer::certs {
namespace {

namespace der = core::der;

// Comparisons of one certificate with one CA: an ordinary one needs some tens.
constexpr std::size_t kMostComparisons = std::size_t{1} << 14U;

// The tags of GeneralName (RFC 5280 section 4.2.1.6).
constexpr std::uint8_t kRfc822 = der::context(1);
constexpr std::uint8_t kDns = der::context(2);
constexpr std::uint8_t kDirectory = der::constructed(4);
constexpr std::uint8_t kUri = der::context(6);
constexpr std::uint8_t kIp = der::context(7);

struct Name {
  std::uint8_t form = 0;
  std::string_view content;
};

struct Constraints {
  std::vector<Name> permitted;
  std::vector<Name> excluded;
};

std::optional<std::vector<Name>> subtrees(std::string_view list) {
  std::vector<Name> out;
  for (core::DerReader reader(list); !reader.at_end();) {
    const auto subtree = reader.next(der::kSequence);
    if (!subtree) return std::nullopt;
    core::DerReader fields(subtree->content);
    const auto base = fields.next();
    // minimum and maximum are not used by any profile; their presence changes the meaning.
    if (!base || !fields.at_end()) return std::nullopt;
    out.push_back({base->tag, base->content});
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

std::optional<Constraints> read_constraints(std::string_view octets) {
  core::DerReader outer(octets);
  const auto sequence = outer.next(der::kSequence);
  if (!sequence || !outer.at_end()) return std::nullopt;
  core::DerReader fields(sequence->content);
  Constraints out;
  bool any = false;
  for (unsigned i = 0; i < 2; ++i) {
    const auto list = fields.next(der::constructed(i));
    if (!list) continue;
    auto names = subtrees(list->content);
    if (!names) return std::nullopt;
    (i == 0 ? out.permitted : out.excluded) = std::move(*names);
    any = true;
  }
  if (!any || !fields.at_end()) return std::nullopt;
  return out;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() &&
         core::equal_ignoring_case(text.substr(text.size() - end.size()), end);
}

// "host.example" allows itself and, for dNSName, what is below it; ".example" what is below it.
bool host_within(std::string_view host, std::string_view base, bool below_too) {
  if (base.empty()) return true;
  if (base.front() == '.') return host.size() > base.size() && ends_with(host, base);
  if (core::equal_ignoring_case(host, base)) return true;
  return below_too && host.size() > base.size() && ends_with(host, base) &&
         host[host.size() - base.size() - 1] == '.';
}

// nullopt for what is no plain mailbox: quoted ones with a second @ are not told from malformed
// ones.
std::optional<bool> mail_within(std::string_view mailbox, std::string_view base) {
  const std::size_t at = mailbox.find('@');
  if (at == std::string_view::npos || at != mailbox.rfind('@')) return std::nullopt;
  const std::size_t base_at = base.rfind('@');
  if (base_at == std::string_view::npos) return host_within(mailbox.substr(at + 1), base, false);
  return mailbox.substr(0, at) == base.substr(0, base_at) &&
         core::equal_ignoring_case(mailbox.substr(at + 1), base.substr(base_at + 1));
}

// nullopt when the URI has no host by name, to which a constraint cannot be applied.
std::optional<std::string_view> host_of(std::string_view uri) {
  const std::size_t slashes = uri.find("://");
  if (slashes == std::string_view::npos) return std::nullopt;
  std::string_view host = uri.substr(slashes + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) {
    host.remove_prefix(at + 1);
  }
  host = host.substr(0, host.find(':'));
  const bool address = host.find_first_not_of("0123456789.") == std::string_view::npos;
  if (host.empty() || host.front() == '[' || address) return std::nullopt;
  return host;
}

// `base` is an address and a mask of the same size.
bool ip_within(std::string_view address, std::string_view base) {
  if (base.size() != 2 * address.size()) return false;
  for (std::size_t i = 0; i < address.size(); ++i) {
    const auto mask = static_cast<unsigned char>(base[address.size() + i]);
    if (((static_cast<unsigned char>(address[i]) ^ static_cast<unsigned char>(base[i])) & mask) !=
        0) {
      return false;
    }
  }
  return true;
}

// nullopt when it cannot be said.
std::optional<bool> within(const Name& name, const Name& base) {
  switch (name.form) {
    case kDns:
      return host_within(name.content, base.content, true);
    case kRfc822:
      return mail_within(name.content, base.content);
    case kIp:
      return ip_within(name.content, base.content);
    case kUri:
      if (const auto host = host_of(name.content)) return host_within(*host, base.content, false);
      return std::nullopt;
    case kDirectory: {
      const std::string key = core::name_key(name.content);
      const std::string base_key = core::name_key(base.content);
      if (key.empty() || base_key.empty()) return std::nullopt;
      return core::starts_with(key, base_key);
    }
    default:
      return std::nullopt;
  }
}

bool allowed(const Name& name, const Constraints& constraints) {
  bool restricted = false;
  bool inside = false;
  for (const Name& base : constraints.permitted) {
    if (base.form != name.form) continue;
    restricted = true;
    if (within(name, base) == std::optional<bool>(true)) inside = true;
  }
  if (restricted && !inside) return false;
  for (const Name& base : constraints.excluded) {
    if (base.form != name.form) continue;
    const auto hit = within(name, base);
    if (!hit || *hit) return false;
  }
  return true;
}

// The e-mail addresses that a subject carries instead of a subjectAltName (RFC 5280, the end of
// section 4.2.1.10).
std::vector<Name> mail_addresses(std::string_view subject) {
  std::vector<Name> out;
  core::DerReader outer(subject);
  const auto names = outer.next(der::kSequence);
  if (!names) return out;
  core::DerReader sets(names->content);
  while (const auto set = sets.next(der::kSet)) {
    core::DerReader pairs(set->content);
    while (const auto pair = pairs.next(der::kSequence)) {
      core::DerReader fields(pair->content);
      const auto type = fields.next(der::kOid);
      const auto value = fields.next();
      if (type && value && core::oid_text(type->content) == "1.2.840.113549.1.9.1") {
        out.push_back({kRfc822, value->content});
      }
    }
  }
  return out;
}

}  // namespace

std::string constraint_problem(const Certificate& ca, const Certificate& certificate) {
  const std::string& text = ca.extensions().name_constraints;
  if (text.empty()) return {};
  const auto constraints = read_constraints(text);
  if (!constraints) return "the name constraints of '" + ca.subject() + "' cannot be understood";
  std::vector<Name> names = mail_addresses(certificate.subject_octets());
  core::DerReader subject(certificate.subject_octets());
  if (const auto sequence = subject.next(); sequence && !sequence->content.empty()) {
    names.push_back({kDirectory, certificate.subject_octets()});
  }
  core::DerReader outer(certificate.extensions().alternative_names);
  if (const auto sequence = outer.next(der::kSequence)) {
    for (core::DerReader list(sequence->content); !list.at_end();) {
      const auto name = list.next();
      if (!name) return "the names of '" + certificate.subject() + "' cannot be understood";
      names.push_back({name->tag, name->content});
    }
  }
  const std::size_t bases = constraints->permitted.size() + constraints->excluded.size();
  if (bases * names.size() > kMostComparisons) {
    return "'" + ca.subject() + "' has too many name constraints for the names of '" +
           certificate.subject() + "'";
  }
  for (const Name& name : names) {
    if (!allowed(name, *constraints)) {
      return "'" + ca.subject() + "' may not vouch for the names of '" + certificate.subject() +
             "' (name constraints)";
    }
  }
  return {};
}

}  // namespace coffer::certs
