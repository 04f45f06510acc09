// Hashes (mbedTLS).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace coffer::crypto {

std::array<std::uint8_t, 20> sha1(std::string_view data);
std::array<std::uint8_t, 32> sha256(std::string_view data);
std::string sha1_hex(std::string_view data);  // 40 characters, lower case

}  // namespace coffer::crypto
