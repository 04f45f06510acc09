#include "oauth/jwt_path.h"

#include <cstdint>
#include <optional>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"

namespace coffer::oauth {

namespace {

struct Step {
  std::string_view name;           // empty and "*": any
  std::optional<std::int64_t> at;  // from 1, or from the last one backwards
  bool from_last = false;
};

std::optional<Step> step_of(std::string_view text) {
  Step step;
  const std::size_t bracket = text.find('[');
  step.name = text.substr(0, bracket);
  if (bracket == std::string_view::npos) {
    if (text.empty()) return std::nullopt;
    return step;
  }
  if (text.back() != ']') return std::nullopt;
  std::string_view index = text.substr(bracket + 1, text.size() - bracket - 2);
  constexpr std::string_view kLast = "last()";
  if (index.substr(0, kLast.size()) == kLast) {
    step.from_last = true;
    index.remove_prefix(kLast.size());
    step.at = 0;
    if (index.empty()) return step;
    if (index.front() != '-') return std::nullopt;
    index.remove_prefix(1);
  }
  step.at = core::parse_int(index);
  if (!step.at || *step.at < (step.from_last ? 0 : 1)) return std::nullopt;
  return step;
}

std::string text_of(const core::JsonView& value) {
  return value.string().value_or(value.text());
}

// The child that a step names; absent when there is none.
core::JsonView child_of(const core::JsonView& parent, const Step& step) {
  if (!parent.is_object() && !parent.is_array()) return {};
  std::vector<core::JsonView> fitting;
  for (core::JsonView child = parent.first(); child; child = child.next()) {
    const bool any = step.name.empty() || step.name == "*";
    if (any || (parent.is_object() && child.name() == step.name)) fitting.push_back(child);
  }
  const auto count = static_cast<std::int64_t>(fitting.size());
  const std::int64_t at = step.from_last ? count - step.at.value_or(0) : step.at.value_or(1);
  if (at < 1 || at > count) return {};
  return fitting[static_cast<std::size_t>(at - 1)];
}

}  // namespace

JwtElement jwt_element(const std::string& payload, std::string_view path) {
  constexpr std::string_view kRoot = "json";
  JwtElement element;
  if (payload.empty() || path.empty() || path.front() != '/') return element;
  const std::vector<std::string_view> parts = core::split(path.substr(1), '/');
  const auto first = step_of(parts.front());
  const bool at_root = first && (first->name == kRoot || first->name == "*") &&
                       (first->from_last ? *first->at == 0 : first->at.value_or(1) == 1);
  if (!at_root) return element;
  try {
    const core::Document document = core::Document::parse(payload, 706, "The access token");
    core::JsonView at = document.root();
    std::string name(kRoot);
    std::string parent;
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const auto step = step_of(parts[i]);
      if (!step) return element;
      const bool named = at.is_object();
      at = child_of(at, *step);
      if (!at) return element;
      parent = std::exchange(name, named ? std::string(at.name()) : std::string());
    }
    element.found = true;
    element.name = std::move(name);
    element.parent = std::move(parent);
    element.text = text_of(at);
    element.subtree = at.text();
    if (at.is_object() || at.is_array()) {
      for (core::JsonView child = at.first(); child; child = child.next()) {
        element.children.emplace_back(at.is_object() ? std::string(child.name()) : std::string(),
                                      text_of(child));
      }
    }
  } catch (const core::Error&) {
    return {};
  }
  return element;
}

}  // namespace coffer::oauth
