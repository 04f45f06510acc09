#include "net/openssl/tls_ciphers.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <string_view>

#include "core/error.h"
#include "core/text.h"

namespace coffer::net {

namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

void append(std::string& list, std::string_view name) {
  if (!list.empty()) list += ':';
  list += name;
}

struct Named {
  std::string tls12;
  std::string tls13;
};

// SSLEnabledCipherSuites: official names (also with the SSL_ prefix), ';' between them.
Named named_suites(std::string_view list) {
  Named names;
  for (const std::string_view entry : core::split(list, ';')) {
    std::string name(core::trim(entry));
    if (core::starts_with(name, "SSL_")) name.replace(0, 3, "TLS");
    // The suites of TLS 1.3 name no key exchange.
    if (core::starts_with(name, "TLS_AES_") || core::starts_with(name, "TLS_CHACHA20_")) {
      append(names.tls13, name);
    } else if (const char* known = OPENSSL_cipher_name(name.c_str());
               known != nullptr && std::string_view(known) != "(NONE)") {
      append(names.tls12, known);
    }
  }
  return names;
}

bool all_suites(std::string_view list) {
  for (const std::string_view entry : core::split(list, ';')) {
    if (core::trim(entry) == "*") return true;
  }
  return core::trim(list).empty();
}

void apply(SSL_CTX* context, const TransportOptions& options) {
  if (!all_suites(options.cipher_suites)) {
    const Named names = named_suites(options.cipher_suites);
    // OpenSSL refuses a list of nothing, and takes an unknown suite of TLS 1.3 for an error.
    SSL_CTX_set_cipher_list(context, names.tls12.empty() ? "-ALL" : names.tls12.c_str());
    std::string known;
    for (const std::string_view name : core::split(names.tls13, ':')) {
      const std::string one(name);
      if (!one.empty() && SSL_CTX_set_ciphersuites(context, one.c_str()) == 1) append(known, one);
    }
    SSL_CTX_set_ciphersuites(context, known.c_str());
    ERR_clear_error();
    return;
  }
  const std::string list(core::trim(options.cipher_list));
  if (list.empty() || list == "DEFAULT") return;
  if (SSL_CTX_set_cipher_list(context, list.c_str()) != 1) {
    ERR_clear_error();
    throw core::Error(713,
                      "OpenSSLCipherList names no cipher that OpenSSL has; see the page ciphers(1) "
                      "of OpenSSL for its form.");
  }
}

}  // namespace

CipherChoice choose_ciphers(const TransportOptions& options, const TlsVersions& versions) {
  CipherChoice choice;
  const std::string_view list = core::trim(options.cipher_list);
  const bool named = !all_suites(options.cipher_suites);
  choice.restricted = named || options.cipher_strength > 0 || !(list.empty() || list == "DEFAULT");
  if (!choice.restricted) return choice;
  const Context context(SSL_CTX_new(TLS_client_method()));
  if (!context) throw core::Error(30002, "Out of memory.");
  const int level = SSL_CTX_get_security_level(context.get());
  apply(context.get(), options);
  if (const int asked = SSL_CTX_get_security_level(context.get()); asked != level) {
    choice.security_level = asked;
  }
  const STACK_OF(SSL_CIPHER)* all = SSL_CTX_get_ciphers(context.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) {
    const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(all, i);
    const char* official = SSL_CIPHER_standard_name(cipher);
    const int bits = official == nullptr ? 0 : suite_strength(official);
    // Without a certificate there is nothing to judge (contract section 6).
    if (SSL_CIPHER_get_auth_nid(cipher) == NID_auth_null || bits == 0) continue;
    if (bits < options.cipher_strength) continue;
    const bool newest = std::string_view(SSL_CIPHER_get_version(cipher)) == "TLSv1.3";
    append(newest ? choice.tls13 : choice.tls12, SSL_CIPHER_get_name(cipher));
  }
  const bool usable =
      (versions.v13 && !choice.tls13.empty()) || (versions.before_13() && !choice.tls12.empty());
  if (usable) return choice;
  throw core::Error(
      713,
      choice.tls12.empty() && choice.tls13.empty()
          ? "SSLEnabledCipherSuites, OpenSSLCipherList and SSLCipherStrength leave no cipher suite."
          : "SSLEnabledCipherSuites names no suite of the versions in SSLEnabledProtocols.");
}

}  // namespace coffer::net
