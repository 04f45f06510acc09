// The two examples of the manual's Filter property do not work as they stand: `address` is no
// property of a message (400), and parentFolderId compared with a folder's name matches nothing,
// silently (graph-mail 0, facts 8 and 9). Rewriting works on tokens, so that string literals and
// paths are never touched.
#include <algorithm>
#include <array>
#include <optional>

#include "graph/list_query.h"

namespace coffer::graph {
namespace {

// graph-mail 1.7.
constexpr std::array<std::string_view, 17> kWellKnown = {
    "archive",       "clutter",       "conflicts", "conversationhistory",
    "deleteditems",  "drafts",        "inbox",     "junkemail",
    "localfailures", "msgfolderroot", "outbox",    "recoverableitemsdeletions",
    "scheduled",     "searchfolders", "sentitems", "serverfailures",
    "syncissues"};

enum class Kind { kBlank, kWord, kLiteral, kMark };

struct Token {
  Kind kind;
  std::string_view text;  // a literal with its quotes
};

bool blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool mark(char c) noexcept {
  return std::string_view("(),/:;=").find(c) != std::string_view::npos;
}

// The end of the literal that begins at `at`: a quote inside is doubled. One that never ends
// reaches to the end of the text.
std::size_t literal_end(std::string_view text, std::size_t at) noexcept {
  for (++at; at < text.size(); ++at) {
    if (text[at] != '\'') continue;
    if (at + 1 == text.size() || text[at + 1] != '\'') return at + 1;
    ++at;
  }
  return text.size();
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t first = at;
    Kind kind = Kind::kWord;
    if (text[at] == '\'') {
      kind = Kind::kLiteral;
      at = literal_end(text, at);
    } else if (mark(text[at])) {
      kind = Kind::kMark;
      ++at;
    } else {
      const bool gap = blank(text[at]);
      kind = gap ? Kind::kBlank : Kind::kWord;
      while (at < text.size() && blank(text[at]) == gap && !mark(text[at]) && text[at] != '\'') {
        ++at;
      }
    }
    tokens.push_back({kind, text.substr(first, at - first)});
  }
  return tokens;
}

// The literal's value when it is whole.
std::optional<std::string> value_of(const Token& literal) {
  if (literal.kind != Kind::kLiteral || literal.text.size() < 2 || literal.text.back() != '\'') {
    return std::nullopt;
  }
  std::string value;
  const std::string_view inside = literal.text.substr(1, literal.text.size() - 2);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    value += inside[i];
    if (inside[i] == '\'') ++i;
  }
  return value;
}

// "Sent Items" -> "sentitems"; "" for what is no well-known name.
std::string well_known(std::string_view value) {
  std::string name;
  for (const char c : core::lower(value)) {
    if (c != ' ' && c != '-') name += c;  // Junk E-mail
  }
  return std::find(kWellKnown.begin(), kWellKnown.end(), name) != kWellKnown.end() ? name : "";
}

class Filter {
 public:
  explicit Filter(std::string_view text) : all_(tokens_of(text)) {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (all_[i].kind != Kind::kBlank) solid_.push_back(i);
    }
    for (std::size_t i = 0; i < solid_.size(); ++i)
      find_folders_at(i);
  }

  const std::vector<Token>& tokens() const noexcept { return all_; }
  // Where literals stand that parentFolderId is compared with, in order.
  const std::vector<std::size_t>& folders() const noexcept { return folders_; }

  // Where `address` stands for a property of the message itself: no part of a path, no function,
  // and nowhere when the filter declares a lambda variable of that name (`any(address:…)`).
  std::vector<std::size_t> addresses() const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < solid_.size(); ++i) {
      if (!word(i, "address") || is(i + 1, "/") || is(i + 1, "(") || is_before(i, "/")) continue;
      if (is(i + 1, ":")) return {};
      found.push_back(solid_[i]);
    }
    return found;
  }

 private:
  const Token& at(std::size_t i) const { return all_[solid_[i]]; }
  bool is(std::size_t i, std::string_view text) const {
    return i < solid_.size() && at(i).kind == Kind::kMark && at(i).text == text;
  }
  bool is_before(std::size_t i, std::string_view text) const { return i > 0 && is(i - 1, text); }
  bool word(std::size_t i, std::string_view text) const {
    return i < solid_.size() && at(i).kind == Kind::kWord &&
           core::equal_ignoring_case(at(i).text, text);
  }
  bool literal(std::size_t i) const { return i < solid_.size() && at(i).kind == Kind::kLiteral; }
  bool comparison(std::size_t i) const { return word(i, "eq") || word(i, "ne"); }

  // `i` may stand on parentFolderId; the comparisons around it.
  void find_folders_at(std::size_t i) {
    if (!word(i, "parentFolderId") || is(i + 1, "/") || is_before(i, "/")) return;
    if (i >= 2 && comparison(i - 1)) {  // 'Inbox' eq parentFolderId
      std::size_t left = i - 2;
      while (left > 0 && is(left, ")"))
        --left;
      if (literal(left)) folders_.push_back(solid_[left]);
    }
    std::size_t right = i + 2;
    if (comparison(i + 1)) {
      while (is(right, "("))
        ++right;
      if (literal(right)) folders_.push_back(solid_[right]);
    } else if (word(i + 1, "in") && is(right, "(")) {
      for (++right; literal(right); right += 2) {
        folders_.push_back(solid_[right]);
        if (!is(right + 1, ",")) break;
      }
    }
  }

  std::vector<Token> all_;
  std::vector<std::size_t> solid_;  // all but the blanks
  std::vector<std::size_t> folders_;
};

std::string quoted(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'') out += c;
    out += c;
  }
  return out + "'";
}

// Ids are base64 of some dozens of octets (graph-mail 3); a short word is a folder's display name.
bool may_be_id(std::string_view value) noexcept {
  constexpr std::size_t kShortestId = 16;
  return value.size() >= kShortestId && std::all_of(value.begin(), value.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '=' || c == '+' || c == '/';
         });
}

}  // namespace

std::vector<std::string> folder_names_in(std::string_view filter) {
  const Filter parsed(filter);
  std::vector<std::string> names;
  for (const std::size_t index : parsed.folders()) {
    const std::string name = well_known(value_of(parsed.tokens()[index]).value_or(""));
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  }
  return names;
}

RewrittenFilter rewrite_filter(std::string_view filter,
                               const std::function<std::string(const std::string&)>& id_of_folder) {
  const Filter parsed(filter);
  const std::vector<std::size_t> addresses = parsed.addresses();
  RewrittenFilter out;
  const auto note = [&out](const std::string& sentence) {
    if (std::find(out.notes.begin(), out.notes.end(), sentence) == out.notes.end()) {
      out.notes.push_back(sentence);
    }
  };
  for (std::size_t i = 0; i < parsed.tokens().size(); ++i) {
    const Token& token = parsed.tokens()[i];
    if (std::binary_search(addresses.begin(), addresses.end(), i)) {
      out.text += "from/emailAddress/address";
      note("Filter: address was replaced by from/emailAddress/address, the sender's address.");
      continue;
    }
    const auto& folders = parsed.folders();
    const std::optional<std::string> value =
        std::find(folders.begin(), folders.end(), i) != folders.end() ? value_of(token)
                                                                      : std::nullopt;
    const std::string name = well_known(value.value_or(""));
    if (!name.empty()) {
      out.text += quoted(id_of_folder(name));
      note("Filter: " + std::string(token.text) +
           ", compared with parentFolderId, was replaced by the id of the folder " + name + ".");
      continue;
    }
    if (value && !may_be_id(*value)) {
      note("Filter: parentFolderId is compared with " + std::string(token.text) +
           ", which is neither a well-known folder name nor an id; the service may find nothing.");
    }
    out.text += token.text;
  }
  return out;
}

}  // namespace coffer::graph
