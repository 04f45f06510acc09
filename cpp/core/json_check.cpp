#include "core/json_check.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/utf8.h"

namespace coffer::core {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
constexpr std::uint64_t kHighs = 0x8080808080808080ULL;

// The octets that end a run of plain string text: quote, backslash, controls, non-ASCII. Marks the
// first of them exactly (later marks may be wrong: a borrow runs upwards only).
std::uint64_t special_marks(std::uint64_t word) noexcept {
  const std::uint64_t quote = word ^ (kOnes * 0x22);
  const std::uint64_t slash = word ^ (kOnes * 0x5C);
  return (((word - kOnes * 0x20) & ~word) | ((quote - kOnes) & ~quote) |
          ((slash - kOnes) & ~slash) | word) &
         kHighs;
}

const char* skip_plain(const char* at, const char* end) noexcept {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  while (end - at >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    const std::uint64_t marks = special_marks(word);
    if (marks != 0) return at + (__builtin_ctzll(marks) >> 3);
    at += 8;
  }
#endif
  while (at != end) {
    const auto c = static_cast<unsigned char>(*at);
    if (c < 0x20 || c == '"' || c == '\\' || c >= 0x80) break;
    ++at;
  }
  return at;
}

std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = text.size();
  const char* at = text.data();
  std::size_t left = text.size();
  while (left != 0) {
    std::uint64_t word = 0;
    const std::size_t count = std::min<std::size_t>(left, 8);
    std::memcpy(&word, at, count);
    hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29;
    at += count;
    left -= count;
  }
  return hash;
}

// One pass, no recursion: what is open stands in a vector of at most max_depth frames.
class Checker {
 public:
  Checker(std::string_view text, const JsonLimits& limits)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), limits_(limits) {}

  JsonScan run() {
    check();
    return std::move(scan_);
  }

 private:
  struct Frame {
    bool object;
    std::size_t first_name;  // of this object in names_
  };
  struct Name {
    std::uint64_t hash;  // of the decoded name
    const char* begin;
    std::size_t size;  // as written
    bool escaped;
    std::string_view raw() const noexcept { return {begin, size}; }
  };
  enum class State { kValue, kFirstElement, kFirstName, kName, kAfter };

  // Up to this many names each new one is compared with all before; more are sorted at the end.
  static constexpr std::size_t kFewNames = 16;

  bool fail(const std::string& problem) { return fail_at(problem, at_); }
  bool fail_at(const std::string& problem, const char* where) {
    if (scan_.problem.empty()) {
      scan_.problem = problem + " at octet " + std::to_string(where - begin_);
    }
    return false;
  }

  void skip_blank() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t'))
      ++at_;
  }

  bool check() {
    const auto size = static_cast<std::size_t>(end_ - begin_);
    if (size > limits_.max_size) {
      scan_.problem = std::to_string(size) + " octets, more than the limit of " +
                      std::to_string(limits_.max_size);
      return false;
    }
    if (size >= 3 && std::memcmp(begin_, "\xEF\xBB\xBF", 3) == 0) {
      return fail("a byte order mark");  // RFC 8259 section 8.1
    }
    frames_.reserve(std::min<std::size_t>(limits_.max_depth, 64));
    State state = State::kValue;
    for (;;) {
      skip_blank();
      if (state == State::kAfter && frames_.empty()) {
        return at_ == end_ || fail("something after the end of the value");
      }
      if (at_ == end_) return fail("the text ends too early,");
      switch (state) {
        case State::kFirstElement:
          if (*at_ == ']') {
            close(state);
            break;
          }
          [[fallthrough]];
        case State::kValue:
          if (!value(state)) return false;
          break;
        case State::kFirstName:
          if (*at_ == '}') {
            close(state);
            break;
          }
          [[fallthrough]];
        case State::kName:
          if (!name()) return false;
          state = State::kValue;
          break;
        case State::kAfter:
          if (!after(state)) return false;
          break;
      }
    }
  }

  void close(State& state) {
    ++at_;
    frames_.pop_back();
    state = State::kAfter;
  }

  bool value(State& state) {
    state = State::kAfter;
    switch (*at_) {
      case '{':
      case '[': {
        if (frames_.size() >= limits_.max_depth) {
          return fail("nested deeper than " + std::to_string(limits_.max_depth) + " levels");
        }
        const bool object = *at_ == '{';
        frames_.push_back({object, names_.size()});
        state = object ? State::kFirstName : State::kFirstElement;
        ++at_;
        return true;
      }
      case '"': {
        bool escaped = false;
        return string(escaped);
      }
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        return number();
    }
  }

  bool after(State& state) {
    const bool object = frames_.back().object;
    if (*at_ == ',') {
      ++at_;
      state = object ? State::kName : State::kValue;
      return true;
    }
    if (*at_ != (object ? '}' : ']')) {
      return fail(object ? "',' or '}' expected" : "',' or ']' expected");
    }
    if (object && !names_differ(frames_.back().first_name)) return false;
    close(state);
    return true;
  }

  bool literal(std::string_view word) {
    if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, word.size()) !=
        word) {
      return fail("not a value");
    }
    at_ += word.size();
    return true;
  }

  bool digits() noexcept {
    const char* const first = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9')
      ++at_;
    return at_ != first;
  }

  bool number() {
    const char* const first = at_;
    if (*at_ == '-') ++at_;
    if (at_ != end_ && *at_ == '0') {
      ++at_;
    } else if (!digits()) {
      at_ = first;
      return fail("not a value");
    }
    if (at_ != end_ && *at_ == '.') {
      ++at_;
      if (!digits()) return fail("a digit expected");
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      if (!digits()) return fail("a digit expected");
    }
    if (static_cast<std::size_t>(at_ - first) > kLongestJsonNumber) scan_.rewrite = true;
    return true;
  }

  bool escape() {
    if (end_ - at_ < 2) return fail("the text ends inside a string,");
    if (at_[1] != 'u') {
      if (std::string_view("\"\\/bfnrt").find(at_[1]) == std::string_view::npos) {
        return fail("an unknown escape");
      }
      at_ += 2;
      return true;
    }
    const int unit = end_ - at_ < 6 ? -1 : json_hex4(at_ + 2);
    if (unit < 0) return fail("\\u without four hexadecimal digits");
    if (unit == 0) {
      if (!limits_.allow_nul) return fail("the character U+0000");
      scan_.rewrite = true;
    } else if (json_high_surrogate(unit) && end_ - at_ >= 12 && at_[6] == '\\' && at_[7] == 'u' &&
               json_low_surrogate(json_hex4(at_ + 8))) {
      at_ += 6;
    } else if (json_high_surrogate(unit) || json_low_surrogate(unit)) {
      if (!limits_.replace_lone_surrogates) return fail("half a surrogate pair");
      scan_.rewrite = true;
    }
    at_ += 6;
    return true;
  }

  bool string(bool& escaped) {
    ++at_;
    for (;;) {
      at_ = skip_plain(at_, end_);
      if (at_ == end_) return fail("the text ends inside a string,");
      const auto c = static_cast<unsigned char>(*at_);
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c == '\\') {
        escaped = true;
        if (!escape()) return false;
      } else if (c < 0x20) {
        return fail("a control character inside a string");
      } else {
        const std::size_t length = utf8_length(at_, end_);
        if (length == 0) return fail("not UTF-8");
        at_ += length;
      }
    }
  }

  bool name() {
    if (*at_ != '"') return fail("a member's name expected");
    const char* const first = at_ + 1;
    bool escaped = false;
    if (!string(escaped)) return false;
    Name entry{0, first, static_cast<std::size_t>(at_ - 1 - first), escaped};
    entry.hash = escaped ? hash_of(json_unescaped(entry.raw())) : hash_of(entry.raw());
    const std::size_t from = frames_.back().first_name;
    if (names_.size() - from < kFewNames) {
      for (std::size_t i = from; i < names_.size(); ++i) {
        if (names_[i].hash == entry.hash && compare(names_[i], entry) == 0) {
          return fail_at("a name used twice in an object", first);
        }
      }
    }
    names_.push_back(entry);
    skip_blank();
    if (at_ == end_ || *at_ != ':') return fail("':' expected");
    ++at_;
    return true;
  }

  static int compare(const Name& a, const Name& b) {
    if (!a.escaped && !b.escaped) return a.raw().compare(b.raw());
    return json_unescaped(a.raw()).compare(json_unescaped(b.raw()));
  }

  // Sorted by hash, then by octets, so that chosen collisions cost n log n too.
  bool names_differ(std::size_t from) {
    const auto first = names_.begin() + static_cast<std::ptrdiff_t>(from);
    if (names_.size() - from > kFewNames) {
      std::sort(first, names_.end(), [](const Name& a, const Name& b) {
        return a.hash != b.hash ? a.hash < b.hash : compare(a, b) < 0;
      });
      const auto twin = std::adjacent_find(first, names_.end(), [](const Name& a, const Name& b) {
        return a.hash == b.hash && compare(a, b) == 0;
      });
      if (twin != names_.end()) {
        return fail_at("a name used twice in an object", std::max(twin->begin, (twin + 1)->begin));
      }
    }
    names_.erase(first, names_.end());
    return true;
  }

  const char* const begin_;
  const char* at_;
  const char* const end_;
  const JsonLimits& limits_;
  std::vector<Frame> frames_;
  std::vector<Name> names_;  // of all open objects, the innermost last
  JsonScan scan_;
};

}  // namespace

JsonScan scan_json(std::string_view text, const JsonLimits& limits) {
  return Checker(text, limits).run();
}

}  // namespace coffer::core
