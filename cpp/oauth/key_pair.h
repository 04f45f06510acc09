// A certificate with its private key, and what is signed with it.
//
// Threads: values and free functions, any thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "certs/store.h"
#include "core/wipe.h"
#include "crypto/random.h"

namespace coffer::oauth {

struct KeyPair {
  certs::Certificate certificate;
  core::Secret key;  // DER: PKCS#1 or SEC1
  std::vector<certs::Certificate> others;
};

// The certificate of that subject among those with a private key. `what` names the setting in
// errors: 271 unreadable, 272 no such certificate with a key, 273 a key that is neither RSA nor
// P-256.
KeyPair read_key_pair(const std::string& what, const std::string& store, std::int64_t type,
                      const core::Secret& password, const std::string& subject);

core::Secret key_pem(const KeyPair& pair);
std::string chain_pem(const KeyPair& pair);  // the certificate, then what else the store holds

// private_key_jwt (RFC 7523 section 3, graph-mail 8.4): PS256 or ES256, x5t#S256, ten minutes.
core::Secret client_assertion(const KeyPair& pair, const std::string& client_id,
                              const std::string& token_url,
                              std::chrono::system_clock::time_point now, crypto::Random& random);

}  // namespace coffer::oauth
