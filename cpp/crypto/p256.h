// NIST P-256 (SEC 2 secp256r1): keys, agreement, ECDSA verification. Coordinates and scalars are
// exactly 32 octets, leading zeros kept (RFC 7518 section 6.2.1.2).
//
// Threads: values; any thread, one at a time per object.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/wipe.h"
#include "crypto/random.h"

namespace coffer::crypto {

constexpr std::size_t kP256Octets = 32;

// A point on the curve, never infinity: there is no other way to make one.
class P256Point {
 public:
  // nullopt when a coordinate is not 32 octets, not below the field's prime, or the point is not on
  // the curve.
  static std::optional<P256Point> from_coordinates(std::string_view x, std::string_view y);

  std::string_view x() const noexcept { return std::string_view(octets_).substr(0, kP256Octets); }
  std::string_view y() const noexcept { return std::string_view(octets_).substr(kP256Octets); }
  bool operator==(const P256Point& other) const noexcept { return octets_ == other.octets_; }
  bool operator!=(const P256Point& other) const noexcept { return octets_ != other.octets_; }

 private:
  friend class P256Key;
  explicit P256Point(std::string octets) : octets_(std::move(octets)) {}
  std::string octets_;  // x || y
};

// A private key with its point; d is wiped when the key goes.
class P256Key {
 public:
  // One draw of 32 octets is d, unless it is 0 or not below the order: then the next draw.
  static P256Key generate(Random& random);
  static std::optional<P256Key> from_private(std::string_view d);
  // Also nullopt when (x, y) is not the point of d.
  static std::optional<P256Key> from_parts(std::string_view d, std::string_view x,
                                           std::string_view y);

  const core::Secret& d() const noexcept { return d_; }
  const P256Point& point() const noexcept { return point_; }

 private:
  P256Key(core::Secret d, P256Point point) : d_(std::move(d)), point_(std::move(point)) {}
  core::Secret d_;
  P256Point point_;
};

// The x coordinate of the shared point, exactly 32 octets (RFC 7518 section 4.6.2, "Z").
core::Secret agree(const P256Key& key, const P256Point& point);

// `hash` is the digest's octets, `signature` r || s, 64 octets (RFC 7518 section 3.4); any other
// length is false.
bool verify_ecdsa(const P256Point& key, std::string_view hash, std::string_view signature);

}  // namespace coffer::crypto
