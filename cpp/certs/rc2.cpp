#include "certs/rc2.h"

#include <array>
#include <cstdint>

namespace coffer::certs {
namespace {

constexpr std::size_t kBlock = 8;
constexpr std::size_t kMostKey = 128;

// RFC 2268 section 2.
constexpr std::array<std::uint8_t, 256> kPi = {
    0xD9, 0x78, 0xF9, 0xC4, 0x19, 0xDD, 0xB5, 0xED, 0x28, 0xE9, 0xFD, 0x79, 0x4A, 0xA0, 0xD8, 0x9D,
    0xC6, 0x7E, 0x37, 0x83, 0x2B, 0x76, 0x53, 0x8E, 0x62, 0x4C, 0x64, 0x88, 0x44, 0x8B, 0xFB, 0xA2,
    0x17, 0x9A, 0x59, 0xF5, 0x87, 0xB3, 0x4F, 0x13, 0x61, 0x45, 0x6D, 0x8D, 0x09, 0x81, 0x7D, 0x32,
    0xBD, 0x8F, 0x40, 0xEB, 0x86, 0xB7, 0x7B, 0x0B, 0xF0, 0x95, 0x21, 0x22, 0x5C, 0x6B, 0x4E, 0x82,
    0x54, 0xD6, 0x65, 0x93, 0xCE, 0x60, 0xB2, 0x1C, 0x73, 0x56, 0xC0, 0x14, 0xA7, 0x8C, 0xF1, 0xDC,
    0x12, 0x75, 0xCA, 0x1F, 0x3B, 0xBE, 0xE4, 0xD1, 0x42, 0x3D, 0xD4, 0x30, 0xA3, 0x3C, 0xB6, 0x26,
    0x6F, 0xBF, 0x0E, 0xDA, 0x46, 0x69, 0x07, 0x57, 0x27, 0xF2, 0x1D, 0x9B, 0xBC, 0x94, 0x43, 0x03,
    0xF8, 0x11, 0xC7, 0xF6, 0x90, 0xEF, 0x3E, 0xE7, 0x06, 0xC3, 0xD5, 0x2F, 0xC8, 0x66, 0x1E, 0xD7,
    0x08, 0xE8, 0xEA, 0xDE, 0x80, 0x52, 0xEE, 0xF7, 0x84, 0xAA, 0x72, 0xAC, 0x35, 0x4D, 0x6A, 0x2A,
    0x96, 0x1A, 0xD2, 0x71, 0x5A, 0x15, 0x49, 0x74, 0x4B, 0x9F, 0xD0, 0x5E, 0x04, 0x18, 0xA4, 0xEC,
    0xC2, 0xE0, 0x41, 0x6E, 0x0F, 0x51, 0xCB, 0xCC, 0x24, 0x91, 0xAF, 0x50, 0xA1, 0xF4, 0x70, 0x39,
    0x99, 0x7C, 0x3A, 0x85, 0x23, 0xB8, 0xB4, 0x7A, 0xFC, 0x02, 0x36, 0x5B, 0x25, 0x55, 0x97, 0x31,
    0x2D, 0x5D, 0xFA, 0x98, 0xE3, 0x8A, 0x92, 0xAE, 0x05, 0xDF, 0x29, 0x10, 0x67, 0x6C, 0xBA, 0xC9,
    0xD3, 0x00, 0xE6, 0xCF, 0xE1, 0x9E, 0xA8, 0x2C, 0x63, 0x16, 0x01, 0x3F, 0x58, 0xE2, 0x89, 0xA9,
    0x0D, 0x38, 0x34, 0x1B, 0xAB, 0x33, 0xFF, 0xB0, 0xBB, 0x48, 0x0C, 0x5F, 0xB9, 0xB1, 0xCD, 0x2E,
    0xC5, 0xF3, 0xDB, 0x47, 0xE5, 0xA5, 0x9C, 0x77, 0x0A, 0xA6, 0x20, 0x68, 0xFE, 0x7F, 0xC1, 0xAD,
};

using Words = std::array<std::uint16_t, 64>;
using Block = std::array<std::uint16_t, 4>;

Words expanded(std::string_view key, int bits) {
  constexpr unsigned kOctetBits = 8;
  std::array<std::uint8_t, kMostKey> octets{};
  for (std::size_t i = 0; i < key.size(); ++i)
    octets[i] = static_cast<std::uint8_t>(key[i]);
  for (std::size_t i = key.size(); i < kMostKey; ++i)
    octets[i] = kPi[(octets[i - 1] + octets[i - key.size()]) & 0xFFU];
  const auto effective = static_cast<unsigned>(bits);
  const std::size_t size = (effective + kOctetBits - 1) / kOctetBits;
  const unsigned mask = 0xFFU >> (size * kOctetBits - effective);
  octets[kMostKey - size] = kPi[octets[kMostKey - size] & mask];
  for (std::size_t i = kMostKey - size; i-- > 0;)
    octets[i] = kPi[octets[i + 1] ^ octets[i + size]];
  Words out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::uint16_t>(octets[2 * i] | octets[2 * i + 1] << 8U);
  core::wipe(octets.data(), octets.size());
  return out;
}

std::uint16_t rotated_right(std::uint16_t word, unsigned by) {
  constexpr unsigned kWordBits = 16;
  return static_cast<std::uint16_t>(word >> by | word << (kWordBits - by));
}

// Section 4.2: an r-mixing round.
void unmix(Block& block, const Words& key, std::size_t& next) {
  constexpr std::array<unsigned, 4> kShifts = {1, 2, 3, 5};
  for (std::size_t i = block.size(); i-- > 0;) {
    const std::uint16_t a = block[(i + 3) % 4];
    const std::uint16_t b = block[(i + 2) % 4];
    const std::uint16_t c = block[(i + 1) % 4];
    const std::uint16_t turned = rotated_right(block[i], kShifts[i]);
    block[i] = static_cast<std::uint16_t>(turned - key[--next] - (a & b) - (~a & c));
  }
}

// Section 4.4: an r-mashing round.
void unmash(Block& block, const Words& key) {
  for (std::size_t i = block.size(); i-- > 0;)
    block[i] = static_cast<std::uint16_t>(block[i] - key[block[(i + 3) % 4] & 63U]);
}

void decrypt(Block& block, const Words& key) {
  std::size_t next = key.size();
  for (int round = 0; round < 5; ++round)
    unmix(block, key, next);
  unmash(block, key);
  for (int round = 0; round < 6; ++round)
    unmix(block, key, next);
  unmash(block, key);
  for (int round = 0; round < 5; ++round)
    unmix(block, key, next);
}

}  // namespace

std::optional<core::Secret> rc2_cbc_decrypt(std::string_view key, int bits, std::string_view iv,
                                            std::string_view text) {
  constexpr int kMostBits = 1024;
  if (key.empty() || key.size() > kMostKey || bits < 1 || bits > kMostBits || iv.size() != kBlock ||
      text.size() % kBlock != 0) {
    return std::nullopt;
  }
  Words words = expanded(key, bits);
  std::string out(text.size(), '\0');
  std::string_view before = iv;
  for (std::size_t at = 0; at < text.size(); at += kBlock) {
    const std::string_view sealed = text.substr(at, kBlock);
    Block block{};
    for (std::size_t i = 0; i < block.size(); ++i) {
      block[i] = static_cast<std::uint16_t>(static_cast<std::uint8_t>(sealed[2 * i]) |
                                            static_cast<std::uint8_t>(sealed[2 * i + 1]) << 8U);
    }
    decrypt(block, words);
    for (std::size_t i = 0; i < kBlock; ++i) {
      const unsigned octet = block[i / 2] >> (i % 2 * 8U) & 0xFFU;
      out[at + i] = static_cast<char>(octet ^ static_cast<std::uint8_t>(before[i]));
    }
    before = sealed;
  }
  core::wipe(words.data(), sizeof words);
  return core::Secret(std::move(out));
}

}  // namespace coffer::certs
