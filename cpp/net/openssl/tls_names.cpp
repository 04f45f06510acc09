#include "net/openssl/tls_names.h"

#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/text.h"

namespace coffer::net {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 10> kGroups = {{
    {"ecdhe_x25519", "X25519"},
    {"ecdhe_x448", "X448"},
    {"ecdhe_secp256r1", "P-256"},
    {"ecdhe_secp384r1", "P-384"},
    {"ecdhe_secp521r1", "P-521"},
    {"ffdhe_2048", "ffdhe2048"},
    {"ffdhe_3072", "ffdhe3072"},
    {"ffdhe_4096", "ffdhe4096"},
    {"ffdhe_6144", "ffdhe6144"},
    {"ffdhe_8192", "ffdhe8192"},
}};

// rsa_pss stands for both kinds of key that can make such a signature (RFC 8446 4.2.3).
constexpr std::array<Pair, 23> kSignatures = {{
    {"ed25519", "ed25519"},
    {"ed448", "ed448"},
    {"ecdsa_secp256r1_sha256", "ecdsa_secp256r1_sha256"},
    {"ecdsa_secp384r1_sha384", "ecdsa_secp384r1_sha384"},
    {"ecdsa_secp521r1_sha512", "ecdsa_secp521r1_sha512"},
    {"rsa_pkcs1_sha256", "rsa_pkcs1_sha256"},
    {"rsa_pkcs1_sha384", "rsa_pkcs1_sha384"},
    {"rsa_pkcs1_sha512", "rsa_pkcs1_sha512"},
    {"rsa_pss_sha256", "rsa_pss_rsae_sha256:rsa_pss_pss_sha256"},
    {"rsa_pss_sha384", "rsa_pss_rsae_sha384:rsa_pss_pss_sha384"},
    {"rsa_pss_sha512", "rsa_pss_rsae_sha512:rsa_pss_pss_sha512"},
    {"sha224-rsa", "RSA+SHA224"},
    {"sha256-rsa", "RSA+SHA256"},
    {"sha384-rsa", "RSA+SHA384"},
    {"sha512-rsa", "RSA+SHA512"},
    {"sha224-dsa", "DSA+SHA224"},
    {"sha256-dsa", "DSA+SHA256"},
    {"sha384-dsa", "DSA+SHA384"},
    {"sha512-dsa", "DSA+SHA512"},
    {"sha224-ecdsa", "ECDSA+SHA224"},
    {"sha256-ecdsa", "ECDSA+SHA256"},
    {"sha384-ecdsa", "ECDSA+SHA384"},
    {"sha512-ecdsa", "ECDSA+SHA512"},
}};

template <std::size_t N>
std::string_view find(const std::array<Pair, N>& table, std::string_view name) {
  for (const Pair& row : table) {
    if (row.first == name) return row.second;
  }
  return {};
}

void append(std::string& list, std::string_view name) {
  if (!list.empty()) list += ':';
  list += name;
}

struct FreeContext {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};

}  // namespace

TlsVersions tls_versions(int enabled_protocols) {
  const auto bits = static_cast<unsigned int>(enabled_protocols);
  TlsVersions versions;
  versions.v10 = (bits & 192U) != 0;
  versions.v11 = (bits & 768U) != 0;
  versions.v12 = (bits & 3072U) != 0;
  versions.v13 = (bits & 12288U) != 0;
  // OpenSSL takes a range. Of versions with a gap between them only the newest run counts.
  if (versions.v13 && !versions.v12) versions.v11 = false;
  if ((versions.v12 || versions.v13) && !versions.v11) versions.v10 = false;
  if (!versions.any()) {
    throw core::Error(713,
                      "SSLEnabledProtocols allows no version that exists here; add 3072 (TLS 1.2) "
                      "or 12288 (TLS 1.3).");
  }
  return versions;
}

CipherNames cipher_names(const std::string& list) {
  CipherNames names;
  const std::string_view all = core::trim(list);
  if (all.empty() || all == "*") return names;
  names.restricted = true;
  const std::unique_ptr<SSL_CTX, FreeContext> context(SSL_CTX_new(TLS_client_method()));
  if (!context) throw core::Error(30002, "Out of memory.");
  for (const std::string_view entry : core::split(list, ';')) {
    std::string name(core::trim(entry));
    if (name.empty()) continue;
    if (name == "*") return {};
    if (core::starts_with(name, "SSL_")) name.replace(0, 3, "TLS");
    // The five suites of TLS 1.3 name no key exchange.
    if (core::starts_with(name, "TLS_AES_") || core::starts_with(name, "TLS_CHACHA20_")) {
      if (SSL_CTX_set_ciphersuites(context.get(), name.c_str()) == 1) append(names.tls13, name);
      continue;
    }
    const char* known = OPENSSL_cipher_name(name.c_str());
    if (known == nullptr || std::string_view(known) == "(NONE)") continue;
    if (SSL_CTX_set_cipher_list(context.get(), known) == 1) append(names.tls12, known);
  }
  if (names.tls12.empty() && names.tls13.empty()) {
    throw core::Error(713, "SSLEnabledCipherSuites names no suite that the TLS library has.");
  }
  return names;
}

std::string group_names(const std::string& list) {
  std::string names;
  for (const std::string_view entry : core::split(list, ',')) {
    const std::string name = core::lower(core::trim(entry));
    if (name.empty()) continue;
    const std::string_view known = find(kGroups, name);
    if (known.empty()) {
      throw core::Error(
          713,
          "TLS12SupportedGroups or TLS13SupportedGroups names an unknown group: " + name + ".");
    }
    append(names, known);
  }
  return names;
}

std::string signature_names(const std::string& list) {
  std::string names;
  bool asked = false;
  for (const std::string_view entry : core::split(list, ',')) {
    const std::string name = core::lower(core::trim(entry));
    if (name.empty()) continue;
    asked = true;
    if (core::starts_with(name, "sha1-") || core::starts_with(name, "md5-")) continue;
    const std::string_view known = find(kSignatures, name);
    if (known.empty()) {
      throw core::Error(713,
                        "TLS12SignatureAlgorithms or TLS13SignatureAlgorithms names an unknown "
                        "algorithm: " +
                            name + ".");
    }
    append(names, known);
  }
  if (asked && names.empty()) {
    throw core::Error(713, "The signature algorithms listed are all too weak to be used.");
  }
  return names;
}

}  // namespace coffer::net
