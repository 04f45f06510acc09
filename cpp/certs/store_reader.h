// One reader for each format of a certificate store. A new format is a further file with one of
// these functions and its rows in store.cpp.
//
// Threads: free functions, any thread.
#pragma once

#include <string_view>
#include <vector>

#include "certs/store.h"
#include "certs/unlock.h"

namespace coffer::certs {

// What is in `octets`; empty when they are not of this format. Throws core::Error: 273 when a
// password does not open it, 271 with the reason when it is of this format but cannot be read.
using StoreReader = std::vector<Entry> (*)(std::string_view octets, Unlock& unlock);

// A private key and its certificates, in PEM; or a private key in DER.
std::vector<Entry> read_pem_key(std::string_view octets, Unlock& unlock);
// Certificates or bare public keys, in PEM or DER.
std::vector<Entry> read_public(std::string_view octets, Unlock& unlock);
// PKCS #12.
std::vector<Entry> read_pfx(std::string_view octets, Unlock& unlock);
// The certificates of a PKCS #7 message, in DER or PEM.
std::vector<Entry> read_p7b(std::string_view octets, Unlock& unlock);
// A JSON Web Key or a set of them.
std::vector<Entry> read_jwk(std::string_view octets, Unlock& unlock);
// RSAKeyValue, ECKeyValue, ECDSAKeyValue, DSAKeyValue or X509Certificate.
std::vector<Entry> read_xml(std::string_view octets, Unlock& unlock);
// PuTTY's private keys, versions 2 and 3.
std::vector<Entry> read_ppk(std::string_view octets, Unlock& unlock);
// Public keys as OpenSSH, or RFC 4716, writes them.
std::vector<Entry> read_ssh_public(std::string_view octets, Unlock& unlock);
// Java key stores: JKS, or PKCS #12 as Java has written since version 9.
std::vector<Entry> read_jks(std::string_view octets, Unlock& unlock);
// Whatever of the above it turns out to be.
std::vector<Entry> read_any(std::string_view octets, Unlock& unlock);

}  // namespace coffer::certs
