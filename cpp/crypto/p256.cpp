#include "crypto/p256.h"

#include "crypto/mbedtls.h"

namespace coffer::crypto {
namespace {

constexpr std::size_t kPointOctets = 1 + 2 * kP256Octets;
constexpr char kUncompressed = 4;  // SEC 1 section 2.3.3

// mbedTLS keeps the multiples of the base point in the group after the first multiplication and
// does not allow one group in two threads.
Group& group() {
  thread_local struct Loaded {
    Group group;
    Loaded() {
      require(mbedtls_ecp_group_load(group.get(), MBEDTLS_ECP_DP_SECP256R1), "load P-256");
    }
  } loaded;
  return loaded.group;
}

SystemRandom& blinding() {
  static SystemRandom random;
  return random;
}

void load(Point& out, const P256Point& point) {
  std::string octets_of(1, kUncompressed);
  octets_of.append(point.x()).append(point.y());
  require(mbedtls_ecp_point_read_binary(group().get(), out.get(), octets(octets_of), kPointOctets),
          "read a point");
}

// The coordinates of a point that is not infinity; wiped, since they may be a shared secret.
core::Secret coordinates(const Point& point) {
  std::string out(kPointOctets, '\0');
  std::size_t size = 0;
  require(mbedtls_ecp_point_write_binary(group().get(), point.get(), MBEDTLS_ECP_PF_UNCOMPRESSED,
                                         &size, octets(out), out.size()),
          "write a point");
  if (size != kPointOctets) throw core::Error(30005, "mbedTLS computed the point at infinity");
  const core::Secret whole(std::move(out));
  return core::Secret(whole.reveal().substr(1));
}

bool load_scalar(Mpi& out, std::string_view d) {
  return d.size() == kP256Octets && mbedtls_mpi_read_binary(out.get(), octets(d), d.size()) == 0 &&
         mbedtls_ecp_check_privkey(group().get(), out.get()) == 0;
}

}  // namespace

std::optional<P256Point> P256Point::from_coordinates(std::string_view x, std::string_view y) {
  if (x.size() != kP256Octets || y.size() != kP256Octets) return std::nullopt;
  std::string whole(1, kUncompressed);
  whole.append(x).append(y);
  Point point;
  if (mbedtls_ecp_point_read_binary(group().get(), point.get(), octets(whole), whole.size()) != 0 ||
      mbedtls_ecp_check_pubkey(group().get(), point.get()) != 0) {
    return std::nullopt;
  }
  return P256Point(whole.substr(1));
}

P256Key P256Key::generate(Random& random) {
  // A working generator misses the range once in 2^32 draws.
  constexpr int kTries = 8;
  for (int i = 0; i < kTries; ++i) {
    const core::Secret d = random.secret(kP256Octets);
    if (auto key = from_private(d.reveal())) return std::move(*key);
  }
  throw core::Error(30005, "The random numbers are not random; no key can be made from them");
}

std::optional<P256Key> P256Key::from_private(std::string_view d) {
  Mpi scalar;
  if (!load_scalar(scalar, d)) return std::nullopt;
  Point point;
  require(mbedtls_ecp_mul(group().get(), point.get(), scalar.get(), &group()->G, draw, &blinding()),
          "make a public key");
  return P256Key(core::Secret(std::string(d)), P256Point(coordinates(point).reveal()));
}

std::optional<P256Key> P256Key::from_parts(std::string_view d, std::string_view x,
                                           std::string_view y) {
  auto key = from_private(d);
  if (!key || key->point().x() != x || key->point().y() != y) return std::nullopt;
  return key;
}

core::Secret agree(const P256Key& key, const P256Point& point) {
  Mpi scalar;
  if (!load_scalar(scalar, key.d().reveal())) throw core::Error(30005, "A moved-from key was used");
  Point theirs;
  load(theirs, point);
  Point shared;
  require(
      mbedtls_ecp_mul(group().get(), shared.get(), scalar.get(), theirs.get(), draw, &blinding()),
      "agree on a key");
  return core::Secret(coordinates(shared).reveal().substr(0, kP256Octets));
}

bool verify_ecdsa(const P256Point& key, std::string_view hash, std::string_view signature) {
  if (signature.size() != 2 * kP256Octets) return false;
  Mpi r;
  Mpi s;
  Point point;
  load(point, key);
  require(mbedtls_mpi_read_binary(r.get(), octets(signature), kP256Octets), "read a signature");
  require(mbedtls_mpi_read_binary(s.get(), octets(signature.substr(kP256Octets)), kP256Octets),
          "read a signature");
  return mbedtls_ecdsa_verify(group().get(), octets(hash), hash.size(), point.get(), r.get(),
                              s.get()) == 0;
}

}  // namespace coffer::crypto
