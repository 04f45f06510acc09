#include "net/proxy_exceptions.h"

#include <arpa/inet.h>

#include <optional>

#include "core/text.h"
#include "core/value.h"

namespace coffer::net {

namespace {

constexpr std::size_t kIPv4 = 4;
constexpr std::size_t kIPv6 = 16;

// An address as the octets it stands for: "::1" is written in many ways.
std::optional<core::Bytes> address(const std::string& text) {
  core::Bytes octets(kIPv6);
  if (inet_pton(AF_INET6, text.c_str(), octets.data()) == 1) return octets;
  octets.resize(kIPv4);
  if (inet_pton(AF_INET, text.c_str(), octets.data()) == 1) return octets;
  return std::nullopt;
}

std::string without_brackets(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  return std::string(text);
}

// "example.com." names the same host.
std::string_view without_last_dot(std::string_view name) {
  if (name.size() > 1 && name.back() == '.') name.remove_suffix(1);
  return name;
}

// With "*" for any characters, by going back to the last star: linear in practice and never deep.
bool matches_pattern(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = i;
    } else if (at < pattern.size() && pattern[at] == text[i]) {
      ++at;
      ++i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*')
    ++at;
  return at == pattern.size();
}

bool in_block(const core::Bytes& host, const core::Bytes& block, std::size_t bits) {
  if (host.size() != block.size() || bits > block.size() * 8) return false;
  const std::size_t whole = bits / 8;
  for (std::size_t i = 0; i < whole; ++i) {
    if (host[i] != block[i]) return false;
  }
  if (bits % 8 == 0) return true;
  const unsigned mask = 0xffU << (8 - bits % 8);
  return (host[whole] & mask) == (block[whole] & mask);
}

// "name:8080", "[::1]:8080"; an IPv6 address without brackets has no port.
std::string_view take_port(std::string_view entry, std::optional<std::int64_t>& port) {
  const std::size_t colon = entry.rfind(':');
  if (colon == std::string_view::npos) return entry;
  const bool brackets = entry.front() == '[' && colon > 0 && entry[colon - 1] == ']';
  if (entry.front() == '[' ? !brackets : entry.find(':') != colon) return entry;
  port = core::parse_int(entry.substr(colon + 1)).value_or(-1);
  return entry.substr(0, colon);
}

bool no_proxy_entry(std::string_view entry, const std::string& host, int port) {
  if (entry == "*") return true;
  std::optional<std::int64_t> only;
  entry = take_port(entry, only);
  if (only && *only != port) return false;
  if (const auto numbers = address(host)) {
    const std::size_t slash = entry.find('/');
    const auto block = address(without_brackets(entry.substr(0, slash)));
    if (!block) return false;
    if (slash == std::string_view::npos) return *block == *numbers;
    const auto bits = core::parse_int(entry.substr(slash + 1));
    return bits && *bits >= 0 && in_block(*numbers, *block, static_cast<std::size_t>(*bits));
  }
  if (core::starts_with(entry, "*")) entry.remove_prefix(1);
  if (core::starts_with(entry, ".")) entry.remove_prefix(1);
  const std::string name = core::lower(without_last_dot(entry));
  const std::string_view whole = without_last_dot(host);
  if (name.empty() || whole.size() < name.size()) return false;
  const std::size_t rest = whole.size() - name.size();
  return whole.substr(rest) == name && (rest == 0 || whole[rest - 1] == '.');
}

}  // namespace

bool in_exceptions(std::string_view list, const std::string& host) {
  const auto numbers = address(host);
  for (const std::string_view entry : core::split(list, ';')) {
    const std::string name = core::lower(without_last_dot(core::trim(entry)));
    if (name.empty()) continue;
    const auto listed = address(without_brackets(name));
    if (listed ? listed == numbers : matches_pattern(name, without_last_dot(host))) return true;
  }
  return false;
}

bool in_no_proxy(std::string_view list, const std::string& host, int port) {
  while (!list.empty()) {
    const std::size_t end = list.find_first_of(", \t");
    const std::string_view entry = list.substr(0, end);
    list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
    if (!entry.empty() && no_proxy_entry(entry, host, port)) return true;
  }
  return false;
}

}  // namespace coffer::net
