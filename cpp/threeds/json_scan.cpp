#include "threeds/json_scan.h"

#include "core/json_check.h"
#include "core/text.h"

namespace coffer::threeds {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Behind the closing quote of the string that begins at `at`; the end of the text when it does not
// end.
std::size_t string_end(std::string_view text, std::size_t at) noexcept {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

std::size_t scalar_end(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && !blank(text[at]) &&
         std::string_view(",]}:\"{[").find(text[at]) == kNone)
    ++at;
  return at;
}

// The last name of a text that is not all good may hold a broken escape.
std::string decoded_name(std::string_view raw) {
  if (raw.find('\\') == kNone) return std::string(raw);
  const std::string quoted = '"' + std::string(raw) + '"';
  return core::json_problem(quoted).empty() ? core::json_unescaped(raw) : std::string(raw);
}

// One pass; what is open stands in a vector.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // Until `stop`; members_ and frames_ then say where that is.
  void run(std::size_t stop) {
    while (at_ < text_.size() && at_ <= stop) {
      const char c = text_[at_];
      if (blank(c) || c == ':') {
        ++at_;
      } else if (c == ',') {
        end_value(at_);
        if (!frames_.empty()) frames_.back().name_next = frames_.back().object;
        ++at_;
      } else if (c == '{' || c == '[') {
        begin_value(at_);
        frames_.push_back({c == '{', c == '{', kNone});
        ++at_;
      } else if (c == '}' || c == ']') {
        end_value(at_);
        if (frames_.empty()) return;
        frames_.pop_back();
        ++at_;
        end_value(at_);
      } else if (!token(c)) {
        return;
      }
    }
  }

  std::string path() const {
    std::string out;
    for (const Frame& frame : frames_) {
      if (frame.member == kNone) continue;
      if (!out.empty()) out += '.';
      out += members_[frame.member].name;
    }
    return out;
  }

  std::vector<JsonMember> take() { return std::move(members_); }

 private:
  struct Frame {
    bool object;
    bool name_next;
    std::size_t member;  // the current one of this object in members_
  };

  void begin_value(std::size_t at) {
    if (frames_.empty() || frames_.back().member == kNone) return;
    JsonMember& member = members_[frames_.back().member];
    if (member.value == 0) member.value = at;
  }

  void end_value(std::size_t at) {
    if (frames_.empty() || !frames_.back().object || frames_.back().member == kNone) return;
    JsonMember& member = members_[frames_.back().member];
    if (member.value != 0 && member.value_end == 0) member.value_end = at;
  }

  // A string or another scalar; false where the text is no JSON.
  bool token(char c) {
    const std::size_t end = c == '"' ? string_end(text_, at_) : scalar_end(text_, at_);
    if (end == at_) return false;
    if (c == '"' && !frames_.empty() && frames_.back().name_next) {
      JsonMember member;
      const std::size_t inside = end - at_ >= 2 ? end - at_ - 2 : 0;
      member.name = decoded_name(text_.substr(at_ + 1, inside));
      member.depth = frames_.size();
      frames_.back().member = members_.size();
      frames_.back().name_next = false;
      members_.push_back(std::move(member));
    } else {
      begin_value(at_);
      end_value(end);
    }
    at_ = end;
    return true;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Frame> frames_;
  std::vector<JsonMember> members_;
};

}  // namespace

std::vector<JsonMember> json_members(std::string_view text) {
  Scanner scanner(text);
  scanner.run(text.size());
  return scanner.take();
}

std::string element_at(std::string_view text, std::size_t octet) {
  Scanner scanner(text);
  scanner.run(octet);
  return scanner.path();
}

std::string_view raw_member(std::string_view text, std::string_view name) {
  Scanner scanner(text);
  scanner.run(text.size());
  for (const JsonMember& member : scanner.take()) {
    if (member.depth == 1 && member.name == name && member.value_end > member.value) {
      return text.substr(member.value, member.value_end - member.value);
    }
  }
  return {};
}

std::size_t octet_of_problem(std::string_view problem) noexcept {
  const std::size_t blank_at = problem.rfind(' ');
  if (blank_at == kNone) return 0;
  const auto octet = core::parse_int(problem.substr(blank_at + 1));
  return octet && *octet > 0 ? static_cast<std::size_t>(*octet) : 0;
}

}  // namespace coffer::threeds
