#include "core/json.h"

#include <cjson/cJSON.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "core/json_check.h"
#include "core/utf8.h"

namespace coffer::core {
namespace {

bool has_type(const cJSON* node, int type) noexcept {
  return node != nullptr && (node->type & 0xFF) == type;
}

bool has_children(const cJSON* node) noexcept {
  return has_type(node, cJSON_Object) || has_type(node, cJSON_Array);
}

// cJSON's octets as a string, its stand-in for U+0000 turned back.
std::string owned(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = text.find(kNulForm); at != std::string_view::npos;
       at = text.find(kNulForm, copied)) {
    out += text.substr(copied, at - copied);
    out += '\0';
    copied = at + kNulForm.size();
  }
  out += text.substr(copied);
  return out;
}

void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) {  // 1e999 was sent
    out += value < 0 ? "-1e999" : "1e999";
    return;
  }
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
}

// Recursion is bounded by JsonLimits::max_depth.
void append_text(std::string& out, const JsonView& value) {
  if (value.is_object() || value.is_array()) {
    const bool object = value.is_object();
    out += object ? '{' : '[';
    bool comma = false;
    for (JsonView child = value.first(); child; child = child.next()) {
      if (comma) out += ',';
      comma = true;
      if (object) {
        out += json_quoted(owned(child.name()));
        out += ':';
      }
      append_text(out, child);
    }
    out += object ? '}' : ']';
  } else if (const auto text = value.string()) {
    out += json_quoted(*text);
  } else if (const auto number = value.number()) {
    append_number(out, *number);
  } else if (const auto flag = value.boolean()) {
    out += *flag ? "true" : "false";
  } else {
    out += "null";
  }
}

}  // namespace

std::string json_problem(std::string_view text, const JsonLimits& limits) {
  return scan_json(text, limits).problem;
}

JsonView JsonView::operator[](std::string_view name) const {
  if (!is_object()) return {};
  for (const cJSON* child = node_->child; child != nullptr; child = child->next) {
    if (child->string != nullptr && name == child->string) return JsonView(child);
  }
  return {};
}

JsonView JsonView::at(std::size_t index) const {
  JsonView child = first();
  for (; child && index != 0; --index)
    child = child.next();
  return child;
}

JsonView JsonView::first() const {
  return has_children(node_) ? JsonView(node_->child) : JsonView();
}

JsonView JsonView::next() const {
  return node_ != nullptr ? JsonView(node_->next) : JsonView();
}

std::string_view JsonView::name() const {
  return node_ != nullptr && node_->string != nullptr ? std::string_view(node_->string)
                                                      : std::string_view();
}

std::size_t JsonView::size() const {
  std::size_t count = 0;
  for (JsonView child = first(); child; child = child.next())
    ++count;
  return count;
}

bool JsonView::is_object() const {
  return has_type(node_, cJSON_Object);
}
bool JsonView::is_array() const {
  return has_type(node_, cJSON_Array);
}
bool JsonView::is_string() const {
  return has_type(node_, cJSON_String);
}
bool JsonView::is_number() const {
  return has_type(node_, cJSON_Number);
}
bool JsonView::is_bool() const {
  return has_type(node_, cJSON_True) || has_type(node_, cJSON_False);
}
bool JsonView::is_null() const {
  return has_type(node_, cJSON_NULL);
}

std::optional<std::string> JsonView::string() const {
  if (!is_string() || node_->valuestring == nullptr) return std::nullopt;
  return owned(node_->valuestring);
}

std::string JsonView::string_or(std::string_view fallback) const {
  if (!is_string() || node_->valuestring == nullptr) return std::string(fallback);
  return owned(node_->valuestring);
}

std::optional<double> JsonView::number() const {
  if (!is_number()) return std::nullopt;
  return node_->valuedouble;
}

std::optional<bool> JsonView::boolean() const {
  if (!is_bool()) return std::nullopt;
  return has_type(node_, cJSON_True);
}

std::string JsonView::text() const {
  std::string out;
  append_text(out, *this);
  return out;
}

Document Document::parse(std::string_view text, std::int32_t code, std::string_view what,
                         const JsonLimits& limits) {
  const JsonScan scan = scan_json(text, limits);
  if (!scan.problem.empty()) {
    throw Error(code,
                "The JSON of the " + std::string(what) + " is not acceptable: " + scan.problem);
  }
  const std::string rewritten = scan.rewrite ? rewritten_json(text) : std::string();
  if (scan.rewrite) text = rewritten;
  cJSON* const root = cJSON_ParseWithLength(text.data(), text.size());
  if (root == nullptr) {
    throw Error(code, "The JSON of the " + std::string(what) + " cannot be read");
  }
  return Document(root);
}

Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

void Document::Free::operator()(cJSON* node) const noexcept {
  cJSON_Delete(node);
}

std::string json_quoted(std::string_view text) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char c = *at;
    const std::size_t length = utf8_length(at, end);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHexDigits[static_cast<unsigned char>(c) >> 4];
      out += kHexDigits[static_cast<unsigned char>(c) & 0x0F];
    } else if (length == 0) {
      out += "\xEF\xBF\xBD";  // JSON is UTF-8: U+FFFD for each octet that is not
    } else {
      out.append(at, length);
    }
    at += length == 0 ? 1 : length;
  }
  out += '"';
  return out;
}

}  // namespace coffer::core
