// Public keys in SSH's formats: one line for each (OpenSSH), or RFC 4716.
#include "certs/ssh_wire.h"
#include "certs/store_reader.h"
#include "core/text.h"
#include "jose/base64url.h"

namespace coffer::certs {
namespace {

constexpr std::string_view kBegin = "---- BEGIN SSH2 PUBLIC KEY ----";
constexpr std::string_view kEnd = "---- END SSH2 PUBLIC KEY ----";
constexpr std::size_t kMostKeys = 1000;

std::optional<Entry> entry_of(std::string_view base64) {
  const auto blob = jose::decode_base64_lenient(base64);
  return blob ? ssh_public(*blob) : std::nullopt;
}

// RFC 4716 section 3.3: header lines have a colon, and go on after a backslash.
std::optional<Entry> block(std::string_view text) {
  std::string digits;
  bool header = false;
  for (const std::string_view line : core::split(text, '\n')) {
    const std::string_view bare = core::trim(line);
    const bool goes_on = !bare.empty() && bare.back() == '\\';
    const bool is_header = header || bare.find(':') != std::string_view::npos;
    header = is_header && goes_on;
    if (!is_header) digits += bare;
  }
  return entry_of(digits);
}

// "kind base64 comment", options before it passed over; "# …" is a remark.
std::optional<Entry> line_entry(std::string_view line) {
  const std::string_view bare = core::trim(line);
  if (bare.empty() || bare.front() == '#') return std::nullopt;
  std::string_view before;
  for (const std::string_view word : core::split(bare, ' ')) {
    if (core::starts_with(before, "ssh-") || core::starts_with(before, "ecdsa-sha2-")) {
      if (before.find("-cert-v01@") != std::string_view::npos) {
        unsupported("certificates of OpenSSH are not supported; use the public key itself");
      }
      return entry_of(word);
    }
    before = word;
  }
  return std::nullopt;
}

}  // namespace

std::vector<Entry> read_ssh_public(std::string_view octets, Unlock& /*unlock*/) {
  std::vector<Entry> out;
  for (std::size_t at = 0;
       out.size() < kMostKeys && (at = octets.find(kBegin, at)) != std::string_view::npos;) {
    const std::size_t body = at + kBegin.size();
    const std::size_t end = octets.find(kEnd, body);
    if (end == std::string_view::npos) break;
    if (auto entry = block(octets.substr(body, end - body))) out.push_back(std::move(*entry));
    at = end;
  }
  if (!out.empty()) return out;
  if (auto entry = ssh_public(octets)) return {std::move(*entry)};
  for (const std::string_view line : core::split(octets, '\n')) {
    if (out.size() == kMostKeys) break;
    if (auto entry = line_entry(line)) out.push_back(std::move(*entry));
  }
  return out;
}

}  // namespace coffer::certs
