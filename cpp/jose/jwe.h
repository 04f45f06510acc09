// JWE compact serialization (RFC 7516) as EMV 3-D Secure uses it: sealed under a session key
// (`dir`) or to the directory server's key, opened under a session key.
//
// Threads: free functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/wipe.h"
#include "crypto/p256.h"
#include "crypto/random.h"
#include "crypto/rsa.h"

namespace coffer::jose {

enum class Encryption { kA128CbcHs256, kA128Gcm };
std::string_view name(Encryption encryption);
std::size_t key_octets(Encryption encryption);  // 32, 16
std::size_t iv_octets(Encryption encryption);   // 16, 12

// `header` is the JSON text, taken as it is; part 2 is `encrypted_key`, empty for `dir`.
std::string seal(std::string_view header, Encryption encryption, const core::Secret& cek,
                 std::string_view iv, std::string_view plaintext,
                 std::string_view encrypted_key = {});

// {"alg":"dir","enc":"…","kid":"…"}, the header of a CReq.
std::string dir_header(Encryption encryption, std::string_view kid);

// The session key of a challenge in one direction; A128GCM takes one half of it for each.
struct SessionKey {
  core::Secret cbc_hs256;  // 32 octets
  core::Secret gcm;        // 16 octets
  const core::Secret& of(Encryption encryption) const {
    return encryption == Encryption::kA128Gcm ? gcm : cbc_hs256;
  }
};
SessionKey sdk_to_acs(const core::Secret& cek);  // the leftmost 16 octets
SessionKey acs_to_sdk(const core::Secret& cek);  // the rightmost 16 octets

struct Opened {
  // Why it was refused, without a secret; empty when it was opened.
  std::string problem = "it was not opened";
  core::Secret plaintext;
  Encryption encryption = Encryption::kA128CbcHs256;
  std::optional<std::string> kid;
  explicit operator bool() const noexcept { return problem.empty(); }
};
// Exactly five parts, alg "dir", part 2 empty, enc one of the two, no zip, no crit, no header name
// twice. A different or absent kid is the caller's to log: the tag proves the key.
Opened open_dir(std::string_view compact, const SessionKey& key);

// A compact JWE whose header was read and whose content is still sealed.
struct ParsedJwe {
  std::string problem = "it was not read";  // empty when it was understood
  std::string header;                       // JSON text
  std::string alg;
  Encryption encryption = Encryption::kA128CbcHs256;
  std::optional<std::string> kid;
  std::string aad;  // part 1 as received
  std::string encrypted_key, iv, ciphertext, tag;
};
ParsedJwe parse_jwe(std::string_view compact);
std::optional<core::Secret> open_content(const ParsedJwe& jwe, const core::Secret& cek);

// sdkEncData. Which key derivation the directory server expects is not carried in the message:
// EMV's is the default, RFC 7518's the other reading.
enum class Derivation { kEmv, kRfc7518 };
// `kid` is left out of the header when it is empty.
std::string encrypt_rsa_oaep_256(const crypto::RsaPublicKey& key, Encryption encryption,
                                 std::string_view kid, std::string_view plaintext,
                                 crypto::Random& random);
std::string encrypt_ecdh_es(const crypto::P256Point& key, std::string_view directory_server_id,
                            Encryption encryption, std::string_view kid, std::string_view plaintext,
                            crypto::Random& random, Derivation derivation = Derivation::kEmv);

}  // namespace coffer::jose
