// Reading JSON: checked before cJSON sees it, then owned. cJSON itself accepts trailing commas in
// places, invalid UTF-8, duplicate names and deep nesting that overflows its recursion.
//
// Threads: a Document belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct cJSON;

namespace coffer::core {

struct JsonLimits {
  std::size_t max_depth = 64;
  std::size_t max_size = std::size_t{64} << 20;
  bool replace_lone_surrogates = true;  // Graph replies: U+FFFD; 3DS messages: refused
  // \u0000 in strings. JsonView::string then holds a NUL octet at that place (nothing is cut), so
  // that callers can refuse it in ids and URLs.
  bool allow_nul = true;
};

// Strict RFC 8259 grammar, UTF-8, depth, size, duplicate names. Returns an empty string when the
// text is good, else what is wrong and at which octet. Rewrites nothing.
std::string json_problem(std::string_view text, const JsonLimits& limits = {});

// A view of one value inside a Document; an absent value is a view too, so that look-ups chain.
class JsonView {
 public:
  JsonView() = default;
  explicit JsonView(const cJSON* node) : node_(node) {}
  explicit operator bool() const noexcept { return node_ != nullptr; }
  JsonView operator[](std::string_view name) const;  // case-sensitive; absent when not an object
  JsonView at(std::size_t index) const;              // linear: iterate with first/next instead
  JsonView first() const;
  JsonView next() const;
  std::string_view name() const;  // of a member; U+0000 stands as the octets C0 80
  std::size_t size() const;
  bool is_object() const;
  bool is_array() const;
  bool is_string() const;
  bool is_number() const;
  bool is_bool() const;
  bool is_null() const;
  std::optional<std::string> string() const;  // nullopt when not a string
  std::string string_or(std::string_view fallback) const;
  std::optional<double> number() const;
  std::optional<bool> boolean() const;
  std::string text() const;  // the value as JSON, without white space; "null" when absent

 private:
  const cJSON* node_ = nullptr;
};

class Document {
 public:
  // Throws Error(code, "… <what> …: <problem>") when the text is not acceptable.
  static Document parse(std::string_view text, std::int32_t code, std::string_view what,
                        const JsonLimits& limits = {});
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();
  JsonView root() const { return JsonView(root_.get()); }

 private:
  struct Free {
    void operator()(cJSON* node) const noexcept;
  };
  explicit Document(cJSON* node) : root_(node) {}
  std::unique_ptr<cJSON, Free> root_;
};

// "text" with quotes and escapes.
std::string json_quoted(std::string_view text);

}  // namespace coffer::core
