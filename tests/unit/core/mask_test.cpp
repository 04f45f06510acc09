#include <doctest/doctest.h>

#include <ctime>
#include <string>

#include "core/log.h"

namespace core = coffer::core;

TEST_CASE("mask: credential headers, whatever their case and blanks") {
  CHECK(core::masked_header("Authorization: Bearer abc.def") == "Authorization: Bearer ******");
  CHECK(core::masked_header("authorization:Bearer abc") == "authorization:Bearer ******");
  CHECK(core::masked_header("AUTHORIZATION : \tBasic  dXNlcg==") ==
        "AUTHORIZATION : \tBasic ******");
  CHECK(core::masked_header("Authorization: abc") == "Authorization: ******");
  CHECK(core::masked_header("Authorization: NTLM a b c") == "Authorization: NTLM ******");
  CHECK(core::masked_header("Proxy-Authorization: Basic dXNlcg==") ==
        "Proxy-Authorization: Basic ******");
  CHECK(core::masked_header("Cookie: a=b; c=d") == "Cookie: ******");
  CHECK(core::masked_header("set-cookie: sid=1; Path=/") == "set-cookie: ******");
  CHECK(core::masked_header("Authorization:") == "Authorization:");
}

TEST_CASE("mask: other headers stay, their URLs lose their secrets") {
  CHECK(core::masked_header("Prefer: IdType=\"ImmutableId\"") == "Prefer: IdType=\"ImmutableId\"");
  CHECK(core::masked_header("Content-Length:5") == "Content-Length:5");
  CHECK(core::masked_header("Location: http://localhost:7777/?code=0.AXoA&state=1") ==
        "Location: http://localhost:7777/?code=******&state=1");
  CHECK(core::masked_header("Referer: https://u:p@host/") == "Referer: https://******@host/");
  CHECK(core::masked_header("GET /?code=abc HTTP/1.1") == "GET /?code=****** HTTP/1.1");
}

TEST_CASE("mask: JSON members") {
  CHECK(
      core::masked_body("{\"token_type\":\"Bearer\",\"access_token\":\"eyJ0\",\"expires_in\":3599,"
                        "\"refresh_token\" :\t\"0.AX\",\"id_token\"\r\n:\n\"e\\\"y\\\\\"}") ==
      "{\"token_type\":\"Bearer\",\"access_token\":\"******\",\"expires_in\":3599,"
      "\"refresh_token\" :\t\"******\",\"id_token\"\r\n:\n\"******\"}");
  CHECK(core::masked_body("{\"a\":{\"b\":[{\"Client_Secret\":\"x\"}]},\"PASSWORD\":12,\"c\":1}") ==
        "{\"a\":{\"b\":[{\"Client_Secret\":\"******\"}]},\"PASSWORD\":******,\"c\":1}");
  CHECK(
      core::masked_body("{\"device_code\":\"x\",\"user_code\":\"ABC\",\"code_verifier\":\"y\"}") ==
      "{\"device_code\":\"******\",\"user_code\":\"ABC\",\"code_verifier\":\"******\"}");
  CHECK(core::masked_body("{\"password\":{\"a\":\"}\",\"b\":[1]},\"c\":1}") ==
        "{\"password\":******,\"c\":1}");
  CHECK(core::masked_body("{\"assertion\":\"a\",\"client_assertion\":\"b\","
                          "\"client_assertion_type\":\"urn:x\"}") ==
        "{\"assertion\":\"******\",\"client_assertion\":\"******\","
        "\"client_assertion_type\":\"urn:x\"}");
  CHECK(core::masked_body("{\"accessToken\":\"a\"}") == "{\"accessToken\":\"******\"}");
  CHECK(core::masked_body("{\"Authorization\":\"Bearer x\"}") == "{\"Authorization\":\"******\"}");
}

TEST_CASE("mask: an escaped name is the same name") {
  CHECK(core::masked_body("{\"access\\u005ftoken\":\"x\"}") ==
        "{\"access\\u005ftoken\":\"******\"}");
  CHECK(core::masked_body("access%5Ftoken=x&a=b") == "access%5Ftoken=******&a=b");
}

TEST_CASE("mask: JSON inside a JSON string") {
  CHECK(core::masked_body(R"({"raw":"{\"password\":\"a\\\"b\\\\\",\"x\":1}","y":2})") ==
        R"({"raw":"{\"password\":\"******\",\"x\":1}","y":2})");
}

TEST_CASE("mask: the code of a service error is no secret, an authorization code is") {
  const char* error =
      "{ \"error\": {\n \"code\": \"ErrorItemNotFound\", \"message\": \"m\","
      "\"innerError\":{\"code\":\"429\"}}}";
  CHECK(core::masked_body(error) == error);
  CHECK(core::masked_body("{\"code\":\"0.AXoA\"}") == "{\"code\":\"******\"}");
  CHECK(core::masked_body("{\"x\":{\"code\":\"0.AXoA\"}}") == "{\"x\":{\"code\":\"******\"}}");
  CHECK(core::masked_body("{\"error\":{\"code\":\"E\",\"password\":\"p\"}}") ==
        "{\"error\":{\"code\":\"E\",\"password\":\"******\"}}");
}

TEST_CASE("mask: form-urlencoded bodies, their values to the end") {
  CHECK(core::masked_body("grant_type=password&username=u&password=a b\"c'd;e&scope=s") ==
        "grant_type=password&username=u&password=******&scope=s");
  CHECK(core::masked_body("client_id=1&client_secret=x&code=y&code_verifier=z&refresh_token=r") ==
        "client_id=1&client_secret=******&code=******&code_verifier=******&refresh_token=******");
  CHECK(core::masked_body("code=abc") == "code=******");
  CHECK(core::masked_body("code=&state=1") == "code=&state=1");
  CHECK(core::masked_body("Password=x") == "Password=******");
}

TEST_CASE("mask: what was cut, and what merely resembles a secret") {
  CHECK(core::masked_body("{\"access_token\":\"eyJ0eXAi") == "{\"access_token\":\"******");
  CHECK(core::masked_body("{\"access_token\":\"eyJ0\\") == "{\"access_token\":\"******");
  CHECK(core::masked_body("{\"access_token\":") == "{\"access_token\":");
  CHECK(core::masked_body("{\"password\":{\"a\":\"b") == "{\"password\":******");
  CHECK(core::masked_body("a=b&password=x") == "a=b&password=******");
  CHECK(core::masked_body("The code: 80049217, password expired") ==
        "The code: 80049217, password expired");
  CHECK(core::masked_body("zipcode=12&encode=1&code1=2&mycode=3") ==
        "zipcode=12&encode=1&code1=2&mycode=3");
  CHECK(core::masked_body("").empty());
  CHECK(core::masked_body("{\"subject\":\"code\",\"id\":\"token\"}") ==
        "{\"subject\":\"code\",\"id\":\"token\"}");
  CHECK(core::masked_body("%") == "%");
  CHECK(core::masked_body("\\u") == "\\u");
}

TEST_CASE("mask: URLs") {
  CHECK(core::masked_url("https://login/authorize?code=abc&state=s#x") ==
        "https://login/authorize?code=******&state=s#x");
  CHECK(core::masked_url("http://localhost/#access_token=eyJ&token_type=Bearer&id_token=x") ==
        "http://localhost/#access_token=******&token_type=Bearer&id_token=******");
  CHECK(core::masked_url("https://user:pa@ss@host:8/p@th?q=a@b") ==
        "https://******@host:8/p@th?q=a@b");
  CHECK(core::masked_url("https://host/?next=http%3A%2F%2Flocalhost%2F%3Fcode%3Dabc%26state%3D1") ==
        "https://host/?next=http%3A%2F%2Flocalhost%2F%3Fcode%3D******%26state%3D1");
  CHECK(core::masked_url("https://graph.microsoft.com/v1.0/me/messages?$top=5") ==
        "https://graph.microsoft.com/v1.0/me/messages?$top=5");
  CHECK(core::masked_url("/relative?password=x") == "/relative?password=******");
  CHECK(core::masked_body("{\"url\":\"http://x/?code=abc&a=1\",\"b\":\"c\"}") ==
        "{\"url\":\"http://x/?code=******&a=1\",\"b\":\"c\"}");
}

TEST_CASE("mask: hostile texts cost linear time") {
  const std::clock_t begin = std::clock();  // of the processor: others may use it too
  for (const std::string piece :
       {"code%3D", "code%3D&", "\"code\":", "\"code\" ", "\"code\\", "\\", "%", "\"code\":{",
        "code=", "\\u0041", "\"password\":\"\\", "{\"error\":{\"code\":"}) {
    std::string text;
    while (text.size() < 1000000)
      text += piece;
    CHECK(core::masked_body(text).size() > 0);
  }
  CHECK(std::clock() - begin < 10 * CLOCKS_PER_SEC);
}
