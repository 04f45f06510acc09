#include "core/log.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/text.h"

namespace core = coffer::core;

namespace {

struct Entry {
  int level;
  std::string message;
  std::string type;
};

std::vector<Entry> logged(int level, const std::string& message) {
  std::vector<Entry> entries;
  core::Log log;
  log.set_sink([&entries](int entry, const std::string& text, const char* type) {
    entries.push_back({entry, text, type});
  });
  log.set_level(level);
  log.error(message);
  log.info(message);
  log.verbose(message);
  log.debug(message);
  return entries;
}

}  // namespace

TEST_CASE("Log: LogLevel 0 logs nothing, errors pass from 1 on") {
  CHECK(logged(0, "x").empty());
  CHECK(logged(1, "x").size() == 2);
  CHECK(logged(2, "x").size() == 3);
  CHECK(logged(3, "x").size() == 4);
  CHECK(logged(-1, "x").empty());
}

TEST_CASE("Log: level, text and type reach the sink") {
  const auto entries = logged(3, "what happened");
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].type == "Error");
  CHECK(entries[1].type == "Info");
  CHECK(entries[2].type == "Verbose");
  CHECK(entries[3].type == "Debug");
  for (int level = 0; level < 4; ++level) {
    CHECK(entries[static_cast<std::size_t>(level)].level == level);
    CHECK(entries[static_cast<std::size_t>(level)].message == "what happened");
  }
}

TEST_CASE("Log: without a sink nothing happens") {
  core::Log log;
  log.set_level(3);
  log.error("nobody listens");
  CHECK(log.passes(core::LogLevel::kError));
}

TEST_CASE("Log: long texts go out in pieces cut between characters") {
  for (int shift = 0; shift < 4; ++shift) {
    std::string text(static_cast<std::size_t>(shift), 'a');
    while (text.size() < 200000)
      text += "\xF0\x9F\x98\x80";
    std::vector<std::string> pieces;
    core::Log log;
    log.set_sink(
        [&pieces](int, const std::string& piece, const char*) { pieces.push_back(piece); });
    log.info(text);
    CHECK(pieces.size() == 4);
    std::string all;
    for (const std::string& piece : pieces) {
      CHECK(piece.size() <= 65536);
      CHECK(core::valid_utf8(piece));
      all += piece;
    }
    CHECK(all == text);
  }
}

TEST_CASE("Log: text that is not UTF-8 goes out whole as well") {
  const std::string text(150000, '\x80');
  std::string all;
  std::size_t longest = 0;
  core::Log log;
  log.set_sink([&](int, const std::string& piece, const char*) {
    all += piece;
    longest = std::max(longest, piece.size());
  });
  log.info(text);
  CHECK(all == text);
  CHECK(longest == 65536);
}
