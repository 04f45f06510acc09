// Writing DER, and BER made DER.
//
// Threads: free functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::certs {

std::string der_element(std::uint8_t tag, std::string_view content);
// An INTEGER of the unsigned number in `digits`, big-endian.
std::string der_integer(std::string_view digits);
// "1.2.840.113549.1.1.1" as a whole OBJECT IDENTIFIER.
std::string der_oid(std::string_view dotted);
// A BIT STRING without unused bits.
std::string der_bits(std::string_view content);

// The first element of `ber` as DER: definite and shortest lengths, strings in one piece. Java,
// Firefox and macOS write PKCS #12 with indefinite lengths. nullopt when it is malformed, deeper
// than 32 levels or has tags of several octets. What is DER already comes out unchanged.
std::optional<std::string> der_of_ber(std::string_view ber);

}  // namespace coffer::certs
