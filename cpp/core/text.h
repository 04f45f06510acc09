// Small text tools that the standard library lacks. No locale anywhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::core {

bool valid_utf8(std::string_view text) noexcept;
std::string hex(const std::uint8_t* data, std::size_t size);                // lower case
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;  // ASCII
std::string lower(std::string_view text);                                   // ASCII
std::string_view trim(std::string_view text) noexcept;                      // SP HTAB CR LF
std::vector<std::string_view> split(std::string_view text, char separator);
bool starts_with(std::string_view text, std::string_view prefix) noexcept;
std::optional<std::int64_t> parse_int(std::string_view text) noexcept;  // whole text, optional sign

// RFC 3986 unreserved kept, everything else %XX: one path segment or query value.
std::string percent_encode(std::string_view text);
std::optional<std::string> percent_decode(std::string_view text);

std::string base64(const std::uint8_t* data, std::size_t size);
std::optional<std::vector<std::uint8_t>> base64_decode(std::string_view text);  // padding required
std::optional<std::vector<std::uint8_t>> base64url_decode(std::string_view text);  // no padding

// A calendar day and a moment, UTC, proleptic Gregorian.
struct Date {
  int year = 0;
  int month = 0;
  int day = 0;
};
bool valid(const Date& date) noexcept;
std::optional<Date> parse_date(std::string_view text);  // yyyy/MM/dd exactly (manual, StartDate)
Date next_day(const Date& date) noexcept;
std::string iso_midnight(const Date& date);  // 2023-07-01T00:00:00Z
bool operator<(const Date& a, const Date& b) noexcept;
// ISO 8601 with zone (Z or offset) as Graph prints it; fractions allowed. Seconds since the epoch.
std::optional<std::int64_t> parse_timestamp(std::string_view text);
Date date_of(std::int64_t seconds) noexcept;
std::string iso_time(std::int64_t seconds);  // 2023-07-01T08:15:30Z
// IMF-fixdate and the two obsolete forms of RFC 9110 section 5.6.7.
std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace coffer::core
