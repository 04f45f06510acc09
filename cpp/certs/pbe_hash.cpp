// The hashes, and the key derivation of PKCS #12.
#include <array>

#include "certs/pbe.h"
#include "core/text.h"
#include "crypto/mbedtls.h"
// After it: it opens mbedTLS's structures.
#include <mbedtls/md.h>

namespace coffer::certs {
namespace {

struct Hash {
  std::string_view oid;
  mbedtls_md_type_t type;
};

constexpr std::array<Hash, 11> kHashes = {{
    {"1.2.840.113549.2.5", MBEDTLS_MD_MD5},
    {"1.3.14.3.2.26", MBEDTLS_MD_SHA1},
    {"2.16.840.1.101.3.4.2.4", MBEDTLS_MD_SHA224},
    {"2.16.840.1.101.3.4.2.1", MBEDTLS_MD_SHA256},
    {"2.16.840.1.101.3.4.2.2", MBEDTLS_MD_SHA384},
    {"2.16.840.1.101.3.4.2.3", MBEDTLS_MD_SHA512},
    {"1.2.840.113549.2.7", MBEDTLS_MD_SHA1},
    {"1.2.840.113549.2.8", MBEDTLS_MD_SHA224},
    {"1.2.840.113549.2.9", MBEDTLS_MD_SHA256},
    {"1.2.840.113549.2.10", MBEDTLS_MD_SHA384},
    {"1.2.840.113549.2.11", MBEDTLS_MD_SHA512},
}};

const mbedtls_md_info_t* info_of(int hash) {
  return mbedtls_md_info_from_type(static_cast<mbedtls_md_type_t>(hash));
}

// `text` over and over, up to the next whole `block`; nothing for nothing.
std::string repeated(std::string_view text, std::size_t block) {
  std::string out;
  const std::size_t size = (text.size() + block - 1) / block * block;
  out.reserve(size);
  while (out.size() < size)
    out += text.substr(0, std::min(text.size(), size - out.size()));
  return out;
}

// number = (number + addend + 1) mod 2^(8 size), big-endian.
void add_plus_one(char* number, std::string_view addend) {
  unsigned carry = 1;
  for (std::size_t i = addend.size(); i-- > 0;) {
    carry += static_cast<std::uint8_t>(number[i]);
    carry += static_cast<std::uint8_t>(addend[i]);
    number[i] = static_cast<char>(carry & 0xFFU);
    carry >>= 8U;
  }
}

}  // namespace

int hash_of(std::string_view oid) {
  for (const Hash& one : kHashes) {
    if (one.oid == oid) return one.type;
  }
  return MBEDTLS_MD_NONE;
}

std::size_t hash_size(int hash) {
  const mbedtls_md_info_t* const info = info_of(hash);
  return info == nullptr ? 0 : mbedtls_md_get_size(info);
}

core::Secret hmac(int hash, std::string_view key, std::string_view data) {
  std::string out(hash_size(hash), '\0');
  crypto::require(mbedtls_md_hmac(info_of(hash), crypto::octets(key), key.size(),
                                  crypto::octets(data), data.size(), crypto::octets(out)),
                  "authenticate data");
  return core::Secret(std::move(out));
}

bool equal_octets(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |=
        static_cast<unsigned>(static_cast<std::uint8_t>(a[i]) ^ static_cast<std::uint8_t>(b[i]));
  }
  return difference == 0;
}

core::Secret utf16_big_endian(std::string_view utf8) {
  constexpr std::uint32_t kFirstPair = 0x10000;
  if (!core::valid_utf8(utf8)) {
    throw core::Error(273, "The password of the certificate store is no UTF-8");
  }
  std::string out;
  out.reserve(utf8.size() * 2 + 2);
  const auto unit = [&](std::uint32_t value) {
    out += static_cast<char>(value >> 8U & 0xFFU);
    out += static_cast<char>(value & 0xFFU);
  };
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<std::uint8_t>(utf8[i]);
    const std::size_t more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    std::uint32_t point = more == 0 ? lead : lead & (0x3FU >> more);
    for (std::size_t j = 1; j <= more; ++j)
      point = point << 6U | (static_cast<std::uint8_t>(utf8[i + j]) & 0x3FU);
    i += more + 1;
    if (point < kFirstPair) {
      unit(point);
    } else {
      unit(0xD800U + ((point - kFirstPair) >> 10U));
      unit(0xDC00U + ((point - kFirstPair) & 0x3FFU));
    }
  }
  return core::Secret(std::move(out));
}

core::Secret bmp_password(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size() * 2 + 2);
  out += utf16_big_endian(utf8).reveal();
  out.append(2, '\0');
  return core::Secret(std::move(out));
}

core::Secret pkcs12_key(int hash, char id, std::string_view password, std::string_view salt,
                        std::uint64_t rounds, std::size_t size, Unlock& unlock) {
  constexpr std::size_t kBlock = 64;
  const mbedtls_md_info_t* const info = info_of(hash);
  const std::size_t octets = hash_size(hash);
  if (octets == 0) unsupported("the hash of its key derivation is not known");
  const std::size_t block = octets > 32 ? 2 * kBlock : kBlock;
  std::string mixed = repeated(salt, block) + repeated(password, block);
  std::string out;
  out.reserve(size + octets);
  std::string hashed(octets, '\0');
  while (out.size() < size) {
    unlock.spend(rounds + mixed.size() / kBlock);
    std::string text = std::string(block, id) + mixed;
    int result = 0;
    for (std::uint64_t i = 0; i < rounds && result == 0; ++i) {
      const std::string_view from = i == 0 ? text : hashed;
      result = mbedtls_md(info, crypto::octets(from), from.size(), crypto::octets(hashed));
    }
    core::wipe(text);
    crypto::require(result, "hash a password");
    out += hashed;
    const std::string addend = repeated(hashed, block);
    for (std::size_t at = 0; at < mixed.size(); at += block)
      add_plus_one(mixed.data() + at, addend);
  }
  core::wipe(mixed);
  core::wipe(hashed);
  const core::Secret whole(std::move(out));
  return core::Secret(whole.reveal().substr(0, size));
}

std::optional<std::uint64_t> small_number(std::string_view content) {
  constexpr std::size_t kMostOctets = 5;
  if (content.empty() || content.size() > kMostOctets) return std::nullopt;
  if (static_cast<std::uint8_t>(content.front()) >= 0x80) return std::nullopt;
  std::uint64_t out = 0;
  for (const char digit : content)
    out = out << 8U | static_cast<std::uint8_t>(digit);
  return out;
}

}  // namespace coffer::certs
