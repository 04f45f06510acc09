#include "revocation/sources.h"

#include <algorithm>

#include "certs/extensions.h"
#include "core/der.h"
#include "core/text.h"

namespace coffer::revocation {
namespace {

namespace der = core::der;
using core::DerReader;

constexpr std::uint8_t kUri = der::context(6);  // of GeneralName
constexpr std::size_t kLongestUrl = 2048;

bool usable(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (url.size() <= kScheme.size() || url.size() > kLongestUrl) return false;
  const bool printable =
      std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7F; });
  return printable && core::equal_ignoring_case(url.substr(0, kScheme.size()), kScheme);
}

// The content of an extension whose value is a SEQUENCE; `malformed` when it is none.
std::optional<std::string_view> sequence_of(const certs::Certificate& certificate,
                                            std::string_view oid, bool& malformed) {
  const auto list = certs::list_extensions(certificate.extension_octets());
  malformed = !list;
  if (!list) return std::nullopt;
  for (const certs::Extension& one : *list) {
    if (one.oid != oid) continue;
    DerReader reader(one.value);
    const auto sequence = reader.next(der::kSequence);
    malformed = !sequence || !reader.at_end();
    return malformed ? std::nullopt : std::optional(sequence->content);
  }
  return std::nullopt;
}

void add(Sources& out, const std::string& url) {
  if (!usable(url)) {
    out.only_others = true;
    return;
  }
  const bool there = std::find(out.urls.begin(), out.urls.end(), url) != out.urls.end();
  if (!there && out.urls.size() < kMostUrls) out.urls.push_back(url);
}

bool read_point(std::string_view point, Sources& out) {
  DerReader fields(point);
  const auto name = fields.next(der::constructed(0));
  const auto reasons = fields.next(der::context(1));
  const auto issuer = fields.next(der::constructed(2));
  if (!fields.at_end()) return false;
  if (!name || reasons || issuer) {
    out.only_others = true;
    return true;
  }
  const auto uris = full_name_uris(name->content);
  if (uris.empty()) out.only_others = true;
  for (const std::string& uri : uris)
    add(out, uri);
  return true;
}

Sources settled(Sources out) {
  if (!out.urls.empty()) out.only_others = false;
  return out;
}

}  // namespace

std::vector<std::string> full_name_uris(std::string_view distribution_point_name) {
  std::vector<std::string> out;
  const auto names = DerReader(distribution_point_name).next(der::constructed(0));
  if (!names) return out;
  for (DerReader reader(names->content); !reader.at_end();) {
    const auto name = reader.next();
    if (!name) break;
    if (name->tag == kUri) out.emplace_back(name->content);
  }
  return out;
}

Sources crl_sources(const certs::Certificate& certificate) {
  Sources out;
  const auto points = sequence_of(certificate, "2.5.29.31", out.malformed);
  if (!points) return out;
  for (DerReader reader(*points); !reader.at_end();) {
    const auto point = reader.next(der::kSequence);
    if (!point || !read_point(point->content, out)) {
      out.malformed = true;
      return out;
    }
  }
  return settled(std::move(out));
}

Sources ocsp_sources(const certs::Certificate& certificate) {
  Sources out;
  const auto descriptions = sequence_of(certificate, "1.3.6.1.5.5.7.1.1", out.malformed);
  if (!descriptions) return out;
  for (DerReader reader(*descriptions); !reader.at_end();) {
    const auto description = reader.next(der::kSequence);
    DerReader fields(description ? description->content : std::string_view());
    const auto method = fields.next(der::kOid);
    const auto location = fields.next();
    if (!method || !location || !fields.at_end()) {
      out.malformed = true;
      return out;
    }
    if (core::oid_text(method->content) != "1.3.6.1.5.5.7.48.1") continue;  // id-ad-ocsp
    if (location->tag == kUri) {
      add(out, std::string(location->content));
    } else {
      out.only_others = true;
    }
  }
  return settled(std::move(out));
}

}  // namespace coffer::revocation
