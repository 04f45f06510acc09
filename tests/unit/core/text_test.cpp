#include "core/text.h"

#include <doctest/doctest.h>

#include <string>

namespace core = coffer::core;
using namespace std::string_literals;

namespace {

std::string octets(const std::optional<std::vector<std::uint8_t>>& bytes) {
  REQUIRE(bytes.has_value());
  return {bytes->begin(), bytes->end()};
}

std::string base64(const std::string& text) {
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  return core::base64(bytes.data(), bytes.size());
}

}  // namespace

TEST_CASE("UTF-8: well-formed sequences of every length pass") {
  CHECK(core::valid_utf8(""));
  CHECK(core::valid_utf8("plain ASCII, longer than eight octets"));
  CHECK(core::valid_utf8("\x7F"));
  CHECK(core::valid_utf8("\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF"));
  CHECK(core::valid_utf8("\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"));
  CHECK(core::valid_utf8("12345678\xC3\xBC"));
  CHECK(core::valid_utf8("nul \0 inside"s));
}

TEST_CASE("UTF-8: overlong, surrogate, too large, cut and stray octets are refused") {
  for (const std::string bad :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x80\x80", "\xE0\x9F\xBF",
        "\xE2\x82", "\xE2\x28\xA1", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80",
        "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE",
        "\xFF"}) {
    CAPTURE(core::hex(reinterpret_cast<const std::uint8_t*>(bad.data()), bad.size()));
    CHECK_FALSE(core::valid_utf8(bad));
    CHECK_FALSE(core::valid_utf8("12345678" + bad + "12345678"));
    CHECK_FALSE(core::valid_utf8("1234567" + bad));
  }
}

TEST_CASE("small text tools") {
  const std::uint8_t bytes[] = {0x00, 0x0F, 0xA5, 0xFF};
  CHECK(core::hex(bytes, 4) == "000fa5ff");
  CHECK(core::hex(nullptr, 0).empty());
  CHECK(core::equal_ignoring_case("ErrorItemNotFound", "erroritemNOTFOUND"));
  CHECK_FALSE(core::equal_ignoring_case("a", "ab"));
  CHECK_FALSE(core::equal_ignoring_case("\xC3\x84", "\xC3\xA4"));  // ASCII only
  CHECK(core::lower("AbZ[\xC3\x84") == "abz[\xC3\x84");
  CHECK(core::trim(" \t\r\n a b \n") == "a b");
  CHECK(core::trim(" \t ").empty());
  CHECK(core::starts_with("prefix", "pre"));
  CHECK_FALSE(core::starts_with("pr", "pre"));
  const auto parts = core::split("a,,b,", ',');
  REQUIRE(parts.size() == 4);
  CHECK(parts[0] == "a");
  CHECK(parts[1].empty());
  CHECK(parts[2] == "b");
  CHECK(parts[3].empty());
  CHECK(core::split("", ',').size() == 1);
}

TEST_CASE("parse_int takes the whole text or nothing") {
  CHECK(core::parse_int("0") == 0);
  CHECK(core::parse_int("-12") == -12);
  CHECK(core::parse_int("+12") == 12);
  CHECK(core::parse_int("9223372036854775807") == INT64_MAX);
  CHECK(core::parse_int("-9223372036854775808") == INT64_MIN);
  for (const char* bad :
       {"", "+", "-", "+-1", "-+1", " 1", "1 ", "1x", "0x10", "1.0", "9223372036854775808"}) {
    CAPTURE(bad);
    CHECK_FALSE(core::parse_int(bad).has_value());
  }
}

TEST_CASE("percent-encoding keeps only unreserved characters") {
  CHECK(core::percent_encode("AZaz09-._~") == "AZaz09-._~");
  CHECK(core::percent_encode("a/b+c=d e'f#g%\xC3\xA4"s + '\0') ==
        "a%2Fb%2Bc%3Dd%20e%27f%23g%25%C3%A4%00");
  CHECK(core::percent_decode("alex%40x%2f%2F") == "alex@x//");
  CHECK(core::percent_decode("a+b") == "a+b");
  CHECK(core::percent_decode("%00")->size() == 1);
  for (const char* bad : {"%", "%4", "a%", "%g0", "%0g", "%%41"}) {
    CAPTURE(bad);
    CHECK_FALSE(core::percent_decode(bad).has_value());
  }
}

TEST_CASE("base64 (the vectors of RFC 4648 section 10)") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& vector : vectors) {
    const std::string plain = vector.first;
    CAPTURE(plain);
    CHECK(base64(plain) == vector.second);
    CHECK(octets(core::base64_decode(vector.second)) == plain);
  }
  CHECK(octets(core::base64_decode("+/+/")) == "\xFB\xFF\xBF");
  CHECK(octets(core::base64url_decode("-_-_")) == "\xFB\xFF\xBF");
  CHECK(octets(core::base64url_decode("Zg")) == "f");
  CHECK(octets(core::base64url_decode("Zm8")) == "fo");
}

TEST_CASE("base64: one text for each value, anything else is refused") {
  for (const char* bad : {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Zm9v=", "Zm=v", "Zm9v\n", "Zm 9",
                          "-_-_", "Zh==", "Zm9=", "Zg==Zg=="}) {
    CAPTURE(bad);
    CHECK_FALSE(core::base64_decode(bad).has_value());
  }
  for (const char* bad : {"Z", "Zg==", "+/+/", "Zh", "Zm9", "Zm9v Zg"}) {
    CAPTURE(bad);
    CHECK_FALSE(core::base64url_decode(bad).has_value());
  }
}
