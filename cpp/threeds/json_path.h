// The XPath settings: pointing at an element of the last message. The walker knows only a tree of
// names, texts and attributes, so it serves XML as well as JSON; no message of this protocol is
// XML.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer::threeds {

struct XNode {
  std::string name;       // "" for the elements of a JSON array
  std::string text;       // of a leaf
  std::size_t begin = 0;  // the element itself in the document's source
  std::size_t end = 0;
  std::vector<std::pair<std::string, std::string>> attributes;  // XML only
  std::vector<XNode> children;
};

struct XDocument {
  std::string source;
  XNode node;  // above the root element, which is its only child
};

// The root element of a JSON text is "json". Throws 713 when `json` is no JSON.
XDocument json_tree(std::string_view json);

class PathWalker {
 public:
  PathWalker() = default;
  explicit PathWalker(XDocument document) : document_(std::move(document)) {}

  // Throws 713 when the path is malformed or points nowhere; the place stays what it was.
  void go(std::string_view path);
  std::string path() const;  // absolute, in the form that go() takes
  std::string element() const;
  std::string text() const;
  std::string parent() const;
  std::string sub_tree() const;
  std::size_t child_count() const;
  // 0-based, unlike the indices in paths. Throw 606.
  std::string child_name(std::size_t index) const;
  std::string child_text(std::size_t index) const;

 private:
  const XNode& here() const { return node_at(place_); }
  const XNode& node_at(const std::vector<std::size_t>& place) const;
  const XNode& child(std::size_t index) const;

  XDocument document_;
  std::vector<std::size_t> place_;  // indices of children from the document down
};

// The last message, parsed when it is first asked about.
class MessagePath {
 public:
  void set_message(std::string json);  // "" for none; the place is the root "/json" again
  const std::string& message() const noexcept { return json_; }
  // Throws 713 when there is no message.
  void go(std::string_view path);
  // Empty texts and a count of 0 while there is no message.
  PathWalker& walker();

 private:
  void parse();

  std::string json_;
  bool parsed_ = false;
  PathWalker walker_;
};

}  // namespace coffer::threeds
