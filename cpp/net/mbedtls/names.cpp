#include "net/mbedtls/names.h"

#include "crypto/mbedtls.h"
// After it: it opens mbedTLS's structures.
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/error.h"
#include "core/text.h"

namespace coffer::net::internal {

namespace {

using Number = std::pair<std::string_view, std::uint16_t>;

// IANA's registries "TLS Supported Groups" and "TLS SignatureScheme".
constexpr std::array<Number, 10> kGroups = {{
    {"ecdhe_secp256r1", 0x17},
    {"ecdhe_secp384r1", 0x18},
    {"ecdhe_secp521r1", 0x19},
    {"ecdhe_x25519", 0x1D},
    {"ecdhe_x448", 0x1E},
    {"ffdhe_2048", 0x100},
    {"ffdhe_3072", 0x101},
    {"ffdhe_4096", 0x102},
    {"ffdhe_6144", 0x103},
    {"ffdhe_8192", 0x104},
}};

constexpr std::array<Number, 23> kSignatures = {{
    {"ed25519", 0x0807},
    {"ed448", 0x0808},
    {"ecdsa_secp256r1_sha256", 0x0403},
    {"ecdsa_secp384r1_sha384", 0x0503},
    {"ecdsa_secp521r1_sha512", 0x0603},
    {"rsa_pkcs1_sha256", 0x0401},
    {"rsa_pkcs1_sha384", 0x0501},
    {"rsa_pkcs1_sha512", 0x0601},
    {"rsa_pss_sha256", 0x0804},
    {"rsa_pss_sha384", 0x0805},
    {"rsa_pss_sha512", 0x0806},
    {"sha224-rsa", 0x0301},
    {"sha256-rsa", 0x0401},
    {"sha384-rsa", 0x0501},
    {"sha512-rsa", 0x0601},
    {"sha224-dsa", 0x0302},
    {"sha256-dsa", 0x0402},
    {"sha384-dsa", 0x0502},
    {"sha512-dsa", 0x0602},
    {"sha224-ecdsa", 0x0303},
    {"sha256-ecdsa", 0x0403},
    {"sha384-ecdsa", 0x0503},
    {"sha512-ecdsa", 0x0603},
}};

template <std::size_t N>
std::uint16_t find(const std::array<Number, N>& table, std::string_view name) {
  for (const Number& row : table) {
    if (row.first == name) return row.second;
  }
  return 0;
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Never, not even when listed: no secrecy, no authentication, or broken.
bool is_unfit(std::string_view name) {
  for (const char* part : {"PSK", "NULL", "RC4", "DES-CBC", "ECJPAKE", "ECDH-ECDSA", "ECDH-RSA"}) {
    if (holds(name, part)) return true;
  }
  return false;
}

bool is_usual(std::string_view name) {
  return !holds(name, "CAMELLIA") && !holds(name, "ARIA") && !holds(name, "CCM");
}

int bits_of(std::string_view name) {
  constexpr int kFull = 256;
  constexpr int kHalf = 128;
  return holds(name, "-128-") ? kHalf : kFull;  // ChaCha20 has 256
}

bool fits(std::string_view name, KeyTypes keys) {
  if (core::starts_with(name, "TLS1-3-") || keys == KeyTypes::kAny) return true;
  return holds(name, "-ECDSA-") == (keys == KeyTypes::kEcdsa);
}

// mbedTLS writes hyphens, and a version where IANA says nothing.
std::string mbedtls_suite(std::string_view official) {
  std::string name(official);
  if (core::starts_with(name, "SSL_")) name.replace(0, 3, "TLS");
  std::replace(name.begin(), name.end(), '_', '-');
  if (core::starts_with(name, "TLS-") && !holds(name, "-WITH-")) name.replace(0, 4, "TLS1-3-");
  return name;
}

std::vector<int> default_suites(KeyTypes keys, int least_bits) {
  std::vector<int> ids;
  std::vector<int> later;
  for (const int* id = mbedtls_ssl_list_ciphersuites(); *id != 0; ++id) {
    const std::string_view name = mbedtls_ssl_get_ciphersuite_name(*id);
    if (is_unfit(name) || !is_usual(name) || !fits(name, keys) || bits_of(name) < least_bits) {
      continue;
    }
    // mbedTLS begins with ChaCha20, which most processors do slower than AES.
    (holds(name, "-GCM-") ? ids : later).push_back(*id);
  }
  ids.insert(ids.end(), later.begin(), later.end());
  return ids;
}

}  // namespace

bool Versions::allow(std::string_view negotiated) const noexcept {
  if (negotiated == "TLSv1.3") return v13;
  if (negotiated == "TLSv1.2") return v12;
  if (negotiated == "TLSv1.1") return v11;
  return negotiated == "TLSv1.0" && v10;
}

Versions enabled_versions(int enabled_protocols) {
  Versions versions{tls_versions(enabled_protocols)};
#if !defined(MBEDTLS_SSL_PROTO_TLS1)
  versions.v10 = false;
#endif
#if !defined(MBEDTLS_SSL_PROTO_TLS1_1)
  versions.v11 = false;
#endif
  // PSA, without which there is no TLS 1.3, keeps its keys for the whole process.
#if MBEDTLS_VERSION_MAJOR < 3 || !defined(MBEDTLS_SSL_PROTO_TLS1_3) || !defined(MBEDTLS_THREADING_C)
  versions.v13 = false;
#endif
  if (!versions.any()) {
    throw core::Error(
        270, std::string("SSLProvider Internal is ") + MBEDTLS_VERSION_STRING_FULL +
                 " here, which has none of the versions in SSLEnabledProtocols"
                 " (TLS 1.3 needs mbedTLS 3 that is built for threads); add 3072 (TLS 1.2), or set "
                 "SSLProvider to Platform.");
  }
  return versions;
}

std::vector<int> suite_ids(const std::string& list, KeyTypes keys, int least_bits) {
  std::vector<int> ids;
  bool restricted = false;
  for (const std::string_view entry : core::split(list, ';')) {
    const std::string_view name = core::trim(entry);
    if (name.empty()) continue;
    if (name == "*") {
      restricted = false;
      break;
    }
    restricted = true;
    const std::string known = mbedtls_suite(name);
    const int id = is_unfit(known) ? 0 : mbedtls_ssl_get_ciphersuite_id(known.c_str());
    if (id != 0 && fits(known, keys) && bits_of(known) >= least_bits) ids.push_back(id);
  }
  if (!restricted) ids = default_suites(keys, least_bits);
  if (ids.empty()) {
    throw core::Error(713,
                      "SSLEnabledCipherSuites names no suite that the TLS library has and the "
                      "other settings allow.");
  }
  return ids;
}

std::string official_suite(std::string_view mbedtls_name) {
  std::string name(mbedtls_name);
  if (core::starts_with(name, "TLS1-3-")) name.replace(0, 7, "TLS-");
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::vector<std::uint16_t> group_ids(const std::string& list) {
  std::vector<std::uint16_t> ids;
  for (const std::string_view entry : core::split(list, ',')) {
    const std::string name = core::lower(core::trim(entry));
    if (name.empty()) continue;
    const std::uint16_t id = find(kGroups, name);
    if (id == 0) {
      throw core::Error(
          713,
          "TLS12SupportedGroups or TLS13SupportedGroups names an unknown group: " + name + ".");
    }
    ids.push_back(id);
  }
  return ids;
}

std::vector<std::uint16_t> signature_ids(const std::string& list) {
  std::vector<std::uint16_t> ids;
  bool asked = false;
  for (const std::string_view entry : core::split(list, ',')) {
    const std::string name = core::lower(core::trim(entry));
    if (name.empty()) continue;
    asked = true;
    if (core::starts_with(name, "sha1-") || core::starts_with(name, "md5-")) continue;
    const std::uint16_t id = find(kSignatures, name);
    if (id == 0) {
      throw core::Error(713,
                        "TLS12SignatureAlgorithms or TLS13SignatureAlgorithms names an unknown "
                        "algorithm: " +
                            name + ".");
    }
    // A number has a name of either version.
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  if (asked && ids.empty()) {
    throw core::Error(713, "The signature algorithms listed are all too weak to be used.");
  }
  return ids;
}

KeyTypes key_types(const std::vector<std::uint16_t>& signatures) {
  bool rsa = false;
  bool ecdsa = false;
  for (const std::uint16_t id : signatures) {
    const bool pss = id >= 0x0804 && id <= 0x0806;
    rsa = rsa || pss || (id < 0x0800 && (id & 0xFFU) == 1);
    ecdsa = ecdsa || (id < 0x0800 && (id & 0xFFU) == 3);
  }
  if (rsa == ecdsa) return KeyTypes::kAny;
  return rsa ? KeyTypes::kRsa : KeyTypes::kEcdsa;
}

}  // namespace coffer::net::internal
