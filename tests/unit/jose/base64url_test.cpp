#include "jose/base64url.h"

#include <doctest/doctest.h>

#include <string>

namespace jose = coffer::jose;

TEST_CASE("base64url of all lengths comes back") {
  std::string octets;
  for (int i = 0; i < 300; ++i) {
    const std::string text = jose::base64url(octets);
    CHECK(text.find_first_of("+/=\n") == std::string::npos);
    CHECK(jose::decode_base64url(text) == octets);
    octets += static_cast<char>(i * 7);
  }
  CHECK(jose::base64url("\xFF\xFE\xFD") == "__79");  // RFC 4648, table 2
  CHECK(jose::base64url("") == "");
}

TEST_CASE("strict decoding takes one text for a value") {
  CHECK(jose::decode_base64url("Zg") == "f");
  for (const char* text : {"Zg==", "Zg=", "Z", "Zh", "Zm9v\n", " Zm9v", "Zm 9v", "Zm+v", "Zm/v",
                           "Zm9vYg==", "Zm9vYm", "Zm9v?", "Zm9\xC3"}) {
    CAPTURE(text);
    CHECK_FALSE(jose::decode_base64url(text));
  }
  CHECK_FALSE(jose::decode_base64url(std::string("Zm9v\0", 5)));
}

TEST_CASE("lenient decoding") {
  CHECK(jose::decode_base64_lenient("Zg==") == "f");
  CHECK(jose::decode_base64_lenient("Zg") == "f");
  CHECK(jose::decode_base64_lenient(" Z\r\n g=\t=\n") == "f");
  CHECK(jose::decode_base64_lenient("//79") == jose::decode_base64_lenient("__79"));
  CHECK(jose::decode_base64_lenient("+_-/").has_value());
  for (const char* text : {"Zg===", "=Zg", "Z=g", "Z", "Zm9v*", "Zg==Zg=="}) {
    CAPTURE(text);
    CHECK_FALSE(jose::decode_base64_lenient(text));
  }
}
