#include "net/openssl/tls_names.h"

#include <openssl/objects.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text.h"

namespace coffer::net {

namespace {

struct Group {
  std::string_view name;
  std::string_view openssl;
};
constexpr std::array<Group, 10> kGroups = {{
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

// In TLS 1.3 rsa_pss stands for both kinds of key that can make such a signature (RFC 8446 4.2.3).
struct Signature {
  std::string_view name;
  std::string_view openssl;
  int hash;  // of certificates: NID_undef for the EdDSA family
  int key;
};
constexpr std::array<Signature, 23> kSignatures = {{
    {"ed25519", "ed25519", NID_undef, NID_ED25519},
    {"ed448", "ed448", NID_undef, NID_ED448},
    {"ecdsa_secp256r1_sha256", "ecdsa_secp256r1_sha256", NID_sha256, NID_X9_62_id_ecPublicKey},
    {"ecdsa_secp384r1_sha384", "ecdsa_secp384r1_sha384", NID_sha384, NID_X9_62_id_ecPublicKey},
    {"ecdsa_secp521r1_sha512", "ecdsa_secp521r1_sha512", NID_sha512, NID_X9_62_id_ecPublicKey},
    {"rsa_pkcs1_sha256", "rsa_pkcs1_sha256", NID_sha256, NID_rsaEncryption},
    {"rsa_pkcs1_sha384", "rsa_pkcs1_sha384", NID_sha384, NID_rsaEncryption},
    {"rsa_pkcs1_sha512", "rsa_pkcs1_sha512", NID_sha512, NID_rsaEncryption},
    {"rsa_pss_sha256", "rsa_pss_rsae_sha256:rsa_pss_pss_sha256", NID_sha256, NID_rsassaPss},
    {"rsa_pss_sha384", "rsa_pss_rsae_sha384:rsa_pss_pss_sha384", NID_sha384, NID_rsassaPss},
    {"rsa_pss_sha512", "rsa_pss_rsae_sha512:rsa_pss_pss_sha512", NID_sha512, NID_rsassaPss},
    {"sha512-ecdsa", "ecdsa_secp521r1_sha512", NID_sha512, NID_X9_62_id_ecPublicKey},
    {"sha512-rsa", "rsa_pkcs1_sha512", NID_sha512, NID_rsaEncryption},
    {"sha512-dsa", "DSA+SHA512", NID_sha512, NID_dsa},
    {"sha384-ecdsa", "ecdsa_secp384r1_sha384", NID_sha384, NID_X9_62_id_ecPublicKey},
    {"sha384-rsa", "rsa_pkcs1_sha384", NID_sha384, NID_rsaEncryption},
    {"sha384-dsa", "DSA+SHA384", NID_sha384, NID_dsa},
    {"sha256-ecdsa", "ecdsa_secp256r1_sha256", NID_sha256, NID_X9_62_id_ecPublicKey},
    {"sha256-rsa", "rsa_pkcs1_sha256", NID_sha256, NID_rsaEncryption},
    {"sha256-dsa", "DSA+SHA256", NID_sha256, NID_dsa},
    {"sha224-ecdsa", "ECDSA+SHA224", NID_sha224, NID_X9_62_id_ecPublicKey},
    {"sha224-rsa", "RSA+SHA224", NID_sha224, NID_rsaEncryption},
    {"sha224-dsa", "DSA+SHA224", NID_sha224, NID_dsa},
}};

template <class Table>
const typename Table::value_type* find(const Table& table, std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.name == name; });
  return found == table.end() ? nullptr : &*found;
}

template <class Table>
std::string joined(const Table& table, const std::vector<std::string>& names) {
  std::vector<std::string_view> known;
  for (const std::string& name : names) {
    const auto* row = find(table, name);  // an unknown one was refused when it was set
    if (row == nullptr) continue;
    if (std::find(known.begin(), known.end(), row->openssl) == known.end()) {
      known.push_back(row->openssl);
    }
  }
  std::string list;
  for (const std::string_view one : known) {
    if (!list.empty()) list += ':';
    list += one;
  }
  return list;
}

}  // namespace

std::string group_list(const TransportOptions& options, const TlsVersions& versions) {
  return joined(kGroups, tls_names(offered_groups(options, versions)));
}

std::string signature_list(const TransportOptions& options, const TlsVersions& versions) {
  return joined(kSignatures, tls_names(offered_signatures(options, versions)));
}

bool signature_listed(X509* certificate, const std::string& list) {
  int hash = NID_undef;
  int key = NID_undef;
  if (X509_get_signature_info(certificate, &hash, &key, nullptr, nullptr) != 1) {
    return false;
  }
  // The names of TLS 1.2 do not tell the two paddings of RSA apart.
  const auto matches = [&](const Signature& row) {
    const bool padding =
        row.key == NID_rsaEncryption && key == NID_rsassaPss && core::starts_with(row.name, "sha");
    return row.hash == hash && (row.key == key || padding);
  };
  const std::vector<std::string> names = tls_names(list);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    const Signature* row = find(kSignatures, name);
    return row != nullptr && matches(*row);
  });
}

}  // namespace coffer::net
