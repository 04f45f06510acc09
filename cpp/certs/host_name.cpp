#include "certs/host_name.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>

#include "core/der.h"
#include "core/text.h"

namespace coffer::certs {
namespace {

constexpr std::uint8_t kDns = core::der::context(2);
constexpr std::uint8_t kIp = core::der::context(7);
constexpr std::size_t kIpv4 = 4;
constexpr std::size_t kIpv6 = 16;

// The octets of an address, empty when it is none.
std::string address_octets(std::string_view host) {
  std::array<char, kIpv6> octets{};
  if (host.find('\0') != std::string_view::npos) return {};
  const std::string text(host);
  if (inet_pton(AF_INET, text.c_str(), octets.data()) == 1) return {octets.data(), kIpv4};
  if (inet_pton(AF_INET6, text.c_str(), octets.data()) == 1) return {octets.data(), kIpv6};
  return {};
}

// A fully written name ends in a dot, which certificates leave out.
std::string_view without_dot(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  return name;
}

// Letters, digits, hyphens, underscores; no empty label.
bool is_plain_name(std::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
  return plain && !name.empty() && name.front() != '.' && name.back() != '.' &&
         name.find("..") == std::string_view::npos;
}

}  // namespace

bool is_ip_address(std::string_view host) {
  return !address_octets(host).empty();
}

bool name_covers(std::string_view pattern, std::string_view host) {
  host = without_dot(host);
  pattern = without_dot(pattern);
  if (!is_plain_name(host)) return false;
  if (!core::starts_with(pattern, "*.")) {
    return is_plain_name(pattern) && core::equal_ignoring_case(pattern, host);
  }
  // RFC 9525 6.3: the wildcard is one whole label, and not that of a top-level domain's children.
  const std::string_view parent = pattern.substr(2);
  const std::size_t dot = host.find('.');
  return is_plain_name(parent) && parent.find('.') != std::string_view::npos &&
         dot != std::string_view::npos && core::equal_ignoring_case(host.substr(dot + 1), parent);
}

bool is_for_host(const Certificate& certificate, std::string_view host) {
  const std::string address = address_octets(host);
  core::DerReader outer(certificate.extensions().alternative_names);
  const auto sequence = outer.next(core::der::kSequence);
  if (!sequence) return false;
  core::DerReader names(sequence->content);
  while (const auto name = names.next()) {
    if (address.empty() ? name->tag == kDns && name_covers(name->content, host)
                        : name->tag == kIp && name->content == address) {
      return true;
    }
  }
  return false;
}

}  // namespace coffer::certs
