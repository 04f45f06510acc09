#include "threeds/json_path.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/error.h"
#include "core/text.h"
#include "threeds/message_json.h"

namespace coffer::threeds {
namespace {

constexpr std::int32_t kOutOfRange = 606;
constexpr std::int32_t kBadValue = 713;
constexpr std::size_t kNone = std::string_view::npos;

[[noreturn]] void refuse(std::string_view path, const std::string& why) {
  throw core::Error(kBadValue, "The XPath \"" + shown(path) + "\" " + why);
}

// One accessor between two slashes (manual, XPath).
struct Accessor {
  std::string name;                      // "" and "*": any
  std::optional<std::size_t> index;      // from 1
  std::optional<std::size_t> from_last;  // [last()] is 0
  std::string attribute;
  std::string attribute_value;
};

// At slashes outside brackets and quotes.
std::vector<std::string_view> steps_of(std::string_view path) {
  std::vector<std::string_view> out;
  std::size_t first = 0;
  bool inside = false;
  char quote = '\0';
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (inside && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '[' || c == ']') {
      inside = c == '[';
    } else if (c == '/' && !inside) {
      out.push_back(path.substr(first, i - first));
      first = i + 1;
    }
  }
  out.push_back(path.substr(first));
  return out;
}

std::optional<std::size_t> number_of(std::string_view text) {
  text = core::trim(text);
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != kNone) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(*core::parse_int(text));
}

// last() and last()-i, blanks allowed.
std::optional<std::size_t> distance_from_last(std::string_view text) {
  constexpr std::string_view kLast = "last()";
  if (!core::starts_with(text, kLast)) return std::nullopt;
  text = core::trim(text.substr(kLast.size()));
  if (text.empty()) return 0;
  if (text.front() != '-') return std::nullopt;
  return number_of(text.substr(1));
}

// @name="value" or @name='value'
bool read_attribute(std::string_view text, Accessor& out) {
  const std::size_t equals = text.find('=');
  if (text.empty() || text.front() != '@' || equals == kNone) return false;
  const std::string_view value = core::trim(text.substr(equals + 1));
  const bool quoted = value.size() >= 2 && value.front() == value.back() &&
                      (value.front() == '"' || value.front() == '\'');
  out.attribute = core::trim(text.substr(1, equals - 1));
  if (!quoted || out.attribute.empty()) return false;
  out.attribute_value = value.substr(1, value.size() - 2);
  return true;
}

Accessor accessor_of(std::string_view step, std::string_view path) {
  Accessor out;
  const std::size_t bracket = step.find('[');
  out.name = step.substr(0, bracket);
  if (bracket == kNone) {
    if (out.name.empty()) refuse(path, "has an empty step");
    return out;
  }
  if (step.back() != ']') refuse(path, "has a step with text behind ']', or without it");
  const std::string_view inside = core::trim(step.substr(bracket + 1, step.size() - bracket - 2));
  out.index = number_of(inside);
  if (out.index) {
    if (*out.index == 0) refuse(path, "has the index 0; indices begin with 1");
    return out;
  }
  out.from_last = distance_from_last(inside);
  if (out.from_last || read_attribute(inside, out)) return out;
  refuse(path, "has a step in brackets that is neither an index nor last() nor an attribute");
}

bool has_attribute(const XNode& node, const Accessor& accessor) {
  return accessor.attribute.empty() ||
         std::any_of(node.attributes.begin(), node.attributes.end(), [&](const auto& attribute) {
           return attribute.first == accessor.attribute &&
                  attribute.second == accessor.attribute_value;
         });
}

// The place of the child that is meant, or nothing.
std::optional<std::size_t> find_child(const XNode& parent, const Accessor& accessor) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < parent.children.size(); ++i) {
    const XNode& node = parent.children[i];
    const bool named = accessor.name.empty() || accessor.name == "*" || node.name == accessor.name;
    if (named && has_attribute(node, accessor)) found.push_back(i);
  }
  std::size_t wanted = accessor.index ? *accessor.index - 1 : 0;
  if (accessor.from_last) {
    if (*accessor.from_last >= found.size()) return std::nullopt;
    wanted = found.size() - 1 - *accessor.from_last;
  }
  if (wanted >= found.size()) return std::nullopt;
  return found[wanted];
}

bool addressable(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name != "*" &&
         name.find_first_of("/[]") == kNone;
}

// How the child is called in a path: by its name, by name and number among its namesakes, or by
// its number among all.
std::string step_to(const XNode& parent, std::size_t index) {
  const std::string& name = parent.children[index].name;
  if (!addressable(name)) return "[" + std::to_string(index + 1) + "]";
  std::size_t before = 0;
  std::size_t all = 0;
  for (std::size_t i = 0; i < parent.children.size(); ++i) {
    if (parent.children[i].name != name) continue;
    ++all;
    if (i < index) ++before;
  }
  return all == 1 ? name : name + "[" + std::to_string(before + 1) + "]";
}

}  // namespace

const XNode& PathWalker::node_at(const std::vector<std::size_t>& place) const {
  const XNode* node = &document_.node;
  for (const std::size_t index : place)
    node = &node->children[index];
  return *node;
}

void PathWalker::go(std::string_view path) {
  if (path.empty()) refuse(path, "is empty; the document is \"/\"");
  const bool absolute = path.front() == '/';
  std::vector<std::size_t> place = absolute ? std::vector<std::size_t>() : place_;
  const std::string_view rest = absolute ? path.substr(1) : path;
  if (!rest.empty()) {
    for (const std::string_view step : steps_of(rest)) {
      if (step == ".") continue;
      if (step == "..") {
        if (place.empty()) refuse(path, "leads above the document");
        place.pop_back();
        continue;
      }
      const auto index = find_child(node_at(place), accessor_of(step, path));
      if (!index) refuse(path, "points at nothing in the last message");
      place.push_back(*index);
    }
  }
  place_ = std::move(place);
}

std::string PathWalker::path() const {
  std::string out;
  const XNode* node = &document_.node;
  for (const std::size_t index : place_) {
    out += '/' + step_to(*node, index);
    node = &node->children[index];
  }
  return out.empty() ? "/" : out;
}

std::string PathWalker::element() const {
  return here().name;
}

std::string PathWalker::text() const {
  return here().text;
}

std::string PathWalker::parent() const {
  if (place_.empty()) return "";
  return node_at({place_.begin(), place_.end() - 1}).name;
}

std::string PathWalker::sub_tree() const {
  return document_.source.substr(here().begin, here().end - here().begin);
}

std::size_t PathWalker::child_count() const {
  return here().children.size();
}

const XNode& PathWalker::child(std::size_t index) const {
  const XNode& node = here();
  if (index < node.children.size()) return node.children[index];
  throw core::Error(kOutOfRange, "The element has " + std::to_string(node.children.size()) +
                                     " children, the first is 0; there is no child " +
                                     std::to_string(index));
}

std::string PathWalker::child_name(std::size_t index) const {
  return child(index).name;
}

std::string PathWalker::child_text(std::size_t index) const {
  return child(index).text;
}

void MessagePath::set_message(std::string json) {
  json_ = std::move(json);
  parsed_ = false;
  walker_ = PathWalker();
}

void MessagePath::parse() {
  if (parsed_ || json_.empty()) return;
  walker_ = PathWalker(json_tree(json_));
  walker_.go("/json");
  parsed_ = true;
}

void MessagePath::go(std::string_view path) {
  if (json_.empty()) refuse(path, "points at nothing: no message was received yet");
  parse();
  walker_.go(path);
}

PathWalker& MessagePath::walker() {
  parse();
  return walker_;
}

}  // namespace coffer::threeds
