#include "graph/address.h"

#include "core/text.h"

namespace coffer::graph {
namespace {

bool control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// What stands in a phrase without quotes: atext of RFC 5322 section 3.2.3, blanks between atoms,
// and everything beyond ASCII (RFC 6532).
bool plain_in_name(char c) noexcept {
  return !control(c) && std::string_view("()<>[]:;@\\,.\"").find(c) == std::string_view::npos;
}

// What stands in an address without <> around it. A blank, a comma or a parenthesis would make
// the list ambiguous.
bool plain_in_address(char c) noexcept {
  return !control(c) && std::string_view("()<>[]:;\\,\" ").find(c) == std::string_view::npos;
}

template <typename Plain>
bool all(std::string_view text, Plain plain) {
  for (const char c : text) {
    if (!plain(c)) return false;
  }
  return true;
}

// Line breaks and other controls become blanks: a name must not begin a header line of its own.
std::string one_line(std::string_view text, std::string_view others = {}) {
  std::string out(text);
  for (char& c : out) {
    if (control(c) || others.find(c) != std::string_view::npos) c = ' ';
  }
  return std::string(core::trim(out));
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace

std::string mailbox(std::string_view raw_name, std::string_view raw_address) {
  const std::string name = one_line(raw_name);
  const std::string address = one_line(raw_address, "<>");
  std::string out;
  out.reserve(name.size() + address.size() + 5);
  if (!name.empty()) {
    // What looks like an encoded word would be decoded by a reader unless it is quoted (RFC 2047).
    const bool bare =
        !address.empty() && all(name, plain_in_name) && name.find("=?") == std::string::npos;
    if (bare)
      out += name;
    else
      append_quoted(out, name);
    if (address.empty()) return out;
    out += ' ';
  } else if (address.find('@') != std::string::npos && all(address, plain_in_address)) {
    return address;
  } else if (address.empty()) {
    return out;
  }
  // Also X.500 names of internal or removed users (/O=EXAMPLE/…/CN=…), which are no addr-spec.
  out += '<';
  out += address;
  out += '>';
  return out;
}

void append_recipient(std::string& list, core::JsonView recipient) {
  const core::JsonView address = recipient["emailAddress"];
  const std::string text = mailbox(address["name"].string_or(""), address["address"].string_or(""));
  if (text.empty()) return;
  if (!list.empty()) list += ", ";
  list += text;
}

void append_recipients(std::string& list, core::JsonView recipients) {
  if (!recipients.is_array()) return;
  for (core::JsonView one = recipients.first(); one; one = one.next())
    append_recipient(list, one);
}

}  // namespace coffer::graph
