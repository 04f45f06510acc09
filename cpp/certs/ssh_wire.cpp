#include "certs/ssh_wire.h"

#include "certs/keys.h"
#include "core/text.h"

namespace coffer::certs {
namespace {

constexpr std::string_view kEd25519 = "1.3.101.112";
constexpr std::size_t kEd25519Octets = 32;

int curve_of(std::string_view kind) {
  if (kind == "ecdsa-sha2-nistp256") return 256;
  if (kind == "ecdsa-sha2-nistp384") return 384;
  return kind == "ecdsa-sha2-nistp521" ? 521 : 0;
}

// The public numbers, in the order of the blob.
struct Public {
  std::string_view kind;
  std::string_view numbers[4];
};

std::optional<Public> parts(std::string_view blob) {
  SshReader reader(blob);
  Public out;
  out.kind = reader.string_or_empty();
  const int count = out.kind == "ssh-rsa"       ? 2
                    : out.kind == "ssh-dss"     ? 4
                    : out.kind == "ssh-ed25519" ? 1
                    : curve_of(out.kind) != 0   ? 2
                                                : 0;
  if (count == 0) return std::nullopt;
  for (int i = 0; i < count; ++i) {
    const auto one = reader.string();
    if (!one || one->empty()) return std::nullopt;
    out.numbers[i] = *one;
  }
  if (!reader.at_end()) return std::nullopt;
  return out;
}

struct Private {
  std::string_view d, p, q;  // of DSA: x alone; of Ed25519 the seed
};

std::optional<Entry> entry_of(const Public& key, const Private& secret) {
  const auto& [first, second, third, fourth] = key.numbers;
  if (key.kind == "ssh-rsa") return rsa_entry({second, first, secret.d, secret.p, secret.q});
  if (key.kind == "ssh-dss") return dsa_entry(first, second, third, fourth, secret.d);
  if (key.kind == "ssh-ed25519") return edwards_entry(kEd25519, first, secret.d);
  return ec_entry(curve_of(key.kind), second, secret.d);
}

// The private part of openssh-key-v1 (OpenSSH's PROTOCOL.key), after its two check numbers.
std::optional<Entry> openssh_numbers(const Public& key, SshReader reader) {
  if (reader.string_or_empty() != key.kind) return std::nullopt;
  Private secret;
  if (key.kind == "ssh-rsa") {
    if (reader.string_or_empty() != key.numbers[1]) return std::nullopt;  // n
    if (reader.string_or_empty() != key.numbers[0]) return std::nullopt;  // e
    secret.d = reader.string_or_empty();
    (void)reader.string();  // the inverse of q
    secret.p = reader.string_or_empty();
    secret.q = reader.string_or_empty();
  } else {
    const int count = key.kind == "ssh-dss" ? 4 : key.kind == "ssh-ed25519" ? 1 : 2;
    for (int i = 0; i < count; ++i) {
      if (reader.string_or_empty() != key.numbers[i]) return std::nullopt;
    }
    secret.d = reader.string_or_empty();
    if (key.kind == "ssh-ed25519") secret.d = secret.d.substr(0, kEd25519Octets);
  }
  if (secret.d.empty()) return std::nullopt;
  return entry_of(key, secret);
}

}  // namespace

std::optional<std::uint32_t> SshReader::number() {
  constexpr std::size_t kOctets = 4;
  if (rest_.size() < kOctets) return std::nullopt;
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < kOctets; ++i)
    out = out << 8U | static_cast<std::uint8_t>(rest_[i]);
  rest_.remove_prefix(kOctets);
  return out;
}

std::optional<std::string_view> SshReader::string() {
  const auto size = number();
  if (!size || *size > rest_.size()) return std::nullopt;
  const std::string_view out = rest_.substr(0, *size);
  rest_.remove_prefix(*size);
  return out;
}

std::string ssh_string(std::string_view text) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>(text.size() >> static_cast<unsigned>(shift) & 0xFFU);
  return out.append(text);
}

std::optional<Entry> ssh_public(std::string_view blob) {
  const auto key = parts(blob);
  return key ? entry_of(*key, {}) : std::nullopt;
}

std::optional<Entry> ssh_private(std::string_view blob, std::string_view numbers) {
  const auto key = parts(blob);
  if (!key) return std::nullopt;
  SshReader reader(numbers);
  Private secret;
  secret.d = reader.string_or_empty();
  if (key->kind == "ssh-rsa") {
    secret.p = reader.string_or_empty();
    secret.q = reader.string_or_empty();
  }
  return secret.d.empty() ? std::nullopt : entry_of(*key, secret);
}

std::optional<Entry> openssh_private(std::string_view octets) {
  constexpr std::string_view kMagic{"openssh-key-v1\0", 15};
  if (!core::starts_with(octets, kMagic)) return std::nullopt;
  SshReader reader(octets.substr(kMagic.size()));
  const std::string_view cipher = reader.string_or_empty();
  const auto derivation = reader.string();
  const auto options = reader.string();
  const auto count = reader.number();
  const auto blob = reader.string();
  const auto sealed = reader.string();
  if (!derivation || !options || count != 1U || !blob || !sealed) return std::nullopt;
  if (cipher != "none") {
    unsupported(
        "OpenSSH's own encryption of keys is not supported; write the key anew with "
        "ssh-keygen -p -m PKCS8");
  }
  const auto key = parts(*blob);
  SshReader inside(*sealed);
  const auto first = inside.number();
  if (!key || !first || inside.number() != first) return std::nullopt;
  return openssh_numbers(*key, inside);
}

}  // namespace coffer::certs
