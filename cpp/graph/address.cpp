#include "graph/address.h"

#include <array>
#include <string>

#include "core/text.h"

namespace coffer::graph {
namespace {

// What each octet may do. A table, because a listing has some hundred octets of names per message.
struct Octets {
  // Stands in a phrase without quotes: atext of RFC 5322 section 3.2.3, blanks between atoms, and
  // everything beyond ASCII (RFC 6532).
  std::array<bool, 256> name{};
  // Stands in an address without <> around it. A blank, a comma or a parenthesis would make the
  // list ambiguous.
  std::array<bool, 256> address{};
  std::array<bool, 256> control{};
};

constexpr Octets octets() noexcept {
  Octets table;
  for (std::size_t i = 0; i < 256; ++i) {
    table.control[i] = i < 0x20 || i == 0x7F;
    table.name[i] = !table.control[i];
    table.address[i] = !table.control[i];
  }
  for (const char c : std::string_view("()<>[]:;@\\,.\"")) {
    table.name[static_cast<unsigned char>(c)] = false;
  }
  for (const char c : std::string_view("()<>[]:;\\,\" ")) {
    table.address[static_cast<unsigned char>(c)] = false;
  }
  return table;
}

constexpr Octets kOctets = octets();

bool all(std::string_view text, const std::array<bool, 256>& allowed) noexcept {
  for (const char c : text) {
    if (!allowed[static_cast<unsigned char>(c)]) return false;
  }
  return true;
}

// Line breaks and other controls become blanks: a name must not begin a header line of its own.
std::string_view one_line(std::string& text, std::string_view others = {}) noexcept {
  for (char& c : text) {
    if (kOctets.control[static_cast<unsigned char>(c)] || others.find(c) != std::string_view::npos)
      c = ' ';
  }
  return core::trim(text);
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_mailbox(std::string& out, std::string name_text, std::string address_text) {
  const std::string_view name = one_line(name_text);
  const std::string_view address = one_line(address_text, "<>");
  if (name.empty() && address.empty()) return;
  if (!out.empty()) out += ", ";
  // Graph repeats the address as the name where there is none.
  if (!name.empty() && name != address) {
    // What looks like an encoded word would be decoded by a reader unless it is quoted (RFC 2047).
    const bool bare =
        !address.empty() && all(name, kOctets.name) && name.find("=?") == std::string_view::npos;
    if (bare) {
      out += name;
    } else {
      append_quoted(out, name);
    }
    if (address.empty()) return;
    out += ' ';
  } else if (address.find('@') != std::string_view::npos && all(address, kOctets.address)) {
    out += address;
    return;
  }
  // Also X.500 names of internal or removed users (/O=EXAMPLE/.../CN=...), which are no addr-spec.
  out += '<';
  out += address;
  out += '>';
}

}  // namespace

std::string mailbox(std::string_view name, std::string_view address) {
  std::string out;
  append_mailbox(out, std::string(name), std::string(address));
  return out;
}

void append_recipient(std::string& list, core::JsonView recipient) {
  const core::JsonView address = recipient["emailAddress"];
  append_mailbox(list, address["name"].string_or(""), address["address"].string_or(""));
}

void append_recipients(std::string& list, core::JsonView recipients) {
  if (!recipients.is_array()) return;
  for (core::JsonView one = recipients.first(); one; one = one.next())
    append_recipient(list, one);
}

}  // namespace coffer::graph
