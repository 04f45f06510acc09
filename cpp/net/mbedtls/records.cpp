#include "net/mbedtls/records.h"

#include <algorithm>

#include "net/record_names.h"

namespace coffer::net::internal {

namespace {

constexpr unsigned char kChangeCipherSpec = 20;  // RFC 8446 5.1
constexpr unsigned char kAlert = 21;
constexpr unsigned char kHandshake = 22;
constexpr unsigned char kApplicationData = 23;
constexpr unsigned char kServerHello = 2;  // RFC 8446 4, RFC 5246 7.4
constexpr unsigned char kServerKeyExchange = 12;
constexpr unsigned char kCertificateRequest = 13;
constexpr std::size_t kMessageHeader = 4;
constexpr std::size_t kMostKept = 4096;  // a ServerHello with the share of ffdhe_8192 has 1.2 KiB

// IANA's registry "TLS Supported Groups".
int bits_of_group(unsigned group) {
  switch (group) {
    case 0x13:
      return 192;
    case 0x15:
      return 224;
    case 0x16:
    case 0x17:
    case 0x1A:
      return 256;
    case 0x18:
    case 0x1B:
      return 384;
    case 0x19:
      return 521;
    case 0x1C:
      return 512;
    case 0x1D:
      return 255;
    case 0x1E:
      return 448;
    case 0x100:
      return 2048;
    case 0x101:
      return 3072;
    case 0x102:
      return 4096;
    case 0x103:
      return 6144;
    case 0x104:
      return 8192;
    default:
      return 0;
  }
}

}  // namespace

void Records::take(const unsigned char* data, std::size_t size) {
  while (size > 0) {
    if (left_ == 0) {
      header_[header_size_++] = *data++;
      --size;
      if (header_size_ < header_.size()) continue;
      header_size_ = 0;
      left_ = static_cast<std::size_t>(header_[3]) << 8U | header_[4];
      record_begins();
      continue;
    }
    const std::size_t piece = std::min(left_, size);
    if (header_[0] == kHandshake && !sealed_) handshake(data, piece);
    if (header_[0] == kAlert && !sealed_) alert(data, piece);
    left_ -= piece;
    data += piece;
    size -= piece;
  }
}

void Records::record_begins() {
  // In TLS 1.3 the first is there for middleboxes alone (RFC 8446 D.4), and the second tells.
  if (header_[0] == kChangeCipherSpec || header_[0] == kApplicationData) sealed_ = true;
  if (header_[0] == kApplicationData) ++encrypted_;
  if (report_) report_(record_line(header_[0], header_.size() + left_));
}

// Messages and records have their borders each for themselves.
void Records::handshake(const unsigned char* data, std::size_t size) {
  while (size > 0) {
    if (message_.size() < kMessageHeader) {
      message_.push_back(*data++);
      --size;
      if (message_.size() < kMessageHeader) continue;
      message_left_ = static_cast<std::size_t>(octet(1)) << 16U | pair(2);
      if (report_) report_(message_line(message_[0], kMessageHeader + message_left_));
    } else {
      const std::size_t piece = std::min(message_left_, size);
      const std::size_t kept = std::min(piece, kMostKept - message_.size());
      message_.insert(message_.end(), data, data + kept);
      message_left_ -= piece;
      data += piece;
      size -= piece;
    }
    if (message_left_ == 0) message_ends();
  }
}

// The level, then the description.
void Records::alert(const unsigned char* data, std::size_t size) {
  constexpr unsigned char kFatal = 2;
  for (std::size_t i = 0; i < size; ++i) {
    if (fatal_ && alert_ < 0) alert_ = data[i];
    fatal_ = data[i] == kFatal;
  }
}

void Records::message_ends() {
  if (message_[0] == kServerHello) server_hello();
  if (message_[0] == kCertificateRequest) asked_ = true;
  if (message_[0] == kServerKeyExchange && message_.size() >= kMessageHeader + exchange_.size()) {
    std::copy_n(message_.begin() + kMessageHeader, exchange_.size(), exchange_.begin());
  }
  message_.clear();
}

// RFC 8446 4.1.3 and 4.2.8: the group of key_share, also of a HelloRetryRequest's.
void Records::server_hello() {
  constexpr std::size_t kVersionAndRandom = 34;
  constexpr std::size_t kSuiteAndCompression = 3;
  constexpr unsigned kKeyShare = 51;
  std::size_t at = kMessageHeader + kVersionAndRandom;
  at += 1 + octet(at) + kSuiteAndCompression + 2;
  while (at + 4 <= message_.size()) {
    if (pair(at) == kKeyShare) group_ = pair(at + 4);
    at += 4 + pair(at + 2);
  }
}

int Records::group_bits(bool dhe) const noexcept {
  if (group_ != 0) return bits_of_group(group_);
  const unsigned second = static_cast<unsigned>(exchange_[1]) << 8U;
  if (!dhe) {
    // RFC 8422 5.4: named_curve, then the curve.
    return exchange_[0] == 3 ? bits_of_group(second | exchange_[2]) : 0;
  }
  // RFC 5246 7.4.3: the length of the prime, then the prime.
  const int octets = static_cast<int>(exchange_[0]) * 256 + exchange_[1];
  int unused = 0;
  for (unsigned top = exchange_[2]; top != 0 && (top & 0x80U) == 0; top <<= 1U)
    ++unused;
  return octets * 8 - unused;
}

}  // namespace coffer::net::internal
