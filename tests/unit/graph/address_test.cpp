#include "graph/address.h"

#include <doctest/doctest.h>

#include <string>

namespace core = coffer::core;
namespace graph = coffer::graph;
using graph::mailbox;
using namespace std::string_literals;

TEST_CASE("address: RFC 5322 mailboxes, quoted where needed, Unicode kept") {
  CHECK(mailbox("Alex Wilber", "alex@x.example") == "Alex Wilber <alex@x.example>");
  CHECK(mailbox("J\xC3\xBCrgen \xE6\x9D\x8E", "j@x") == "J\xC3\xBCrgen \xE6\x9D\x8E <j@x>");
  CHECK(mailbox("Wilber, Alex", "a@x") == "\"Wilber, Alex\" <a@x>");
  CHECK(mailbox("A \"B\" \\C", "a@x") == "\"A \\\"B\\\" \\\\C\" <a@x>");
  CHECK(mailbox("b@x", "a@x") == "\"b@x\" <a@x>");
  CHECK(mailbox("Dr. A", "a@x") == "\"Dr. A\" <a@x>");
  CHECK(mailbox("O'Brien & Co/KG", "a@x") == "O'Brien & Co/KG <a@x>");
  CHECK(mailbox("=?utf-8?q?x?=", "a@x") == "\"=?utf-8?q?x?=\" <a@x>");
  for (const char c : "()<>[]:;@\\,.\""s) {
    CAPTURE(c);
    CHECK(mailbox("A"s + c + "B", "a@x").front() == '"');
  }
}

TEST_CASE("address: what is missing") {
  CHECK(mailbox("ann@example.com", "ann@example.com") == "ann@example.com");  // Graph's habit
  CHECK(mailbox("", "a@x") == "a@x");
  CHECK(mailbox("Nobody", "") == "\"Nobody\"");
  CHECK(mailbox("", "").empty());
  CHECK(mailbox(" \t", " ").empty());
}

TEST_CASE("address: X.500 names and other odd addresses stay inside <>") {
  CHECK(mailbox("Old User", "/O=EX/OU=Group (F)/CN=user") ==
        "Old User </O=EX/OU=Group (F)/CN=user>");
  CHECK(mailbox("", "/O=EX/CN=user") == "</O=EX/CN=user>");
  CHECK(mailbox("", "a, b@x") == "<a, b@x>");
  CHECK(mailbox("", "a@x> , <evil@y") == "<a@x  ,  evil@y>");
}

TEST_CASE("address: no control octet gets through") {
  CHECK(mailbox("A\r\nBcc: x\tY\x7F", "a@x\r\n") == "\"A  Bcc: x Y\" <a@x>");
  CHECK(mailbox("A\0B"s, "a\0@x"s) == "A B <a @x>");
}

TEST_CASE("address: recipients of every shape") {
  const auto document = core::Document::parse(
      R"([{"emailAddress":{"name":"A","address":"a@x"}},null,5,"x",{},{"emailAddress":null},
          {"emailAddress":{"name":null,"address":"b@x"}},{"emailAddress":{"name":7}},
          {"emailAddress":{"address":"c,d@x","name":""}}])",
      706, "test");
  std::string list;
  graph::append_recipients(list, document.root());
  CHECK(list == "A <a@x>, b@x, <c,d@x>");
  graph::append_recipients(list, core::JsonView());
  graph::append_recipients(list, document.root().at(0));  // no array
  CHECK(list == "A <a@x>, b@x, <c,d@x>");
}
