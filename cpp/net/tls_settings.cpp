#include "net/tls_settings.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/text.h"
#include "net/certificates.h"

namespace coffer::net {

namespace {

constexpr std::array<std::string_view, 10> kGroups = {
    "ecdhe_x25519", "ecdhe_x448", "ecdhe_secp256r1", "ecdhe_secp384r1", "ecdhe_secp521r1",
    "ffdhe_2048",   "ffdhe_3072", "ffdhe_4096",      "ffdhe_6144",      "ffdhe_8192"};
constexpr std::size_t kCurves = 5;  // the groups that TLS 1.2 can use

constexpr std::array<std::string_view, 15> kSignatures12 = {
    "sha512-ecdsa", "sha512-rsa", "sha512-dsa",   "sha384-ecdsa", "sha384-rsa",
    "sha384-dsa",   "sha256-rsa", "sha256-ecdsa", "sha256-dsa",   "sha224-ecdsa",
    "sha224-rsa",   "sha224-dsa", "sha1-ecdsa",   "sha1-rsa",     "sha1-dsa"};
constexpr std::array<std::string_view, 11> kSignatures13 = {"rsa_pss_sha256",
                                                            "rsa_pss_sha384",
                                                            "rsa_pss_sha512",
                                                            "rsa_pkcs1_sha256",
                                                            "rsa_pkcs1_sha384",
                                                            "rsa_pkcs1_sha512",
                                                            "ecdsa_secp256r1_sha256",
                                                            "ecdsa_secp384r1_sha384",
                                                            "ecdsa_secp521r1_sha512",
                                                            "ed25519",
                                                            "ed448"};

template <class Iterator>
void check_names(std::string_view setting, std::string_view value, Iterator begin, Iterator end) {
  for (const std::string& name : tls_names(value)) {
    if (std::find(begin, end, name) != end) continue;
    throw core::Error(
        713, std::string(setting) + " takes names such as " + std::string(*begin) +
                 ", separated by commas; the reference lists them all. It cannot use: " + name);
  }
}

void check_some_strong(std::string_view setting, std::string_view value) {
  const auto names = tls_names(value);
  const bool weak = std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return core::starts_with(name, "sha1-");
  });
  if (!names.empty() && weak) {
    throw core::Error(713, std::string(setting) + " names SHA-1 alone, which is always refused.");
  }
}

// The names of one version's list and then the other's, each once.
std::string offered(const TlsVersions& versions, const std::vector<std::string>& names13,
                    const std::vector<std::string>& names12) {
  if ((versions.v13 && names13.empty()) || (versions.before_13() && names12.empty())) return {};
  std::string list;
  if (versions.v13) {
    for (const std::string& name : names13)
      list += name + ",";
  }
  if (versions.before_13()) {
    for (const std::string& name : names12)
      list += name + ",";
  }
  std::string each;
  for (const std::string& name : tls_names(list))
    each += (each.empty() ? "" : ",") + name;
  return each;
}

}  // namespace

TlsVersions tls_versions(int enabled_protocols) {
  const auto bits = static_cast<unsigned int>(enabled_protocols);
  TlsVersions versions;
  versions.v10 = (bits & 192U) != 0;
  versions.v11 = (bits & 768U) != 0;
  versions.v12 = (bits & 3072U) != 0;
  versions.v13 = (bits & 12288U) != 0;
  if (!versions.any()) {
    throw core::Error(713,
                      "SSLEnabledProtocols allows no version that exists here; add 3072 (TLS 1.2) "
                      "or 12288 (TLS 1.3).");
  }
  return versions;
}

std::vector<std::string> tls_names(std::string_view list) {
  std::vector<std::string> names;
  for (const std::string_view entry : core::split(list, ',')) {
    std::string name = core::lower(core::trim(entry));
    if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) continue;
    names.push_back(std::move(name));
  }
  return names;
}

void check_tls_setting(std::string_view name, const std::string& value) {
  if (name == "TLS13SupportedGroups" || name == "TLS13KeyShareGroups") {
    check_names(name, value, kGroups.begin(), kGroups.end());
  } else if (name == "TLS12SupportedGroups") {
    check_names(name, value, kGroups.begin(), kGroups.begin() + kCurves);
  } else if (name == "TLS12SignatureAlgorithms") {
    check_names(name, value, kSignatures12.begin(), kSignatures12.end());
    check_some_strong(name, value);
  } else if (name == "TLS13SignatureAlgorithms") {
    check_names(name, value, kSignatures13.begin(), kSignatures13.end());
  } else if (name == "SSLEnabledProtocols") {
    if (const auto bits = core::parse_int(value)) tls_versions(static_cast<int>(*bits));
  } else if (name == "SSLServerCACerts") {
    static_cast<void>(ca_certificates(name, value));
  }
}

std::string offered_groups(const TransportOptions& options, const TlsVersions& versions) {
  std::vector<std::string> names = tls_names(options.tls13_groups);
  const std::vector<std::string> shares = tls_names(options.tls13_key_shares);
  const auto first =
      shares.empty() ? names.end() : std::find(names.begin(), names.end(), shares.front());
  if (first != names.end()) std::rotate(names.begin(), first, first + 1);
  return offered(versions, names, tls_names(options.tls12_groups));
}

std::string offered_signatures(const TransportOptions& options, const TlsVersions& versions) {
  return offered(versions, tls_names(options.tls13_signatures),
                 tls_names(options.tls12_signatures));
}

}  // namespace coffer::net
