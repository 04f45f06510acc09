#include "mime/body_type.h"

#include <optional>
#include <vector>

#include "core/text.h"

namespace coffer::mime {
namespace {

constexpr std::size_t kDeepest = 32;         // multiparts inside each other
constexpr std::size_t kLongestField = 8192;  // unfolded; the rest of a longer one is not looked at

// "value; name=x; other=\"y\"": the value, lower case and without comments, and one parameter.
class Field {
 public:
  explicit Field(std::string_view text) : rest_(text) { value_ = core::lower(token()); }

  const std::string& value() const noexcept { return value_; }

  // Also in the pieces of RFC 2231 (name*0, name*1 …), which come in order in practice.
  std::string parameter(std::string_view wanted) {
    std::string found;
    while (!rest_.empty()) {
      rest_.remove_prefix(1);  // the ';' or '=' where the last token ended
      const std::string name = core::lower(token());
      if (rest_.empty() || rest_.front() != '=') continue;
      rest_.remove_prefix(1);
      const std::string text = token();
      if (core::starts_with(name, wanted) &&
          (name.size() == wanted.size() || name[wanted.size()] == '*')) {
        found += text;
      }
    }
    return found;
  }

 private:
  // Up to the next ';' or '=' outside quotes and comments, without the blanks around it. A value's
  // '=' belongs to it: boundaries hold them unquoted in spite of RFC 2045.
  std::string token() {
    std::string out;
    std::string blanks;  // kept only when something follows them
    const auto put = [&out, &blanks](char c) {
      out += blanks;
      blanks.clear();
      out += c;
    };
    bool quoted = false;
    std::size_t comment = 0;
    std::size_t at = 0;
    for (; at < rest_.size(); ++at) {
      const char c = rest_[at];
      if (c == '\\' && (quoted || comment != 0) && at + 1 < rest_.size()) {
        ++at;
        if (comment == 0) put(rest_[at]);
      } else if (comment != 0) {
        comment += c == '(' ? 1 : 0;
        comment -= c == ')' ? 1 : 0;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == '(') {
        ++comment;
      } else if (!quoted && (c == ';' || (c == '=' && !after_equals_))) {
        break;
      } else if (!quoted && (c == ' ' || c == '\t' || c == '\r')) {
        if (!out.empty()) blanks += c;
      } else {
        put(c);
      }
    }
    rest_.remove_prefix(at);
    after_equals_ = !rest_.empty() && rest_.front() == '=';
    return out;
  }

  std::string_view rest_;
  std::string value_;
  bool after_equals_ = false;
};

// Follows the structure line by line: which multiparts are open, and the header that is read.
class Structure {
 public:
  // True as soon as an inline text/html part was met.
  bool line(std::string_view text) {
    if (!boundaries_.empty() && core::starts_with(text, "--") && delimiter(text.substr(2))) {
      return false;
    }
    if (!in_header_) return false;
    if (text.empty()) return header_ends();
    if (text.front() == ' ' || text.front() == '\t') {
      if (field_ != nullptr && field_->size() < kLongestField) field_->append(text);
      return false;
    }
    field_ = nullptr;
    take(text, "content-type", type_);
    take(text, "content-disposition", disposition_);
    return false;
  }

  // The text ended inside a header: what was seen of it counts.
  bool end() { return in_header_ && header_ends(); }

 private:
  void take(std::string_view text, std::string_view name, std::optional<std::string>& into) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || into ||
        !core::equal_ignoring_case(core::trim(text.substr(0, colon)), name)) {
      return;
    }
    into = std::string(text.substr(colon + 1).substr(0, kLongestField));
    field_ = &*into;
  }

  // A line after "--": the innermost open multipart whose boundary it is.
  bool delimiter(std::string_view text) {
    for (std::size_t depth = boundaries_.size(); depth-- > 0;) {
      const std::string& boundary = boundaries_[depth];
      if (!core::starts_with(text, boundary)) continue;
      const std::string_view rest = core::trim(text.substr(boundary.size()));
      if (!rest.empty() && rest != "--") continue;
      const bool last = rest == "--";
      boundaries_.resize(last ? depth : depth + 1);
      begin_header();
      in_header_ = !last;
      return true;
    }
    return false;
  }

  void begin_header() {
    type_.reset();
    disposition_.reset();
    field_ = nullptr;
    in_header_ = true;
  }

  bool header_ends() {
    in_header_ = false;
    field_ = nullptr;
    if (!type_) return false;  // text/plain (RFC 2045 section 5.2)
    Field type(*type_);
    const bool attached = disposition_ && Field(*disposition_).value() == "attachment";
    if (type.value() == "text/html") return !attached;
    if (core::starts_with(type.value(), "multipart/") && boundaries_.size() < kDeepest) {
      const std::string boundary = type.parameter("boundary");
      if (!boundary.empty() && !attached) boundaries_.push_back(boundary);
    }
    return false;  // message/rfc822 is another message: its parts are not this one's body
  }

  std::vector<std::string> boundaries_;
  std::optional<std::string> type_;
  std::optional<std::string> disposition_;
  std::string* field_ = nullptr;  // which of the two a folded line continues
  bool in_header_ = true;
};

}  // namespace

std::string body_content_type(std::string_view beginning) {
  Structure structure;
  while (!beginning.empty()) {
    const std::size_t feed = beginning.find('\n');
    std::string_view line = beginning.substr(0, feed);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (structure.line(line)) return "html";
    if (feed == std::string_view::npos) break;
    beginning.remove_prefix(feed + 1);
  }
  return structure.end() ? "html" : "text";
}

}  // namespace coffer::mime
