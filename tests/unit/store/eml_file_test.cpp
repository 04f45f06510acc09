#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "fakes/fake_file_system.h"
#include "store/eml_file.h"

using namespace coffer::store;

namespace {

std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  std::size_t begin = 0;
  for (std::size_t end = text.find("\r\n"); end != std::string::npos;
       end = text.find("\r\n", begin)) {
    longest = std::max(longest, end - begin);
    begin = end + 2;
  }
  return longest;
}

// Composes, adds a message, reads back.
void round_trip(const std::string& id, const std::string& modified, const std::string& mailbox) {
  const std::string header = compose_header(id, modified, mailbox, "immutable");
  CHECK(longest_line(header) <= 998);
  for (const char c : header) {
    const auto octet = static_cast<unsigned char>(c);
    CHECK((c == '\r' || c == '\n' || (octet >= 0x20 && octet < 0x7F)));
  }
  const auto read = parse_header(header + "Subject: x\r\n\r\nbody");
  REQUIRE(read);
  CHECK(read->id == id);
  CHECK(read->modified == modified);
  CHECK(read->mailbox == mailbox);
  CHECK(read->id_kind == "immutable");
  CHECK(read->size == header.size());
}

}  // namespace

TEST_CASE("X-NS-Backup: a short field stands on one line") {
  CHECK(compose_header("AAMk=", "2023-07-03T08:00:00Z", "", "mutable") ==
        "X-NS-Backup: v=1; id=AAMk=; modified=2023-07-03T08:00:00Z; mailbox=;\r\n"
        " ids=mutable\r\n");
  CHECK(compose_header("A", "B", "c@d", "immutable") ==
        "X-NS-Backup: v=1; id=A; modified=B; mailbox=c@d; ids=immutable\r\n");
}

TEST_CASE("X-NS-Backup: folded after a semicolon, no line above 78 where possible") {
  const std::string id(60, 'A');
  const std::string header =
      compose_header(id, "2023-07-03T08:15:30Z", "someone@example.com", "immutable");
  CHECK(header ==
        "X-NS-Backup: v=1;\r\n id=" + id +
            ";\r\n"
            " modified=2023-07-03T08:15:30Z; mailbox=someone@example.com; ids=immutable\r\n");
  CHECK(longest_line(header) <= 78);

  // An id of Graph's usual length does not fit into 78, but stays whole on its line.
  const std::string usual(152, 'B');
  CHECK(compose_header(usual, "2023-07-03T08:15:30Z", "me@example.com", "immutable") ==
        "X-NS-Backup: v=1;\r\n id=" + usual +
            ";\r\n"
            " modified=2023-07-03T08:15:30Z; mailbox=me@example.com; ids=immutable\r\n");
}

TEST_CASE("X-NS-Backup: exactly 78 octets fit, one more folds") {
  // "X-NS-Backup: v=1; id=" and ";" are 22 octets.
  const std::string fits = compose_header(std::string(56, 'A'), "m", "b", "immutable");
  CHECK(fits.find("\r\n") == 78);
  const std::string folds = compose_header(std::string(57, 'A'), "m", "b", "immutable");
  CHECK(folds.find("\r\n") == 17);
}

TEST_CASE("X-NS-Backup: percent-encoding of what would break the field") {
  CHECK(compose_header("a%b;c d\xC3\xA9\x7F=", "m", "", "immutable") ==
        "X-NS-Backup: v=1; id=a%25b%3Bc%20d%C3%A9%7F=; modified=m; mailbox=;\r\n"
        " ids=immutable\r\n");
  round_trip("a%b;c d\xC3\xA9\x7F=", "2023-07-03T08:15:30.1234567Z", "J\xC3\xBCrgen;%@x");
  round_trip("100%25", "m", "");
  round_trip(std::string("tab\tin it"), "m", "a b");
}

TEST_CASE("X-NS-Backup: an id of 1,024 octets, plain and all encoded") {
  round_trip(std::string(1024, 'A'), "2023-07-03T08:15:30Z", "me@example.com");
  round_trip(std::string(1024, '%'), "2023-07-03T08:15:30Z", "me@example.com");
  round_trip(std::string(1024, ';'), "2023-07-03T08:15:30Z", std::string(320, ';'));
  // Cut anywhere, an escape stays whole.
  for (std::size_t plain = 990; plain < 1000; ++plain) {
    round_trip(std::string(plain, 'A') + std::string(1024 - plain, '%'), "m", "b");
  }
}

TEST_CASE("X-NS-Backup: only as the very first field") {
  const std::string header = compose_header("A", "B", "c", "immutable");
  CHECK_FALSE(parse_header(""));
  CHECK_FALSE(parse_header("Subject: x\r\n" + header));
  CHECK_FALSE(parse_header("\r\n" + header));
  CHECK_FALSE(parse_header(" " + header));
  CHECK_FALSE(parse_header("X-NS-Backup"));
  CHECK_FALSE(parse_header("X-NS-Backup: v=1; id=A; modified=B"));  // torn before its line end
  CHECK_FALSE(parse_header("X-NS-Backup: v=1; modified=B\r\n\r\n"));
  CHECK_FALSE(parse_header("X-NS-Backup: v=1; id=; modified=B\r\n\r\n"));
  CHECK_FALSE(parse_header("X-NS-Backup: v=1; id=%zz; modified=B\r\n\r\n"));
  CHECK_FALSE(parse_header("X-NS-Backup:\r\n\r\n"));
  CHECK(parse_header("x-ns-BACKUP: v=1; id=A; modified=B\r\n"));
  // A restored message may hold an older one: it is part of the message.
  const auto first = parse_header(header + compose_header("Other", "B", "c", "immutable"));
  REQUIRE(first);
  CHECK(first->id == "A");
  CHECK(first->size == header.size());
}

TEST_CASE("X-NS-Backup: a bare id and date, as another product may have written them") {
  const std::string id = "AAMkAGI2_-+/xyz==";
  const std::string date = "2023-07-03T08:15:30Z";
  for (const std::string& body :
       {" " + id + " " + date, id + ";" + date, " " + id + "; " + date, " " + id + "," + date,
        " " + id + ";\r\n " + date, "\t" + id + "\t" + date + " "}) {
    CAPTURE(body);
    const auto read = parse_header("X-NS-Backup:" + body + "\r\nSubject: x\r\n");
    REQUIRE(read);
    CHECK(read->id == id);
    CHECK(read->modified == date);
    CHECK_FALSE(read->mailbox);
    CHECK_FALSE(read->id_kind);
  }
  CHECK_FALSE(parse_header("X-NS-Backup: " + id + "\r\n"));
  CHECK_FALSE(parse_header("X-NS-Backup: " + date + "\r\n"));
  CHECK_FALSE(parse_header("X-NS-Backup: two words " + date + "\r\n"));
  CHECK_FALSE(parse_header("X-NS-Backup: " + id + " yesterday\r\n"));
}

TEST_CASE("X-NS-Backup: line ends of LF, and a field alone") {
  const auto read = parse_header("X-NS-Backup: v=1;\n id=A;\n modified=B\nSubject: x\n");
  REQUIRE(read);
  CHECK(read->id == "A");
  CHECK(read->modified == "B");
  CHECK(read->size == 37);
  const std::string alone = compose_header("A", "B", "c", "immutable");
  REQUIRE(parse_header(alone));
  CHECK(parse_header(alone)->size == alone.size());
}

TEST_CASE("names: files and month folders") {
  CHECK(eml_name("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d.eml");
  CHECK(eml_name("ABC") != eml_name("abc"));
  CHECK(is_eml_name(eml_name("x")));
  CHECK_FALSE(is_eml_name("A9993E364706816ABA3E25717850C26C9CD0D89D.eml"));
  CHECK_FALSE(is_eml_name("a9993e364706816aba3e25717850c26c9cd0d89d.emlx"));
  CHECK_FALSE(is_eml_name("a9993e364706816aba3e25717850c26c9cd0d89.eml"));
  CHECK(is_month_folder("2023-07"));
  CHECK(is_month_folder("undated"));
  for (const char* name : {"2023-13", "2023-00", "2023-7", "23-07", "2023_07", "+023-07", "2023-+7",
                           "2023-07 ", ".meta", "", "2023-071"}) {
    CAPTURE(name);
    CHECK_FALSE(is_month_folder(name));
  }
}

TEST_CASE("Message-ID of a stored file") {
  coffer::test::FakeFileSystem disk;
  const auto message_id = [&disk](const std::string& message) {
    const std::string header = compose_header("A", "B", "c", "immutable");
    disk.write_file("/d/f", header + message);
    const auto folder = disk.open_directory("/d", false);
    const auto file = folder->open("f");
    return message_id_field(*file, header.size());
  };
  CHECK(message_id("Subject: x\r\nMessage-ID: <a@b>\r\n\r\nbody") == "<a@b>");
  CHECK(message_id("message-id:<a@b>\n\nbody") == "<a@b>");
  CHECK(message_id("Message-ID:\r\n <a@b>\r\nTo: x\r\n\r\n") == "<a@b>");
  CHECK(message_id("Message-ID: <a@b>") == "<a@b>");
  CHECK(message_id("Subject: x\r\n Message-ID: <no@no>\r\n\r\n").empty());
  CHECK(message_id("Subject: x\r\n\r\nMessage-ID: <body@x>\r\n").empty());
  CHECK(message_id("\r\nMessage-ID: <body@x>\r\n").empty());
  CHECK(message_id("").empty());
  // Behind a long header section, across the blocks that are read.
  for (std::size_t length = 8160; length < 8200; ++length) {
    CHECK(message_id("Received: " + std::string(length, 'r') +
                     "\r\nMessage-ID:\r\n <a@b>\r\n\r\n") == "<a@b>");
  }
}
