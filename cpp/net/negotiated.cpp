#include "net/negotiated.h"

#include <utility>

#include "core/text.h"

namespace coffer::net {

namespace {

// RFC 8446 B.4 and the registry: TLS_<key exchange>_WITH_<cipher>_<hash>, TLS_<cipher>_<hash>.
std::string cipher_of(std::string_view suite) {
  constexpr std::string_view kWith = "_WITH_";
  constexpr std::string_view kTls = "TLS_";
  if (const std::size_t with = suite.find(kWith); with != std::string_view::npos) {
    suite.remove_prefix(with + kWith.size());
  } else if (core::starts_with(suite, kTls)) {
    suite.remove_prefix(kTls.size());
  }
  for (const std::string_view hash : {"_SHA", "_SHA256", "_SHA384", "_MD5"}) {
    if (suite.size() > hash.size() && suite.substr(suite.size() - hash.size()) == hash) {
      suite.remove_suffix(hash.size());
      break;
    }
  }
  return std::string(suite);
}

std::string key_exchange_of(std::string_view suite, bool finite_field) {
  if (suite.find("_WITH_") == std::string_view::npos) return finite_field ? "DHE" : "ECDHE";
  for (const std::string_view name : {"ECDHE", "ECDH", "DHE", "DH", "RSA"}) {
    if (core::starts_with(suite, "TLS_" + std::string(name) + "_")) return std::string(name);
  }
  return {};
}

}  // namespace

int suite_strength(std::string_view suite) {
  const auto has = [&](std::string_view part) {
    return suite.find(part) != std::string_view::npos;
  };
  if (has("_256_") || has("CHACHA20")) return 256;
  if (has("_128_")) return 128;
  if (has("3DES")) return 112;  // NIST SP 800-57: what its 168 bits are worth
  return has("DES") ? 56 : 0;
}

NegotiatedSession negotiated_session(std::string version, std::string suite, bool finite_field,
                                     int key_exchange_strength) {
  NegotiatedSession session;
  session.version = std::move(version);
  session.cipher = cipher_of(suite);
  session.cipher_strength = suite_strength(suite);
  session.key_exchange = key_exchange_of(suite, finite_field);
  session.key_exchange_strength = key_exchange_strength;
  session.cipher_suite = std::move(suite);
  return session;
}

std::optional<std::string> negotiated_value(const NegotiatedSession& session,
                                            std::string_view setting) {
  if (setting == "SSLNegotiatedVersion") return session.version;
  if (setting == "SSLNegotiatedCipher") return session.cipher;
  if (setting == "SSLNegotiatedCipherStrength") return std::to_string(session.cipher_strength);
  if (setting == "SSLNegotiatedCipherSuite") return session.cipher_suite;
  if (setting == "SSLNegotiatedKeyExchange") return session.key_exchange;
  if (setting == "SSLNegotiatedKeyExchangeStrength") {
    return std::to_string(session.key_exchange_strength);
  }
  return std::nullopt;
}

}  // namespace coffer::net
