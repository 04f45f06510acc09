#include "mime/body_type.h"

#include <doctest/doctest.h>

#include <ctime>
#include <string>

using coffer::mime::body_content_type;

namespace {

std::string multipart(const std::string& subtype, const std::string& inside) {
  return "Subject: x\r\nContent-Type: multipart/" + subtype +
         ";\r\n\tboundary=\"=_b 1\"\r\n\r\npreamble\r\n--=_b 1\r\n" + inside + "\r\n--=_b 1--\r\n";
}

}  // namespace

TEST_CASE("body type: one part") {
  CHECK(body_content_type("") == "text");
  CHECK(body_content_type("\r\nno header at all <html>") == "text");
  CHECK(body_content_type("Subject: x\r\n\r\nhello") == "text");
  CHECK(body_content_type("Content-Type: text/plain\r\n\r\nContent-Type: text/html\r\n\r\n") ==
        "text");
  CHECK(body_content_type("Content-Type: text/html\r\n\r\n<p>") == "html");
  CHECK(body_content_type("content-type : TEXT/HTML; charset=utf-8\r\n\r\n") == "html");
  CHECK(body_content_type("Content-Type:\r\n text/html\r\n\r\n") == "html");
  CHECK(body_content_type("Content-Type: (a (comment)) text/html (b)\r\n\r\n") == "html");
  CHECK(body_content_type("Content-Type: text/html\n\n") == "html");
  CHECK(body_content_type("Content-Type: text/htmlx\r\n\r\n") == "text");
  CHECK(body_content_type("Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\n") == "text");
  CHECK(body_content_type("Content-Type: text/html") == "html");  // cut inside the header
  CHECK(body_content_type("X-Content-Type: text/html\r\n\r\n") == "text");
}

TEST_CASE("body type: any inline html part makes html") {
  CHECK(body_content_type(multipart("alternative",
                                    "Content-Type: text/plain\r\n\r\na\r\n--=_b 1\r\n"
                                    "Content-Type: text/html\r\n\r\n<p>")) == "html");
  CHECK(body_content_type(multipart("mixed", "Content-Type: text/plain\r\n\r\na")) == "text");
  CHECK(body_content_type(multipart("mixed", "\r\nContent-Type: text/html\r\n\r\n")) == "text");
  CHECK(body_content_type(multipart("mixed",
                                    "Content-Type: text/html\r\nContent-Disposition: "
                                    "attachment; filename=a.html\r\n\r\n<p>")) == "text");
  CHECK(body_content_type(multipart("mixed",
                                    "Content-Disposition: inline\r\n"
                                    "Content-Type: text/html\r\n\r\n<p>")) == "html");
}

TEST_CASE("body type: parts in parts") {
  const std::string inner =
      "Content-Type: multipart/alternative; boundary=in=ner\r\n\r\n--in=ner\r\n\r\nplain\r\n"
      "--in=ner\r\nContent-Type: text/html\r\n\r\n<p>\r\n--in=ner--";
  CHECK(body_content_type(multipart("mixed", inner)) == "html");
  const std::string closed =
      "Content-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\n\r\nplain\r\n"
      "--inner--\r\n--inner\r\nContent-Type: text/html\r\n\r\n";
  CHECK(body_content_type(multipart("mixed", closed)) == "text");
  const std::string after =
      "Content-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\n\r\nplain\r\n"
      "--=_b 1\r\nContent-Type: text/html\r\n\r\n";  // the inner one was never closed
  CHECK(body_content_type(multipart("mixed", after)) == "html");
}

TEST_CASE("body type: an attached message's body is not this message's") {
  CHECK(body_content_type(multipart(
            "mixed", "Content-Type: message/rfc822\r\n\r\nContent-Type: text/html\r\n\r\n<p>")) ==
        "text");
}

TEST_CASE("body type: boundaries in pieces, with comments and padding") {
  const std::string body = "\r\n--one two  \t\r\nContent-Type: text/html\r\n\r\n";
  CHECK(body_content_type("Content-Type: multipart/mixed; charset=x; boundary*0=\"one \";"
                          " boundary*1=two\r\n" +
                          body) == "html");
  CHECK(body_content_type("Content-Type: multipart/mixed; boundary (c) = \"one\\ two\" (d)\r\n" +
                          body) == "html");
  CHECK(body_content_type("Content-Type: multipart/mixed; boundary=\"one\"\r\n" + body) == "text");
  CHECK(body_content_type("Content-Type: multipart/mixed\r\n" + body) == "text");
}

TEST_CASE("body type: hostile messages end, and soon") {
  const std::clock_t begin = std::clock();  // of the processor: others may use it too
  std::string deep;
  for (int i = 0; i < 20000; ++i) {
    const std::string name = "b" + std::to_string(i);
    deep.append("Content-Type: multipart/mixed; boundary=").append(name);
    deep.append("\r\n\r\n--").append(name).append("\r\n");
  }
  for (int i = 0; i < 200000; ++i)
    deep += "--none of them\r\n";
  CHECK(body_content_type(deep) == "text");
  std::string folded = "Content-Type: text/plain;";
  for (int i = 0; i < 200000; ++i)
    folded += "\r\n a=b;";
  CHECK(body_content_type(folded) == "text");
  CHECK(body_content_type("Content-Type: " + std::string(1000000, '(')) == "text");
  CHECK(body_content_type("Content-Type: multipart/mixed; boundary=\"" + std::string(9000, '"')) ==
        "text");
  std::string dashes = "Content-Type: multipart/mixed; boundary=x\r\n\r\n";
  for (int i = 0; i < 300000; ++i)
    dashes += "--\r\n";
  CHECK(body_content_type(dashes) == "text");
  CHECK(std::clock() - begin < 10 * CLOCKS_PER_SEC);
}
