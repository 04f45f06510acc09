// What of TLS travels in the clear, from octets of the tests' own making.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "net/mbedtls/records.h"

using coffer::net::internal::Records;

namespace {

using Octets = std::vector<unsigned char>;

Octets pair(std::size_t number) {
  return {static_cast<unsigned char>(number >> 8U), static_cast<unsigned char>(number)};
}

Octets operator+(Octets left, const Octets& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Octets record(unsigned char type, const Octets& content) {
  return Octets{type, 3, 3} + pair(content.size()) + content;
}

Octets message(unsigned char type, const Octets& body) {
  return Octets{type, 0} + pair(body.size()) + body;
}

Octets server_hello(const Octets& extensions) {
  return message(2, Octets(34, 7) + Octets{2, 9, 9} + Octets{0x13, 1, 0} + pair(extensions.size()) +
                        extensions);
}

// In pieces of every size: nothing may depend on where a read ends.
std::vector<std::string> lines_of(const Octets& all, std::size_t piece) {
  std::vector<std::string> lines;
  Records records([&](const std::string& line) { lines.push_back(line); });
  for (std::size_t at = 0; at < all.size(); at += piece)
    records.take(all.data() + at, std::min(piece, all.size() - at));
  return lines;
}

int bits_after(const Octets& all, bool dhe) {
  Records records(nullptr);
  records.take(all.data(), all.size());
  return records.group_bits(dhe);
}

}  // namespace

TEST_CASE("records and messages have borders of their own") {
  const Octets hellos = server_hello({}) + message(14, {});
  const Octets first(hellos.begin(), hellos.begin() + 3);
  const Octets rest(hellos.begin() + 3, hellos.end());
  const Octets all = record(22, first) + record(22, rest) + record(21, {1, 0}) + record(20, {1}) +
                     record(22, Octets(40, 0x55)) + record(23, Octets(300, 1));
  const std::vector<std::string> expected = {
      "record handshake, 8 octets",
      "record handshake, 52 octets",
      "message server_hello, 46 octets",
      "message server_hello_done, 4 octets",
      "record alert, 7 octets",
      "record change_cipher_spec, 6 octets",
      "record handshake, 45 octets",  // and no message of what is encrypted
      "record application_data, 305 octets",
  };
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, all.size()}) {
    CAPTURE(piece);
    CHECK((lines_of(all, piece) == expected));
  }
}

TEST_CASE("the group of the key exchange") {
  const Octets version = Octets{0, 43} + pair(2) + Octets{3, 4};
  const Octets share = Octets{0, 51} + pair(4) + Octets{0, 0x1D} + pair(0);
  CHECK(bits_after(record(22, server_hello(version + share)), false) == 255);
  const Octets finite = Octets{0, 51} + pair(4) + Octets{1, 1} + pair(0);
  CHECK(bits_after(record(22, server_hello(finite + version)), false) == 3072);
  CHECK(bits_after(record(22, server_hello(version)), false) == 0);
  const Octets curve = {3, 0, 0x18, 1, 4};
  CHECK(bits_after(record(22, message(12, curve)), false) == 384);
  const Octets prime = pair(256) + Octets(256, 0xFF);
  CHECK(bits_after(record(22, message(12, prime)), true) == 2048);
  const Octets shorter = pair(256) + Octets{0x3F} + Octets(255, 0xFF);
  CHECK(bits_after(record(22, message(12, shorter)), true) == 2046);
}

TEST_CASE("a peer that lies about lengths costs no memory and breaks nothing") {
  Octets endless = {2, 0xFF, 0xFF, 0xFF};
  Records records(nullptr);
  const Octets head = record(22, endless);
  records.take(head.data(), head.size());
  const Octets more = record(22, Octets(16000, 0));
  for (int i = 0; i < 2000; ++i)
    records.take(more.data(), more.size());
  CHECK(records.group_bits(false) == 0);
  // Extensions that reach beyond their message.
  CHECK(bits_after(record(22, server_hello(Octets{0, 51, 0xFF, 0xFF})), false) == 0);
  CHECK(bits_after(record(22, message(2, {3, 3})), false) == 0);
  CHECK(bits_after(record(22, message(12, {3})), false) == 0);
}
