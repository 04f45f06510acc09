#include "store/eml_file.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "core/text.h"
#include "crypto/digest.h"

namespace coffer::store {
namespace {

constexpr std::string_view kName = "X-NS-Backup:";
constexpr std::size_t kPreferredLine = 78;  // RFC 5322 section 2.1.1, without CRLF
constexpr std::size_t kLongestLine = 998;
// A header section longer than this is no mail's.
constexpr std::size_t kLongestSection = std::size_t{1} << 20;

bool blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

void append_encoded(std::string& out, std::string_view value) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '%' || c == ';' || octet <= 0x20 || octet >= 0x7F) {
      out += '%';
      out += kDigits[octet >> 4U];
      out += kDigits[octet & 0x0FU];
    } else {
      out += c;
    }
  }
}

// No value has blanks of its own (they are encoded), so a value that is longer than a line may be
// cut with CRLF SPACE anywhere but inside an escape: the reader drops blanks inside values.
std::string cut(std::string_view item) {
  std::string out;
  std::size_t room = kLongestLine - 1;  // the SPACE that begins its line
  while (item.size() > room) {
    std::size_t length = room;
    if (item[length - 1] == '%') {
      length -= 1;
    } else if (item[length - 2] == '%') {
      length -= 2;
    }
    out.append(item.substr(0, length)).append("\r\n ");
    item.remove_prefix(length);
  }
  return out.append(item);
}

// The field's body, line ends removed; and where the field ends. Nothing when it does not end.
std::optional<std::string> unfolded(std::string_view text, std::size_t& end) {
  std::string out;
  std::size_t at = 0;
  for (;;) {
    const std::size_t line = text.find('\n', at);
    if (line == std::string_view::npos) return std::nullopt;
    const std::size_t length = line > at && text[line - 1] == '\r' ? line - 1 - at : line - at;
    out.append(text.substr(at, length));
    at = line + 1;
    if (at >= text.size() || !blank(text[at])) break;
  }
  end = at;
  return out;
}

std::optional<std::string> decoded(std::string_view value) {
  std::string dense;
  dense.reserve(value.size());
  std::copy_if(value.begin(), value.end(), std::back_inserter(dense),
               [](char c) { return !blank(c); });
  if (dense.find('%') == std::string::npos) return dense;
  return core::percent_decode(dense);
}

// Our own form. False when it is something else.
bool parse_parameters(std::string_view body, BackupHeader& header) {
  bool has_id = false;
  for (const std::string_view part : core::split(body, ';')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = core::trim(part.substr(0, equals));
    std::optional<std::string> value = decoded(part.substr(equals + 1));
    if (!value) return false;
    if (core::equal_ignoring_case(name, "id")) {
      header.id = *value;
      has_id = !header.id.empty();
    } else if (core::equal_ignoring_case(name, "modified")) {
      header.modified = *value;
    } else if (core::equal_ignoring_case(name, "mailbox")) {
      header.mailbox = std::move(value);
    } else if (core::equal_ignoring_case(name, "ids")) {
      header.id_kind = std::move(value);
    }
  }
  return has_id;
}

bool looks_like_date(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T";
  if (text.size() < kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == '0' ? !digit : text[i] != kShape[i]) return false;
  }
  return true;
}

// "<id> <date>", "<id>;<date>" and the like, as another product may have written them (contract
// section 4; the original's syntax is not published, graph-mail 9.1).
bool parse_bare_pair(std::string_view body, BackupHeader& header) {
  constexpr std::string_view kSeparators = " \t;,|";
  const std::string_view text = core::trim(body);
  const std::size_t separator = text.find_last_of(kSeparators);
  if (separator == std::string_view::npos) return false;
  const std::string_view date = text.substr(separator + 1);
  const std::size_t id_end = text.find_last_not_of(kSeparators, separator);
  if (!looks_like_date(date) || id_end == std::string_view::npos) return false;
  header.id = std::string(text.substr(0, id_end + 1));
  header.modified = std::string(date);
  // A folded field has blanks inside; an id has none.
  return header.id.find_first_of(kSeparators) == std::string::npos;
}

bool hex_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string compose_header(std::string_view id, std::string_view modified, std::string_view mailbox,
                           std::string_view id_kind) {
  constexpr std::size_t kRest = 64;  // names, folds, the end
  const std::array<std::pair<std::string_view, std::string_view>, 4> items = {{
      {"id=", id},
      {"modified=", modified},
      {"mailbox=", mailbox},
      {"ids=", id_kind},
  }};
  std::string out;
  out.reserve(kName.size() + id.size() + modified.size() + mailbox.size() + id_kind.size() + kRest);
  out.append(kName) += " v=1;";
  std::size_t line = out.size();
  std::string item;
  item.reserve(id.size() + kRest);
  for (const auto& [name, value] : items) {
    item.assign(name);
    append_encoded(item, value);
    if (name != items.back().first) item += ';';
    if (line + 1 + item.size() <= kPreferredLine) {
      out.append(" ").append(item);
      line += 1 + item.size();
      continue;
    }
    const std::string lines = cut(item);
    out.append("\r\n ").append(lines);
    const std::size_t last = lines.rfind('\n');
    line = last == std::string::npos ? 1 + lines.size() : lines.size() - last - 1;
  }
  return out += "\r\n";
}

std::optional<BackupHeader> parse_header(std::string_view beginning) {
  if (beginning.size() < kName.size() ||
      !core::equal_ignoring_case(beginning.substr(0, kName.size()), kName)) {
    return std::nullopt;
  }
  std::size_t end = 0;
  const std::optional<std::string> body = unfolded(beginning.substr(kName.size()), end);
  if (!body) return std::nullopt;
  BackupHeader header;
  if (!parse_parameters(*body, header)) {
    header = {};
    if (!parse_bare_pair(*body, header)) return std::nullopt;
  }
  header.size = kName.size() + end;
  return header;
}

std::optional<BackupHeader> read_header(fs::File& file) {
  std::array<char, kHeaderReadSize> beginning;
  const std::size_t size = file.read(0, beginning.data(), beginning.size());
  return parse_header(std::string_view(beginning.data(), size));
}

std::string eml_name(std::string_view id) {
  return crypto::sha1_hex(id) + ".eml";
}

bool is_eml_name(std::string_view name) {
  constexpr std::size_t kDigits = 40;
  return name.size() == kDigits + 4 && name.substr(kDigits) == ".eml" &&
         hex_digits(name.substr(0, kDigits));
}

bool is_month_folder(std::string_view name) {
  if (name == "undated") return true;
  if (name.size() != 7 || name[4] != '-') return false;
  const std::optional<std::int64_t> year = core::parse_int(name.substr(0, 4));
  const std::optional<std::int64_t> month = core::parse_int(name.substr(5));
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return year && month && digit(name[0]) && digit(name[5]) && *month >= 1 && *month <= 12;
}

std::string message_id_field(fs::File& file, std::size_t offset) {
  constexpr std::string_view kField = "message-id:";
  std::string section;
  std::array<char, kHeaderReadSize> block;
  std::size_t line = 0;  // where the next unread line begins
  while (section.size() < kLongestSection) {
    const std::size_t size = file.read(offset + section.size(), block.data(), block.size());
    const bool last = size < block.size();
    section.append(block.data(), size);
    // One more line end, so that a message without a body ends its last field.
    if (last) section += "\n\n";
    for (;;) {
      const std::size_t line_end = section.find('\n', line);
      if (line_end == std::string::npos) break;
      std::string_view text = std::string_view(section).substr(line, line_end - line);
      if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
      if (text.empty()) return {};  // the end of the header section
      if (core::equal_ignoring_case(text.substr(0, kField.size()), kField)) {
        std::size_t end = 0;
        const std::string_view rest = std::string_view(section).substr(line + kField.size());
        const std::optional<std::string> value = unfolded(rest, end);
        // It may go on in the block that was not read yet.
        if (!value || (end >= rest.size() && !last)) break;
        return std::string(core::trim(*value));
      }
      line = line_end + 1;
    }
    if (last) return {};
  }
  return {};
}

}  // namespace coffer::store
