#include "crypto/p256.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "crypto/digest.h"
#include "octets.h"
#include "scripted_random.h"
#include "test_signature.h"

namespace crypto = coffer::crypto;
namespace test = coffer::test;

namespace {

// SEC 2 section 2.4.2: the base point, the order, the field's prime.
const std::string kGx = unhex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
const std::string kGy = unhex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
const std::string kOrder =
    unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const std::string kPrime =
    unhex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");

std::string one() {
  return std::string(31, '\0') + '\x01';
}

}  // namespace

TEST_CASE("the base point is the point of 1") {
  const auto key = crypto::P256Key::from_private(one());
  REQUIRE(key.has_value());
  CHECK(key->point().x() == kGx);
  CHECK(key->point().y() == kGy);
  CHECK(crypto::P256Point::from_coordinates(kGx, kGy) == key->point());
  CHECK(crypto::P256Key::from_parts(one(), kGx, kGy).has_value());
  CHECK_FALSE(crypto::P256Key::from_parts(one(), kGy, kGx));
}

TEST_CASE("scalars out of range") {
  std::string below = kOrder;
  --below.back();
  CHECK(crypto::P256Key::from_private(below).has_value());
  CHECK_FALSE(crypto::P256Key::from_private(kOrder));
  CHECK_FALSE(crypto::P256Key::from_private(std::string(32, '\0')));
  CHECK_FALSE(crypto::P256Key::from_private(std::string(32, '\xFF')));
  CHECK_FALSE(crypto::P256Key::from_private(one().substr(1)));
  CHECK_FALSE(crypto::P256Key::from_private('\0' + one()));
  CHECK_FALSE(crypto::P256Key::from_private(""));
}

TEST_CASE("generation draws again when a draw is out of range") {
  ScriptedRandom random(std::string(32, '\0') + kOrder + one() + "rest");
  const auto key = crypto::P256Key::generate(random);
  CHECK(key.d().reveal() == one());
  CHECK(random.left() == 4);
  ScriptedRandom broken(std::string(4096, '\0'));
  CHECK_THROWS_AS(crypto::P256Key::generate(broken), coffer::core::Error);
}

TEST_CASE("points that are none") {
  using crypto::P256Point;
  const std::string zero(32, '\0');
  REQUIRE(P256Point::from_coordinates(kGx, kGy));
  CHECK_FALSE(P256Point::from_coordinates(zero, zero));
  CHECK_FALSE(P256Point::from_coordinates(kGx, kGx));
  CHECK_FALSE(P256Point::from_coordinates(kPrime, kGy));
  CHECK_FALSE(P256Point::from_coordinates(kGx, kPrime));
  // x + p would be the same residue.
  CHECK_FALSE(P256Point::from_coordinates(std::string(32, '\xFF'), kGy));
  CHECK_FALSE(P256Point::from_coordinates("", ""));
  CHECK_FALSE(P256Point::from_coordinates(kGx + '\0', kGy));
  CHECK_FALSE(P256Point::from_coordinates('\0' + kGx, kGy));
  CHECK_FALSE(P256Point::from_coordinates(kGx.substr(0, 31), kGy));
  std::string off = kGy;
  off.back() = static_cast<char>(off.back() ^ 1);
  CHECK_FALSE(P256Point::from_coordinates(kGx, off));
}

TEST_CASE("both sides agree, leading zeros kept") {
  crypto::SystemRandom random;
  bool leading_zero = false;  // of one secret in 256
  while (!leading_zero) {
    const auto a = crypto::P256Key::generate(random);
    const auto b = crypto::P256Key::generate(random);
    const auto shared = agree(a, b.point());
    REQUIRE(shared.reveal().size() == 32);
    REQUIRE(agree(b, a.point()).reveal() == shared.reveal());
    leading_zero = shared.reveal().front() == '\0';
  }
}

TEST_CASE("ECDSA of another implementation") {
  const test::Key key = test::new_p256();
  const std::string der = test::public_der(key.get());
  const std::string point = der.substr(der.size() - 64);
  const auto mine = crypto::P256Point::from_coordinates(point.substr(0, 32), point.substr(32));
  REQUIRE(mine.has_value());
  const auto digest = crypto::sha256("text");
  const std::string hash(digest.begin(), digest.end());
  const std::string good = test::sign(key.get(), "text");
  CHECK(verify_ecdsa(*mine, hash, good));
  CHECK_FALSE(verify_ecdsa(*mine, std::string(32, 'x'), good));
  CHECK_FALSE(verify_ecdsa(*mine, hash, good + '\0'));
  CHECK_FALSE(verify_ecdsa(*mine, hash, good.substr(0, 63)));
  CHECK_FALSE(verify_ecdsa(*mine, hash, ""));
  const std::string zero(32, '\0');
  CHECK_FALSE(verify_ecdsa(*mine, hash, zero + zero));
  CHECK_FALSE(verify_ecdsa(*mine, hash, zero + good.substr(32)));
  CHECK_FALSE(verify_ecdsa(*mine, hash, good.substr(0, 32) + zero));
  CHECK_FALSE(verify_ecdsa(*mine, hash, kOrder + good.substr(32)));
}

// The curve's tables are one set for each thread.
TEST_CASE("many threads") {
  std::vector<std::thread> threads;
  std::vector<std::string> shared(4);
  crypto::SystemRandom random;
  const auto theirs = crypto::P256Key::generate(random);
  for (auto& out : shared) {
    threads.emplace_back([&out, &theirs] {
      const auto mine = crypto::P256Key::from_private(one()).value();
      for (int i = 0; i < 20; ++i)
        out = agree(mine, theirs.point()).reveal();
    });
  }
  for (auto& thread : threads)
    thread.join();
  for (const auto& out : shared)
    CHECK(out == theirs.point().x());
}

TEST_CASE("the system's random octets") {
  crypto::SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i)
    CHECK(seen.insert(random.octets(16)).second);
  CHECK(random.octets(1000).size() == 1000);
  CHECK(random.octets(1000).find(std::string(32, '\0')) == std::string::npos);
  CHECK(random.octets(0).empty());
}
