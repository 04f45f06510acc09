#include "graph/service_error.h"

#include <doctest/doctest.h>

#include <string>

namespace graph = coffer::graph;
using graph::Verdict;
using std::chrono::seconds;

namespace {

std::string body(const std::string& code, const std::string& message = "m") {
  return "{\"error\":{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}}";
}

Verdict verdict(int status, const std::string& text = "", const std::string& retry_after = "") {
  return graph::classify(status, retry_after, "", text).verdict;
}

constexpr const char* kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

}  // namespace

TEST_CASE("service error: code, message and request-id") {
  const auto error = graph::parse_service_error(
      R"({"error":{"code":"ErrorItemNotFound","message":"Not there.","innerError":
         {"date":"2026-01-31T12:00:00","request-id":"r1","client-request-id":"c1"}}})");
  CHECK(error.code == "ErrorItemNotFound");
  CHECK(error.message == "Not there.");
  CHECK(error.request_id == "r1");
}

TEST_CASE("service error: the deepest known code, with its variants of nesting") {
  CHECK(graph::parse_service_error(
            R"({"error":{"code":"BadRequest","innererror":{"code":"x","innerError":
               {"code":"ErrorInvalidIdMalformed","innerError":{"code":"429"}}}}})")
            .code == "ErrorInvalidIdMalformed");
  CHECK(graph::parse_service_error(R"({"error":{"code":"New","innerError":{"code":"x"}}})").code ==
        "New");
  CHECK(graph::parse_service_error(R"({"error":"invalid_grant","error_description":"d"})").code ==
        "invalid_grant");
}

TEST_CASE("service error: any body is survived") {
  const std::string deep(100000, '[');
  for (const std::string& text :
       {std::string(), std::string("<html>502</html>"), std::string("{\"error\":{\"code\":\"Err"),
        std::string("null"), std::string("[]"), std::string("{\"error\":null}"),
        std::string("{\"error\":[1]}"), std::string("{\"error\":{\"code\":5,\"message\":{}}}"),
        std::string("{\"error\":{\"innerError\":{\"innerError\":[]}}}"), std::string("\xFF\xFE"),
        deep, body("ErrorItemNotFound", std::string(70000, 'x'))}) {
    const auto error = graph::parse_service_error(text);
    CHECK(error.code.empty());
    CHECK(error.message.empty());
  }
}

TEST_CASE("404: only ErrorItemNotFound says that the message is gone") {
  CHECK(verdict(404, body("ErrorItemNotFound")) == Verdict::kGone);
  CHECK(verdict(404, body("erroritemnotfound")) == Verdict::kGone);
  for (const char* code : {"ResourceNotFound", "Request_ResourceNotFound", "ErrorInvalidUser",
                           "MailboxNotEnabledForRESTAPI", "mailboxnotsupportedforrestapi",
                           "ErrorNonExistentMailbox"}) {
    CAPTURE(code);
    CHECK(verdict(404, body(code)) == Verdict::kMailboxGone);
  }
  for (const std::string& text :
       {std::string(), std::string("<html>404</html>"), body("ErrorFolderNotFound"),
        body("ErrorSyncFolderNotFound"), body("ErrorInvalidMailboxItemId"), body("NotFound"),
        body(""), body("ErrorItemNotFound").substr(0, 40), body("x", "ErrorItemNotFound")}) {
    CAPTURE(text);
    CHECK(verdict(404, text) == Verdict::kPermanent);
  }
  // Whatever stands deeper or higher: a word about the mailbox is no word about a message.
  CHECK(verdict(404, R"({"error":{"code":"ResourceNotFound","innerError":
                        {"code":"ErrorItemNotFound"}}})") == Verdict::kMailboxGone);
  CHECK(verdict(404, R"({"error":{"code":"ErrorItemNotFound","innerError":
                        {"code":"ErrorInvalidUser"}}})") == Verdict::kMailboxGone);
}

TEST_CASE("no other status says that the message is gone") {
  for (int status = 100; status < 600; ++status) {
    CAPTURE(status);
    CHECK((verdict(status, body("ErrorItemNotFound"), "1") == Verdict::kGone) == (status == 404));
  }
}

TEST_CASE("verdicts by status") {
  CHECK(verdict(400, body("BadRequest")) == Verdict::kBadRequest);
  CHECK(verdict(400, body("ErrorInvalidIdMalformed")) == Verdict::kBadRequest);
  CHECK(verdict(400, body("ErrorInvalidMailboxItemId")) == Verdict::kPermanent);
  CHECK(verdict(400, "<html>") == Verdict::kBadRequest);
  CHECK(verdict(400, "") == Verdict::kTransient);
  CHECK(verdict(401, body("InvalidAuthenticationToken")) == Verdict::kUnauthorized);
  CHECK(verdict(403, body("ErrorAccessDenied")) == Verdict::kForbidden);
  CHECK(verdict(403) == Verdict::kForbidden);
  CHECK(verdict(408) == Verdict::kTransient);
  for (const int status :
       {301, 302, 402, 405, 406, 409, 410, 411, 412, 413, 414, 415, 416, 422, 423, 424, 451, 507}) {
    CAPTURE(status);
    CHECK(verdict(status) == Verdict::kPermanent);
  }
  for (const int status : {500, 501, 502, 504, 509, 599}) {
    CAPTURE(status);
    CHECK(verdict(status) == Verdict::kTransient);
    CHECK(verdict(status, "<html>", "5") == Verdict::kTransient);
  }
  CHECK(verdict(200, body("x")) == Verdict::kTransient);
}

TEST_CASE("500: codes that will not get better, in any case") {
  for (const char* code :
       {"ErrorMimeContentConversionFailed", "ErrorContentConversionFailed", "ErrorCorruptData",
        "ErrorInvalidRecipients", "ErrorCannotOpenFileAttachment", "ErrorMimeContentInvalid",
        "ErrorMimeContentInvalidBase64String", "errorMIMEcontentInvalidWhatever",
        "errorcorruptdata"}) {
    CAPTURE(code);
    CHECK(verdict(500, body(code)) == Verdict::kPermanent);
    CHECK(verdict(503, body(code)) == Verdict::kTransient);
  }
  CHECK(verdict(500, body("ErrorInternalServerTransientError")) == Verdict::kTransient);
  CHECK(verdict(500, R"({"error":{"code":"InternalServerError","innerError":
                        {"code":"ErrorCorruptData"}}})") == Verdict::kPermanent);
}

TEST_CASE("throttling: 429 always, 503 only with a usable Retry-After") {
  CHECK(verdict(429) == Verdict::kThrottled);
  CHECK(verdict(429, "", "garbage") == Verdict::kThrottled);
  CHECK(verdict(503) == Verdict::kTransient);
  CHECK(verdict(503, "", "garbage") == Verdict::kTransient);
  CHECK(verdict(503, "", "-5") == Verdict::kTransient);
  CHECK(verdict(503, "", "5") == Verdict::kThrottled);
  CHECK(graph::classify(429, "7", "", "").retry_after == seconds(7));
  CHECK_FALSE(graph::classify(429, "-7", "", "").retry_after.has_value());
}

TEST_CASE("throttling: a refusal for concurrency is told apart") {
  const std::string text =
      body("ApplicationThrottled", "Application is over its MailboxConcurrency limit.");
  CHECK(graph::classify(429, "", "", text).concurrency);
  CHECK(graph::classify(503, "1", "", text).concurrency);
  CHECK_FALSE(graph::classify(503, "", "", text).concurrency);
  CHECK_FALSE(graph::classify(400, "", "", text).concurrency);
  CHECK_FALSE(graph::classify(429, "", "", body("ApplicationThrottled", "too many")).concurrency);
}

TEST_CASE("Retry-After: seconds, decimals rounded up") {
  const auto parse = [](const char* value) { return graph::parse_retry_after(value, kDate); };
  CHECK(parse("0") == seconds(0));
  CHECK(parse("120") == seconds(120));
  CHECK(parse(" 5 ") == seconds(5));
  CHECK(parse("2.128") == seconds(3));
  CHECK(parse("2.000") == seconds(2));
  CHECK(parse("0.1") == seconds(1));
  CHECK(*parse("99999999999999999999999999") > seconds(3000000000));
  CHECK(*parse("9223372036854775807.9") > seconds(3000000000));
  for (const char* bad : {"", " ", "-1", "-0.5", "+5", "5s", "1e3", "5.", ".5", "1.2.3", "5,6",
                          "0x10", "soon", "NaN", "1 2"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse(bad).has_value());
  }
}

TEST_CASE("Retry-After: an HTTP date counts from the reply's own Date") {
  const auto parse = [](const char* value, const char* date) {
    return graph::parse_retry_after(value, date);
  };
  CHECK(parse("Sun, 06 Nov 1994 08:50:07 GMT", kDate) == seconds(30));
  CHECK(parse("Sunday, 06-Nov-94 08:50:07 GMT", kDate) == seconds(30));
  CHECK(parse("Sun Nov  6 08:50:07 1994", kDate) == seconds(30));
  CHECK(parse(kDate, kDate) == seconds(0));
  CHECK_FALSE(parse("Sun, 06 Nov 1994 08:49:36 GMT", kDate).has_value());
  CHECK_FALSE(parse("Sun, 06 Nov 1994 08:50:07 GMT", "").has_value());
  CHECK_FALSE(parse("Sun, 06 Nov 1994 08:50:07 GMT", "garbage").has_value());
}

TEST_CASE("classify(Reply): headers in any case, one line of text") {
  coffer::net::Reply reply;
  reply.status = 429;
  reply.status_line = "HTTP/1.1 429 Too Many Requests";
  reply.headers = {{"retry-after", "2.5"}, {"DATE", kDate}, {"Request-Id", "r9"}};
  reply.body = body("TooManyRequests", "wait\\r\\nplease");
  const auto result = graph::classify(reply);
  CHECK(result.verdict == Verdict::kThrottled);
  CHECK(result.retry_after == seconds(3));
  CHECK(result.text ==
        "HTTP/1.1 429 Too Many Requests: TooManyRequests: wait  please (request-id r9)");
}

TEST_CASE("classify: the text is short, one line and without secrets") {
  const auto odd = graph::classify(
      500, "", "", body("E", "password=hunter2&x \\u0000 " + std::string(3000, 'x')));
  CHECK(odd.text.size() < 1200);
  CHECK(odd.text.find("hunter2") == std::string::npos);
  for (const char c : odd.text)
    CHECK(static_cast<unsigned char>(c) >= 0x20);
  CHECK(graph::classify(502, "", "", "<html>").text == "HTTP 502");
  coffer::net::Reply reply;
  reply.status = 502;
  reply.status_line = "HTTP/1.1 502 \xFF\r\n";
  CHECK(graph::classify(reply).text == "HTTP/1.1 502 ?");
}
