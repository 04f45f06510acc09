#include "oauth/key_pair.h"

#include <algorithm>

#include "core/error.h"
#include "core/text.h"
#include "oauth/pkce.h"

namespace coffer::oauth {

namespace {

std::string armoured(std::string_view der, const std::string& label) {
  constexpr std::size_t kLine = 64;
  const std::vector<std::uint8_t> octets(der.begin(), der.end());
  std::string body = core::base64(octets.data(), octets.size());
  std::string pem = "-----BEGIN " + label + "-----\n";
  for (std::size_t at = 0; at < body.size(); at += kLine)
    pem += body.substr(at, kLine) + "\n";
  core::wipe(body);
  return pem + "-----END " + label + "-----\n";
}

}  // namespace

KeyPair read_key_pair(const std::string& what, const std::string& store, std::int64_t type,
                      const core::Secret& password, const std::string& subject) {
  std::vector<certs::Entry> entries;
  try {
    entries = certs::read_store(store, static_cast<certs::StoreType>(type), password);
  } catch (const core::Error& error) {
    throw core::Error(error.code(), what + ": " + error.what());
  }
  std::vector<certs::Certificate> all;
  std::vector<certs::Entry> usable;
  for (certs::Entry& entry : entries) {
    if (!entry.certificate) continue;
    all.push_back(*entry.certificate);
    if (!entry.private_key.empty()) usable.push_back(std::move(entry));
  }
  if (usable.empty()) {
    throw core::Error(272, what + " holds no certificate with its private key.");
  }
  certs::Entry chosen;
  try {
    chosen = certs::find_subject(usable, subject);
  } catch (const core::Error& error) {
    throw core::Error(error.code(), what + ": " + error.what());
  }
  if (chosen.certificate->key_kind() == certs::KeyKind::kOther) {
    throw core::Error(273, what + ": the key must be RSA or P-256.");
  }
  KeyPair pair{*chosen.certificate, std::move(chosen.private_key), {}};
  std::copy_if(all.begin(), all.end(), std::back_inserter(pair.others),
               [&](const certs::Certificate& other) { return other != pair.certificate; });
  return pair;
}

core::Secret key_pem(const KeyPair& pair) {
  const bool rsa = pair.certificate.key_kind() == certs::KeyKind::kRsa;
  return core::Secret(armoured(pair.key.reveal(), rsa ? "RSA PRIVATE KEY" : "EC PRIVATE KEY"));
}

std::string chain_pem(const KeyPair& pair) {
  std::string pem = armoured(pair.certificate.der(), "CERTIFICATE");
  for (const certs::Certificate& other : pair.others)
    pem += armoured(other.der(), "CERTIFICATE");
  return pem;
}

}  // namespace coffer::oauth
