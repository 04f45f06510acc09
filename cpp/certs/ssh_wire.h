// Keys as SSH sends them (RFC 4251 section 5, RFC 4253 section 6.6, RFC 5656, RFC 8709).
//
// Threads: free functions, any thread; an SshReader belongs to one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "certs/store.h"

namespace coffer::certs {

class SshReader {
 public:
  explicit SshReader(std::string_view octets) : rest_(octets) {}
  bool at_end() const noexcept { return rest_.empty(); }
  std::optional<std::uint32_t> number();
  std::optional<std::string_view> string();  // also an mpint
  std::string_view string_or_empty() { return string().value_or(std::string_view()); }

 private:
  std::string_view rest_;
};

std::string ssh_string(std::string_view text);

// nullopt for kinds other than RSA, DSA, ECDSA on P-256, P-384 and P-521, and Ed25519.
std::optional<Entry> ssh_public(std::string_view blob);
// `numbers`: the private ones in PuTTY's order.
std::optional<Entry> ssh_private(std::string_view blob, std::string_view numbers);
// What is in "OPENSSH PRIVATE KEY". 271 with the reason when it is encrypted.
std::optional<Entry> openssh_private(std::string_view octets);

}  // namespace coffer::certs
