#include "core/settings.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/text.h"

namespace coffer::core {
namespace {

constexpr std::int32_t kInvalidValue = 713;

[[noreturn]] void refuse(const char* name, const std::string& why) {
  throw Error(kInvalidValue, std::string(name) + " " + why);
}

std::string range_text(std::int64_t min, std::int64_t max, std::int64_t type_max) {
  if (max == type_max) {
    return "must be a number of at least " + std::to_string(min);
  }
  return "must be a number from " + std::to_string(min) + " to " + std::to_string(max);
}

std::int64_t type_max(Type type) {
  return type == Type::kInt32 ? std::int64_t{std::numeric_limits<std::int32_t>::max()}
                              : std::numeric_limits<std::int64_t>::max();
}

template <class Row>  // PropertyInfo or SettingInfo
std::string listed(const Row& row) {
  std::string list;
  for (std::size_t i = 0; i < row.word_count; ++i) {
    const std::string word = row.words[i];
    list += (i == 0 ? "" : ", ") + (word.empty() ? std::string("empty") : word);
  }
  return list;
}

void check_line(const char* name, std::string_view text) {
  constexpr std::string_view kBreaks("\r\n\0", 3);
  if (text.find_first_of(kBreaks) != std::string_view::npos) {
    refuse(name, "must not contain a line break or NUL");
  }
}

void check_effect(const char* name, Effect effect, const char* reason, bool is_default) {
  if (effect == Effect::kUnavailable && !is_default) {
    refuse(name, std::string("cannot be set: ") + reason);
  }
}

// A number with its range or its words; the canonical text.
std::string checked_number(const SettingInfo& row, std::string_view text) {
  const std::optional<std::int64_t> number = parse_int(text);
  if (row.word_count != 0) {
    std::int64_t bits = 0;
    for (std::size_t i = 0; i < row.word_count; ++i) {
      const std::int64_t word = parse_int(row.words[i]).value_or(0);
      if (number == word) {
        return row.words[i];
      }
      bits |= word;
    }
    if (!row.flags) {
      refuse(row.name, "must be one of " + listed(row));
    }
    if (!number || *number <= 0 || (*number & ~bits) != 0) {
      refuse(row.name, "must be a sum of " + listed(row));
    }
    return std::to_string(*number);
  }
  if (!number || *number < row.min || *number > row.max) {
    refuse(row.name, range_text(row.min, row.max, type_max(row.type)));
  }
  return std::to_string(*number);
}

std::string checked_word(const SettingInfo& row, std::string_view text) {
  for (std::size_t i = 0; i < row.word_count; ++i) {
    if (equal_ignoring_case(text, row.words[i])) {
      return row.words[i];
    }
  }
  refuse(row.name, "must be one of " + listed(row));
}

// Edits (insert, delete, replace) that lead from one text to the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

SettingText parse_setting_text(std::string_view text) noexcept {
  SettingText result;
  const std::size_t equals = text.find('=');
  if (equals != std::string_view::npos) {
    result.value = text.substr(equals + 1);
    text = text.substr(0, equals);
  }
  result.name = trim(text);
  const std::size_t bracket = result.name.find('[');
  if (bracket != std::string_view::npos && result.name.back() == ']') {
    result.index = trim(result.name.substr(bracket + 1, result.name.size() - bracket - 2));
    result.name = trim(result.name.substr(0, bracket));
  }
  return result;
}

std::optional<bool> parse_bool(std::string_view text) noexcept {
  for (const char* word : {"True", "1", "Yes", "On"}) {
    if (equal_ignoring_case(text, word)) {
      return true;
    }
  }
  for (const char* word : {"False", "0", "No", "Off"}) {
    if (equal_ignoring_case(text, word)) {
      return false;
    }
  }
  return std::nullopt;
}

std::string text_of(const Value& value) {
  struct Visitor {
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const Bytes& bytes) const { return {bytes.begin(), bytes.end()}; }
    std::string operator()(bool flag) const { return flag ? "True" : "False"; }
    std::string operator()(std::int32_t number) const { return std::to_string(number); }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
  };
  return std::visit(Visitor{}, value);
}

Value value_of(Type type, std::string_view text) {
  switch (type) {
    case Type::kBytes:
      return Bytes(text.begin(), text.end());
    case Type::kBool:
      return parse_bool(text).value_or(false);
    case Type::kInt32:
      return static_cast<std::int32_t>(parse_int(text).value_or(0));
    case Type::kInt64:
      return parse_int(text).value_or(0);
    case Type::kString:
      break;
  }
  return std::string(text);
}

void check_value(const PropertyInfo& row, const Value& value) {
  if (value.index() != static_cast<std::size_t>(row.type)) {
    refuse(row.name, "has another type");
  }
  if (row.type == Type::kInt32 || row.type == Type::kInt64) {
    const std::int64_t number = row.type == Type::kInt32
                                    ? std::int64_t{std::get<std::int32_t>(value)}
                                    : std::get<std::int64_t>(value);
    const std::int32_t* end = row.allowed + row.allowed_count;
    if (row.allowed_count != 0 && std::find(row.allowed, end, number) == end) {
      std::string list;
      for (const std::int32_t* item = row.allowed; item != end; ++item) {
        list += (item == row.allowed ? "" : ", ") + std::to_string(*item);
      }
      const bool explained = row.effect == Effect::kActive && *row.reason != '\0';
      refuse(row.name,
             "must be one of " + list + (explained ? std::string(": ") + row.reason : ""));
    }
    if (row.allowed_count == 0 && (number < row.min || number > row.max)) {
      refuse(row.name, range_text(row.min, row.max, type_max(row.type)));
    }
  }
  if (row.word_count != 0) {
    const char* const* end = row.words + row.word_count;
    if (std::find(row.words, end, text_of(value)) == end) {
      refuse(row.name, "must be one of " + listed(row));
    }
  }
  if (row.line) {
    check_line(row.name, text_of(value));
  }
  check_effect(row.name, row.effect, row.reason, value == value_of(row.type, row.default_text));
}

std::string checked_text(const SettingInfo& row, std::string_view text) {
  std::string result;
  switch (row.type) {
    case Type::kBool: {
      const std::optional<bool> flag = parse_bool(text);
      if (!flag) {
        refuse(row.name, "must be True or False");
      }
      result = *flag ? "True" : "False";
      break;
    }
    case Type::kInt32:
    case Type::kInt64:
      result = checked_number(row, text);
      break;
    case Type::kString:
    case Type::kBytes:
      result = row.word_count != 0 ? checked_word(row, text) : std::string(text);
      break;
  }
  if (row.line) {
    check_line(row.name, result);
  }
  check_effect(row.name, row.effect, row.reason, result == row.default_text);
  return result;
}

Value parsed_value(const SettingInfo& row, Type type, std::string_view text) {
  return value_of(type, checked_text(row, text));
}

const SettingInfo* nearest_setting(const ClassInfo& info, std::string_view name) {
  const std::string wanted = lower(name.substr(0, 64));
  const SettingInfo* best = nullptr;
  std::size_t best_distance = wanted.size() / 3 + 1;  // farther is no typing mistake
  for (std::size_t i = 0; i < info.setting_count; ++i) {
    const std::size_t edits = distance(wanted, lower(info.settings[i].name));
    if (edits < best_distance) {
      best_distance = edits;
      best = &info.settings[i];
    }
  }
  return best;
}

}  // namespace coffer::core
