#include "crypto/digest.h"

#include <doctest/doctest.h>

#include <string>

#include "core/text.h"

namespace crypto = coffer::crypto;

// FIPS 180-4's examples, and a million times "a".
TEST_CASE("SHA-1") {
  CHECK(crypto::sha1_hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(crypto::sha1_hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(crypto::sha1_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  CHECK(crypto::sha1_hex(std::string(1000000, 'a')) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  CHECK(crypto::sha1_hex(std::string("a\0b", 3)) != crypto::sha1_hex("a"));
}

TEST_CASE("SHA-256") {
  const auto hex = [](std::string_view text) {
    const auto hash = crypto::sha256(text);
    return coffer::core::hex(hash.data(), hash.size());
  };
  CHECK(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
