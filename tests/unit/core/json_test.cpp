#include "core/json.h"

#include <doctest/doctest.h>

#include <ctime>
#include <string>

#include "core/error.h"
#include "core/text.h"

namespace core = coffer::core;
using core::Document;
using core::JsonLimits;
using namespace std::string_literals;

namespace {

bool good(std::string_view text, const JsonLimits& limits = {}) {
  return core::json_problem(text, limits).empty();
}

Document parsed(std::string_view text) {
  return Document::parse(text, 706, "test text");
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("JSON: what RFC 8259 allows is accepted") {
  for (const char* text : {"{}", "[]", " [ ] ", "\t{\"a\":1}\r\n", "0", "-0", "-1.5e+10", "1E5",
                           "true", "false", "null", "\"\"", "\"\\u0041\\n\\/\"",
                           "[1,2,[3,{\"a\":[]}]]", "{\"a\":{\"a\":1},\"b\":{\"a\":2}}",
                           "\"\xC3\xA4 \xF0\x9F\x98\x80\"", "\"\\ud83d\\ude00\"", "\"\x7F\""}) {
    CAPTURE(text);
    CHECK(core::json_problem(text) == "");
  }
}

TEST_CASE("JSON: what it does not allow is refused") {
  for (const std::string& text : {""s,
                                  " "s,
                                  "{"s,
                                  "["s,
                                  "]"s,
                                  "}"s,
                                  "[1,]"s,
                                  "[,1]"s,
                                  "[1 2]"s,
                                  "{\"a\"}"s,
                                  "{\"a\":}"s,
                                  "{\"a\":1,}"s,
                                  "{,}"s,
                                  "{a:1}"s,
                                  "{'a':1}"s,
                                  "{1:1}"s,
                                  "[1]]"s,
                                  "{}{}"s,
                                  "1 2"s,
                                  "01"s,
                                  "-"s,
                                  "+1"s,
                                  ".5"s,
                                  "1."s,
                                  "1e"s,
                                  "1e+"s,
                                  "0x1"s,
                                  "NaN"s,
                                  "Infinity"s,
                                  "tru"s,
                                  "True"s,
                                  "nullx"s,
                                  "\"a"s,
                                  "\"\\"s,
                                  "\"\\x\""s,
                                  "\"\\u12\""s,
                                  "\"\\u12g4\""s,
                                  "\"\n\""s,
                                  "\"\x1F\""s,
                                  "\"\0\""s,
                                  "[\"a\0\"]"s,
                                  "[]\0"s,
                                  "\xEF\xBB\xBF{}"s,
                                  "\"\xC0\x80\""s,
                                  "\"\xED\xA0\x80\""s,
                                  "\"\xFF\""s,
                                  "\xC2\xA0[]"s,
                                  "[1}"s,
                                  "{\"a\":1]"s,
                                  "//x\n1"s,
                                  "/**/1"s,
                                  "[\"\xC3\"]"s,
                                  "\"12345678\t\""s}) {
    CAPTURE(text);
    CHECK_FALSE(good(text));
  }
}

TEST_CASE("JSON: a problem names its octet") {
  CHECK(core::json_problem("[1,]") == "not a value at octet 3");
  CHECK(core::json_problem("{\"a\":1,\"a\":2}") == "a name used twice in an object at octet 8");
}

TEST_CASE("JSON: depth is limited, exactly") {
  CHECK(good(nested(64)));
  CHECK_FALSE(good(nested(65)));
  JsonLimits limits;
  limits.max_depth = 2;
  CHECK(good("[{}]", limits));
  CHECK_FALSE(good("[{\"a\":[]}]", limits));
  CHECK_FALSE(good(std::string(1000000, '[')));
  std::string objects;
  for (int i = 0; i < 100000; ++i)
    objects += "{\"a\":";
  CHECK_FALSE(good(objects));
}

TEST_CASE("JSON: size is limited, exactly") {
  JsonLimits limits;
  limits.max_size = 4;
  CHECK(good("1234", limits));
  CHECK_FALSE(good("12345", limits));
}

TEST_CASE("JSON: duplicate names are refused, however they are written") {
  CHECK_FALSE(good("{\"a\":1,\"a\":2}"));
  CHECK_FALSE(good("{\"a\":1,\"\\u0061\":2}"));
  CHECK_FALSE(good("{\"\":1,\"\":2}"));
  CHECK_FALSE(good("{\"x\":{\"a\":1,\"b\":2,\"a\":3}}"));
  CHECK_FALSE(good("{\"a\":{\"b\":1},\"c\":[{\"b\":1}],\"a\":0}"));
  CHECK_FALSE(good("{\"\\ud800\":1,\"\\udfff\":2}"));  // both become U+FFFD
  CHECK(good("{\"a\":1,\"A\":2,\"a \":3,\"aa\":4}"));
  CHECK(good("{\"a\":{\"a\":{\"a\":1}}}"));
  CHECK(good("[{\"a\":1},{\"a\":1}]"));
}

TEST_CASE("JSON: duplicate names are found among many, at any distance") {
  for (const int count : {2, 15, 16, 17, 18, 40, 1000}) {
    std::string text = "{";
    for (int i = 0; i < count; ++i)
      text += "\"n" + std::to_string(i) + "\":{\"n0\":1},";
    CAPTURE(count);
    CHECK(good(text + "\"m\":0}"));
    CHECK_FALSE(good(text + "\"n0\":0}"));
    CHECK_FALSE(good(text + "\"n" + std::to_string(count - 1) + "\":0}"));
    CHECK_FALSE(good(text + "\"\\u006e0\":0}"));
  }
}

TEST_CASE("JSON: an object of very many names costs no quadratic time") {
  std::string text = "{";
  for (int i = 0; i < 200000; ++i)
    text += "\"" + std::to_string(i) + "\":0,";
  text += "\"last\":0}";
  const std::clock_t begin = std::clock();  // of the processor: others may use it too
  CHECK(good(text));
  // 200,000 squared comparisons would take tens of seconds; this takes tens of milliseconds.
  CHECK(std::clock() - begin < 5 * CLOCKS_PER_SEC);
}

TEST_CASE("JSON: lone surrogates are replaced or refused, as the limits say") {
  JsonLimits strict;
  strict.replace_lone_surrogates = false;
  for (const char* text : {"\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\ud800\"", "\"\\ud800x\"",
                           "\"\\udc00\\ud800\"", "\"\\ud800\\n\"", "{\"\\uDFFF\":1}"}) {
    CAPTURE(text);
    CHECK(good(text));
    CHECK_FALSE(good(text, strict));
  }
  CHECK(good("\"\\ud83d\\ude00\"", strict));
  CHECK(parsed("\"a\\ud800b\"").root().string() ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(parsed("\"\\ud800\\ud83d\\ude00\\udc00\"").root().string() ==
        "\xEF\xBF\xBD\xF0\x9F\x98\x80\xEF\xBF\xBD");
  CHECK(parsed("\"\\\\ud800 \\\"\\ud800\"").root().string() == "\\ud800 \"\xEF\xBF\xBD");
  CHECK(parsed("{\"\\udbff\":7}").root()["\xEF\xBF\xBD"].number() == 7);
}

TEST_CASE("JSON: U+0000 stays visible, cuts nothing, and can be refused") {
  const Document document = parsed("{\"id\":\"a\\u0000b\",\"x\\u0000\":\"\\u0000\",\"x\":\"y\"}");
  CHECK(document.root()["id"].string() == "a\0b"s);
  CHECK(document.root()["x"].string() == "y");
  CHECK(document.root().size() == 3);
  CHECK(document.root().text() == "{\"id\":\"a\\u0000b\",\"x\\u0000\":\"\\u0000\",\"x\":\"y\"}");
  JsonLimits strict;
  strict.allow_nul = false;
  CHECK_FALSE(good("\"\\u0000\"", strict));
  CHECK_FALSE(good("{\"\\u0000\":1}", strict));
  CHECK(good("\"\\\\u0000\"", strict));
  CHECK(parsed("\"\\\\u0000\\u0000\"").root().string() == "\\u0000\0"s);
}

TEST_CASE("JSON: look-ups are case-sensitive and chain over what is absent") {
  const Document document = parsed("{\"Id\":1,\"id\":2,\"a\":{\"b\":[true,null,\"s\"]}}");
  const auto root = document.root();
  CHECK(root["id"].number() == 2);
  CHECK(root["Id"].number() == 1);
  CHECK_FALSE(root["ID"]);
  CHECK_FALSE(root["i"]);
  CHECK_FALSE(root["x"]["y"].at(3)["z"]);
  CHECK_FALSE(root["id"]["id"]);
  CHECK(root["a"]["b"].size() == 3);
  CHECK(root["a"]["b"].at(0).boolean() == true);
  CHECK(root["a"]["b"].at(1).is_null());
  CHECK(root["a"]["b"].at(2).string() == "s");
  CHECK_FALSE(root["a"]["b"].at(3));
  CHECK_FALSE(root["a"]["b"]["s"]);  // an array has no names
  CHECK(root.first().name() == "Id");
  CHECK(root.first().next().name() == "id");
  CHECK(root["a"].string_or("other") == "other");
  CHECK_FALSE(root["a"].number());
  CHECK_FALSE(root["id"].boolean());
  CHECK_FALSE(root.next());
}

TEST_CASE("JSON: numbers longer than cJSON's buffer") {
  const std::string zeros(100, '0');
  CHECK(parsed("[-0." + zeros + "1]").root().at(0).number() == -1e-101);
  CHECK(parsed("[1" + zeros + "]").root().at(0).number() == 1e100);
  CHECK(parsed("[0.5" + zeros + ",\"1" + zeros + "\"]").root().at(1).string() == "1" + zeros);
  const std::string more(400, '0');
  CHECK(*parsed("1" + more).root().number() > 1e308);
  CHECK(*parsed("-1" + more + ".0").root().number() < -1e308);
  CHECK(*parsed("0." + more + "1").root().number() == 0);
  CHECK(*parsed("1" + zeros + "e-99999999999999999999999").root().number() == 0);
  CHECK(*parsed("0." + zeros + "1e+99999").root().number() > 1e308);
  CHECK(parsed("1" + std::string(62, '0')).root().number() == 1e62);
  CHECK(parsed("1" + std::string(63, '0')).root().number() == 1e63);
}

TEST_CASE("JSON: parse throws the caller's code and says what and where") {
  try {
    Document::parse("{\"a\":tru}", 604, "ACS's reply");
    FAIL("accepted");
  } catch (const core::Error& error) {
    CHECK(error.code() == 604);
    CHECK(error.what() == "The JSON of the ACS's reply is not acceptable: not a value at octet 5"s);
  }
}

TEST_CASE("JSON: text() writes what was read") {
  const char* text =
      "{\"a\":[1,-2.5,1e+300,true,false,null,\"q\\\"\\\\\\n\\u0001\xC3\xA4\"],\"b\":{}}";
  CHECK(parsed(text).root().text() == text);
  CHECK(core::JsonView().text() == "null");
}

TEST_CASE("JSON: quoting") {
  CHECK(core::json_quoted("a\"b\\c\n\r\t\x01/\x7F") == "\"a\\\"b\\\\c\\n\\r\\t\\u0001/\x7F\"");
  CHECK(core::json_quoted("nul\0x"s) == "\"nul\\u0000x\"");
  CHECK(core::json_quoted("bad\xFF\xC3 ok\xC3\xA4") ==
        "\"bad\xEF\xBF\xBD\xEF\xBF\xBD ok\xC3\xA4\"");
  CHECK(good(core::json_quoted("any \xED\xA0\x80\x1F\xF8")));
}
