// What a TLS handshake agreed on, in words that do not depend on the TLS library (the settings
// SSLNegotiated*).
//
// Threads: free functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coffer::net {

struct NegotiatedSession {
  std::string version;            // "TLSv1.3"
  std::string cipher_suite;       // its official name: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
  std::string cipher;             // "AES_256_GCM"
  int cipher_strength = 0;        // bits of the cipher's key
  std::string key_exchange;       // "ECDHE", "DHE" or "RSA"
  int key_exchange_strength = 0;  // bits of the group or key; 0 when a session of TLS 1.2 went on
};

// Bits of the cipher's key in a suite, by its official name; 0 for what encrypts nothing.
int suite_strength(std::string_view suite);

// From the suite's official name. `finite_field`: the group of TLS 1.3, whose suites name no key
// exchange, is one of ffdhe.
NegotiatedSession negotiated_session(std::string version, std::string suite, bool finite_field,
                                     int key_exchange_strength);

// What the setting of that name ("SSLNegotiatedCipher") tells; nullopt for other settings.
std::optional<std::string> negotiated_value(const NegotiatedSession& session,
                                            std::string_view setting);

}  // namespace coffer::net
