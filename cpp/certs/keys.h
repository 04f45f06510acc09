// Keys of any kind out of DER, and the parts from which other formats make that DER.
//
// Threads: free functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/store.h"
#include "certs/unlock.h"

namespace coffer::certs {

// Entries with nothing but the key. Of kinds that mbedTLS does not know (Ed25519, DSA), only the
// form is checked. nullopt when the DER is no such key, or its two halves do not belong together.
std::optional<Entry> public_key_of_der(std::string_view text);   // SPKI or PKCS#1
std::optional<Entry> private_key_of_der(std::string_view text);  // PKCS#8, PKCS#1, SEC1
// The same of PKCS#8 with encryption too. 273 for a wrong password.
std::optional<Entry> private_key_of_sealed(std::string_view text, const core::Secret& password,
                                           Unlock& unlock);
// The key in what was decrypted, padding after it passed over. 273 when it cannot be one: then the
// password was wrong; 271 for a kind that is not supported.
std::optional<Entry> key_in(std::string_view decrypted);
std::optional<Entry> certificate_of_der(std::string_view text);

// The numbers of a key, big-endian and unsigned.
struct RsaNumbers {
  std::string_view n, e;
  std::string_view d, p, q;  // empty for a public key; p and q also when they are not known
};
std::optional<Entry> rsa_entry(const RsaNumbers& numbers);
// `curve` in bits: 256, 384 or 521; `point` 04 || x || y; an empty `d`: a public key.
std::optional<Entry> ec_entry(int curve, std::string_view point, std::string_view d);
// Ed25519, Ed448, X25519, X448 by OID (RFC 8410).
std::optional<Entry> edwards_entry(std::string_view oid, std::string_view x, std::string_view d);
std::optional<Entry> dsa_entry(std::string_view p, std::string_view q, std::string_view g,
                               std::string_view y, std::string_view x);

// Puts the private key of `key` to the certificate or public key of `entries` that it belongs to,
// else appends it. One without its public half goes to the first certificate of its kind.
void attach(std::vector<Entry>& entries, Entry key);
// A certificate with its key is what a store is about: "*" takes the first.
void keys_first(std::vector<Entry>& entries);

}  // namespace coffer::certs
