// The calendar part of text.h. Days are counted with the well-known civil-from-days arithmetic of
// the proleptic Gregorian calendar (eras of 400 years that begin on 1 March), not with gmtime,
// which depends on the process.
#include <array>
#include <cstdio>

#include "core/text.h"

namespace coffer::core {
namespace {

constexpr std::int64_t kDaySeconds = 86400;
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<const char*, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                              "Friday", "Saturday", "Sunday"};

constexpr bool leap(int year) noexcept {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int days_in_month(int year, int month) noexcept {
  constexpr std::array<int, 12> kLengths = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && leap(year) ? 29 : kLengths[static_cast<std::size_t>(month - 1)];
}

constexpr std::int64_t days_of(const Date& date) noexcept {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month = (date.month + 9) % 12;  // March is 0
  const std::int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept {
  return a / b - (a % b < 0 ? 1 : 0);
}

// Reads digits from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // Exactly `count` digits; -1 when they are not there (and every later read fails too).
  int digits(std::size_t count) noexcept {
    if (bad_ || text_.size() < count) return fail();
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return fail();
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  void skip(std::string_view expected) noexcept {
    bad_ = bad_ || !starts_with(text_, expected);
    if (!bad_) text_.remove_prefix(expected.size());
  }
  bool peek(char c) const noexcept { return !bad_ && !text_.empty() && text_.front() == c; }
  char take() noexcept {
    if (bad_ || text_.empty()) {
      bad_ = true;
      return '\0';
    }
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }
  void skip_digits() noexcept {
    digits(1);
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9')
      text_.remove_prefix(1);
  }
  // 1 to 12 for "Jan" to "Dec".
  int month() noexcept {
    for (std::size_t i = 0; i < kMonths.size(); ++i) {
      if (!bad_ && starts_with(text_, kMonths[i])) {
        text_.remove_prefix(3);
        return static_cast<int>(i) + 1;
      }
    }
    return fail();
  }
  bool done() const noexcept { return !bad_ && text_.empty(); }

 private:
  int fail() noexcept {
    bad_ = true;
    return -1;
  }
  std::string_view text_;
  bool bad_ = false;
};

struct TimeOfDay {
  int hour = -1;
  int minute = -1;
  int second = 0;
};

std::optional<std::int64_t> seconds_of(const Date& date, const TimeOfDay& time) noexcept {
  // 60 is a leap second; it counts as the first second of the next minute.
  if (!valid(date) || time.hour < 0 || time.hour > 23 || time.minute < 0 || time.minute > 59 ||
      time.second < 0 || time.second > 60) {
    return std::nullopt;
  }
  return days_of(date) * kDaySeconds + time.hour * 3600 + time.minute * 60 + time.second;
}

TimeOfDay clock_time(Reader& in) noexcept {  // 08:49:37
  TimeOfDay time;
  time.hour = in.digits(2);
  in.skip(":");
  time.minute = in.digits(2);
  in.skip(":");
  time.second = in.digits(2);
  return time;
}

// RFC 9110: a two-digit year that seems more than 50 years ahead means the past century.
int full_year(int two_digits) noexcept {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int this_year = date_of(std::chrono::duration_cast<std::chrono::seconds>(now).count()).year;
  int year = this_year - this_year % 100 + two_digits;
  if (year > this_year + 50) year -= 100;
  return year;
}

}  // namespace

bool valid(const Date& date) noexcept {
  return date.year >= 1 && date.year <= 9999 && date.month >= 1 && date.month <= 12 &&
         date.day >= 1 && date.day <= days_in_month(date.year, date.month);
}

std::optional<Date> parse_date(std::string_view text) {
  Reader in(text);
  Date date;
  date.year = in.digits(4);
  in.skip("/");
  date.month = in.digits(2);
  in.skip("/");
  date.day = in.digits(2);
  if (!in.done() || !valid(date)) return std::nullopt;
  return date;
}

Date next_day(const Date& date) noexcept {
  return date_of((days_of(date) + 1) * kDaySeconds);
}

std::string iso_midnight(const Date& date) {
  return iso_time(days_of(date) * kDaySeconds);
}

bool operator<(const Date& a, const Date& b) noexcept {
  if (a.year != b.year) return a.year < b.year;
  if (a.month != b.month) return a.month < b.month;
  return a.day < b.day;
}

// The grammar of Edm.DateTimeOffset (OData 4.01 ABNF, dateTimeOffsetValue): seconds may be missing.
std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  Reader in(text);
  Date date;
  date.year = in.digits(4);
  in.skip("-");
  date.month = in.digits(2);
  in.skip("-");
  date.day = in.digits(2);
  const char separator = in.take();
  TimeOfDay time;
  time.hour = in.digits(2);
  in.skip(":");
  time.minute = in.digits(2);
  if (in.peek(':')) {
    in.take();
    time.second = in.digits(2);
    if (in.peek('.')) {
      in.take();
      in.skip_digits();
    }
  }
  std::int64_t offset = 0;
  const char zone = in.take();
  if (zone == '+' || zone == '-') {
    const int hours = in.digits(2);
    in.skip(":");
    const int minutes = in.digits(2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    offset = (zone == '+' ? 1 : -1) * (hours * 3600 + minutes * 60);
  } else if (zone != 'Z' && zone != 'z') {
    return std::nullopt;
  }
  if (!in.done() || (separator != 'T' && separator != 't')) return std::nullopt;
  const std::optional<std::int64_t> local = seconds_of(date, time);
  if (!local) return std::nullopt;
  return *local - offset;
}

Date date_of(std::int64_t seconds) noexcept {
  // Eight million years either way; beyond, the year would some day not fit an int.
  constexpr std::int64_t kLimit = 3'000'000'000;
  std::int64_t days = floor_div(seconds, kDaySeconds);
  days = days > kLimit ? kLimit : days < -kLimit ? -kLimit : days;
  days += 719468;
  const std::int64_t era = floor_div(days, 146097);
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month = (5 * day_of_year + 2) / 153;
  Date date;
  date.day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  date.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  date.year = static_cast<int>(year_of_era + era * 400 + (date.month <= 2 ? 1 : 0));
  return date;
}

std::string iso_time(std::int64_t seconds) {
  const Date date = date_of(seconds);
  const auto rest = static_cast<int>(seconds - floor_div(seconds, kDaySeconds) * kDaySeconds);
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", date.year,
                date.month, date.day, rest / 3600, rest / 60 % 60, rest % 60);
  return buffer.data();
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  std::string_view rest = text;
  bool long_name = false;
  bool known = false;
  for (const std::string_view day : kDays) {
    if (starts_with(text, day.substr(0, 3))) {
      known = true;
      long_name = starts_with(text, day);
      rest.remove_prefix(long_name ? day.size() : 3);
      break;
    }
  }
  if (!known) return std::nullopt;
  Reader in(rest);
  Date date;
  TimeOfDay time;
  if (long_name) {  // rfc850-date: Sunday, 06-Nov-94 08:49:37 GMT
    in.skip(", ");
    date.day = in.digits(2);
    in.skip("-");
    date.month = in.month();
    in.skip("-");
    const int year = in.digits(2);
    in.skip(" ");
    time = clock_time(in);
    in.skip(" GMT");
    date.year = full_year(year);
  } else if (starts_with(rest, ",")) {  // IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT
    in.skip(", ");
    date.day = in.digits(2);
    in.skip(" ");
    date.month = in.month();
    in.skip(" ");
    date.year = in.digits(4);
    in.skip(" ");
    time = clock_time(in);
    in.skip(" GMT");
  } else {  // asctime-date: Sun Nov  6 08:49:37 1994
    in.skip(" ");
    date.month = in.month();
    in.skip(" ");
    if (in.peek(' ')) {
      in.take();
      date.day = in.digits(1);
    } else {
      date.day = in.digits(2);
    }
    in.skip(" ");
    time = clock_time(in);
    in.skip(" ");
    date.year = in.digits(4);
  }
  if (!in.done()) return std::nullopt;
  return seconds_of(date, time);
}

}  // namespace coffer::core
