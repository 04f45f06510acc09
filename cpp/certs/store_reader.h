// One reader for each format of a certificate store. A new format is a further file with one of
// these functions and its rows in store.cpp.
//
// Threads: free functions, any thread.
#pragma once

#include <string_view>
#include <vector>

#include "certs/store.h"

namespace coffer::certs {

// What is in `octets`; empty when nothing in them can be understood. Throws core::Error(271) when
// the password does not open it.
using StoreReader = std::vector<Entry> (*)(std::string_view octets, const core::Secret& password);

// A private key and its certificates, in PEM.
std::vector<Entry> read_pem_key(std::string_view octets, const core::Secret& password);
// Certificates or bare public keys, in PEM or DER.
std::vector<Entry> read_public(std::string_view octets, const core::Secret& password);

}  // namespace coffer::certs
