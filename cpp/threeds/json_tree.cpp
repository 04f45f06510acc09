// A JSON text as the tree that paths walk. The text is kept as written: a number or an extension's
// data must not change by being shown.
#include <string>

#include "core/error.h"
#include "core/json_check.h"
#include "threeds/json_path.h"
#include "threeds/message_json.h"

namespace coffer::threeds {
namespace {

constexpr std::int32_t kBadValue = 713;

// The text is good, so that nothing here runs past its end; the recursion is bounded by
// JsonLimits::max_depth.
class Builder {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  XNode value(std::string name) {
    skip_blank();
    XNode node;
    node.name = std::move(name);
    node.begin = at_;
    if (text_[at_] == '{' || text_[at_] == '[') {
      children(node, text_[at_] == '{');
    } else if (text_[at_] == '"') {
      node.text = string();
    } else {
      const std::size_t end = text_.find_first_of(" \t\r\n,]}", at_);
      at_ = end == std::string_view::npos ? text_.size() : end;
      node.text = text_.substr(node.begin, at_ - node.begin);
    }
    node.end = at_;
    return node;
  }

 private:
  void skip_blank() noexcept {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != kNone)
      ++at_;
  }

  std::string string() {
    const std::size_t first = ++at_;
    while (text_[at_] != '"')
      at_ += text_[at_] == '\\' ? 2U : 1U;
    return core::json_unescaped(text_.substr(first, at_++ - first));
  }

  void children(XNode& node, bool object) {
    ++at_;
    for (skip_blank(); text_[at_] != '}' && text_[at_] != ']'; skip_blank()) {
      if (text_[at_] == ',') {
        ++at_;
        skip_blank();
      }
      std::string name;
      if (object) {
        name = string();
        skip_blank();
        ++at_;  // the colon
      }
      node.children.push_back(value(std::move(name)));
    }
    ++at_;
  }

  static constexpr std::size_t kNone = std::string_view::npos;
  const std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

XDocument json_tree(std::string_view json) {
  const std::string problem = core::json_problem(json, message_limits());
  if (!problem.empty()) {
    throw core::Error(kBadValue, "The last message cannot be walked, it is no JSON: " + problem);
  }
  XDocument out;
  out.source = json;
  out.node.end = out.source.size();
  out.node.children.push_back(Builder(out.source).value("json"));
  return out;
}

}  // namespace coffer::threeds
