#include <doctest/doctest.h>

#include <ctime>
#include <string>

#include "core/text.h"

namespace core = coffer::core;

TEST_CASE("parse_date: yyyy/MM/dd and a day that exists") {
  const auto date = core::parse_date("2023/07/31");
  REQUIRE(date.has_value());
  CHECK(date->year == 2023);
  CHECK(date->month == 7);
  CHECK(date->day == 31);
  CHECK(core::parse_date("2024/02/29").has_value());
  CHECK(core::parse_date("2000/02/29").has_value());
  for (const char* bad :
       {"", "2023/7/31", "2023-07-31", "2023/07/31 ", " 2023/07/31", "2023/02/29", "1900/02/29",
        "2023/04/31", "2023/00/10", "2023/13/10", "2023/01/00", "2023/01/32", "0000/01/01",
        "23/01/01", "2023/07", "2023/07/3a", "+023/07/31", "2023/07/310"}) {
    CAPTURE(bad);
    CHECK_FALSE(core::parse_date(bad).has_value());
  }
}

TEST_CASE("next_day and midnight over month, year and leap day") {
  CHECK(core::iso_midnight({2023, 7, 1}) == "2023-07-01T00:00:00Z");
  CHECK(core::iso_midnight(core::next_day({2023, 7, 31})) == "2023-08-01T00:00:00Z");
  CHECK(core::iso_midnight(core::next_day({2023, 12, 31})) == "2024-01-01T00:00:00Z");
  CHECK(core::iso_midnight(core::next_day({2024, 2, 28})) == "2024-02-29T00:00:00Z");
  CHECK(core::iso_midnight(core::next_day({2023, 2, 28})) == "2023-03-01T00:00:00Z");
  CHECK_FALSE(core::valid(core::next_day({9999, 12, 31})));
  CHECK(core::Date{2023, 7, 31} < core::Date{2023, 8, 1});
  CHECK(core::Date{2022, 12, 31} < core::Date{2023, 1, 1});
  CHECK_FALSE(core::Date{2023, 7, 31} < core::Date{2023, 7, 31});
}

TEST_CASE("every day of four centuries agrees with the C library") {
  core::Date date{1799, 12, 31};
  for (int i = 0; i < 146097; ++i) {
    date = core::next_day(date);
    std::tm parts{};
    parts.tm_year = date.year - 1900;
    parts.tm_mon = date.month - 1;
    parts.tm_mday = date.day;
    const std::int64_t seconds = timegm(&parts);
    const core::Date back = core::date_of(seconds + 86399);
    if (back < date || date < back || parts.tm_mday != date.day) {
      FAIL("the calendar is off at " << core::iso_midnight(date));
    }
  }
  CHECK(date.year == 2199);
}

TEST_CASE("parse_timestamp: ISO 8601 with a zone") {
  CHECK(core::parse_timestamp("1970-01-01T00:00:00Z") == 0);
  CHECK(core::parse_timestamp("2023-07-01T08:15:30Z") == 1688199330);
  CHECK(core::parse_timestamp("2023-07-01T08:15:30.1234567Z") == 1688199330);
  CHECK(core::parse_timestamp("2023-07-01t08:15:30z") == 1688199330);
  CHECK(core::parse_timestamp("2023-07-01T10:15:30+02:00") == 1688199330);
  CHECK(core::parse_timestamp("2023-07-01T03:45:30-04:30") == 1688199330);
  CHECK(core::parse_timestamp("2023-07-01T08:15Z") == 1688199300);
  CHECK(core::parse_timestamp("1969-12-31T23:59:59Z") == -1);
  CHECK(core::parse_timestamp("2016-12-31T23:59:60Z") == 1483228800);
  CHECK(core::iso_time(-1) == "1969-12-31T23:59:59Z");
  CHECK(core::iso_time(1688199330) == "2023-07-01T08:15:30Z");
  for (const char* bad :
       {"", "2023-07-01", "2023-07-01T08:15:30", "2023-07-01 08:15:30Z", "2023-07-01T24:00:00Z",
        "2023-07-01T08:60:30Z", "2023-07-01T08:15:61Z", "2023-02-30T08:15:30Z",
        "2023-07-01T08:15:30.Z", "2023-07-01T08:15:30+0200", "2023-07-01T08:15:30+24:00",
        "2023-07-01T08:15:30+02:60", "2023-07-01T08:15:30Zx", "2023-07-01T8:15:30Z",
        "0000-01-01T00:00:00Z", "2023-07-01T08:15:30+02", "2023/07/01T08:15:30Z"}) {
    CAPTURE(bad);
    CHECK_FALSE(core::parse_timestamp(bad).has_value());
  }
}

TEST_CASE("date_of survives any number") {
  CHECK(core::date_of(0).year == 1970);
  CHECK(core::date_of(INT64_MAX).year > 9999);
  CHECK(core::date_of(INT64_MIN).year < 0);
  CHECK_FALSE(core::iso_time(INT64_MAX).empty());
}

TEST_CASE("parse_http_date: the three forms of RFC 9110") {
  CHECK(core::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777);
  CHECK(core::parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == 784111777);
  CHECK(core::parse_http_date("Sun Nov  6 08:49:37 1994") == 784111777);
  CHECK(core::parse_http_date("Wed Nov 16 08:49:37 1994") == 784975777);
  // A two-digit year within the next 50 is of this century.
  CHECK(core::iso_time(*core::parse_http_date("Monday, 01-Jan-29 00:00:00 GMT")) ==
        "2029-01-01T00:00:00Z");
  for (const char* bad : {"", "Sun", "06 Nov 1994 08:49:37 GMT", "Xxx, 06 Nov 1994 08:49:37 GMT",
                          "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
                          "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
                          "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
                          "Sunday, 06-Nov-1994 08:49:37 GMT", "soon", "120"}) {
    CAPTURE(bad);
    CHECK_FALSE(core::parse_http_date(bad).has_value());
  }
}
