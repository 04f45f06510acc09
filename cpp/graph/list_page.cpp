#include "graph/list_page.h"

#include <array>
#include <cstdio>
#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "graph/address.h"

namespace coffer::graph {
namespace {

using core::JsonView;

constexpr std::int32_t kNotUnderstood = 706;
constexpr std::size_t kLongestId = 1024;  // contract, section 4

bool has_control(std::string_view text) noexcept {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  }
  return false;
}

// A text for people: a NUL would end it early in languages whose strings end there.
std::string display_text(JsonView value) {
  std::string text = value.string_or("");
  if (text.find('\0') == std::string::npos) return text;
  std::string out;
  for (const char c : text) {
    if (c == '\0') {
      out += "\xEF\xBF\xBD";
    } else {
      out += c;
    }
  }
  return out;
}

// Takes the id, or states why the item cannot be backed up. What is kept of an unusable one is
// what may be shown.
void take_id(JsonView value, Message& out) {
  if (!value.is_string()) {
    out.problem = "The service listed a message without an id";
    return;
  }
  out.id = value.string_or("");
  if (out.id.empty()) {
    out.problem = "The service listed a message with an empty id";
  } else if (out.id.size() > kLongestId) {
    out.problem = "The service listed a message with an id of " + std::to_string(out.id.size()) +
                  " octets, more than " + std::to_string(kLongestId);
    out.id.resize(kLongestId);
    while (!core::valid_utf8(out.id))
      out.id.pop_back();
  } else if (has_control(out.id)) {
    out.problem = "The service listed a message with control characters in its id";
  }
  if (out.problem.empty()) return;
  for (char& c : out.id) {
    if (has_control({&c, 1})) c = '?';
  }
}

// One pass over the members: a listing has a dozen per message and hundreds of messages per page.
Message message_of(JsonView item) {
  Message out;
  if (!item.is_object()) {
    out.problem = "The service listed something that is not a message";
    return out;
  }
  JsonView id;
  for (JsonView member = item.first(); member; member = member.next()) {
    const std::string_view name = member.name();
    if (name == "id") {
      id = member;
    } else if (name == "subject") {
      out.subject = display_text(member);
    } else if (name == "from") {
      append_recipient(out.from, member);
    } else if (name == "toRecipients") {
      append_recipients(out.sent_to, member);
    } else if (name == "ccRecipients") {
      append_recipients(out.cc, member);
    } else if (name == "bccRecipients") {
      append_recipients(out.bcc, member);
    } else if (name == "receivedDateTime") {
      out.received = display_text(member);
    } else if (name == "sentDateTime") {
      out.sent = display_text(member);
    } else if (name == "createdDateTime") {
      out.created = display_text(member);
    } else if (name == "lastModifiedDateTime") {
      out.modified = display_text(member);
    } else if (name == "hasAttachments") {
      out.has_attachments = member.boolean().value_or(false);
    } else if (name == "internetMessageId") {
      out.internet_message_id = display_text(member);
    }
  }
  take_id(id, out);
  return out;
}

std::string next_link_of(JsonView link) {
  if (!link || link.is_null()) return {};
  std::string text = link.string_or("");
  if (text.empty() || has_control(text)) {
    throw core::Error(kNotUnderstood,
                      "The service's message listing names an unusable next page; run again later");
  }
  return text;
}

}  // namespace

ListPage parse_list_page(std::string_view body) {
  const core::Document document =
      core::Document::parse(body, kNotUnderstood, "service's message listing");
  const JsonView root = document.root();
  const JsonView value = root["value"];
  if (!value.is_array()) {
    throw core::Error(kNotUnderstood,
                      "The service's answer to the listing holds no list of messages");
  }
  ListPage page;
  page.next_link = next_link_of(root["@odata.nextLink"]);
  page.context = root["@odata.context"].string_or("");
  page.messages.reserve(value.size());
  for (JsonView item = value.first(); item; item = item.next()) {
    page.messages.push_back(message_of(item));
  }
  return page;
}

std::string mailbox_of_context(std::string_view context) {
  constexpr std::string_view kUsers = "users('";
  const std::size_t fragment = context.find('#');
  if (fragment == std::string_view::npos) return {};
  std::string_view rest = context.substr(fragment + 1);
  if (!core::starts_with(rest, kUsers)) return {};
  rest.remove_prefix(kUsers.size());
  // The key is an OData string: a quote inside is doubled, and either may be percent-encoded.
  std::size_t end = rest.find('\'');
  while (end != std::string_view::npos && end + 1 < rest.size() && rest[end + 1] == '\'') {
    end = rest.find('\'', end + 2);
  }
  if (end == std::string_view::npos) return {};
  const std::optional<std::string> decoded = core::percent_decode(rest.substr(0, end));
  if (!decoded || has_control(*decoded)) return {};
  std::string mailbox;
  for (std::size_t i = 0; i < decoded->size(); ++i) {
    mailbox += (*decoded)[i];
    if ((*decoded)[i] == '\'' && i + 1 < decoded->size() && (*decoded)[i + 1] == '\'') ++i;
  }
  return mailbox;
}

std::string month_of(std::string_view created) {
  const std::optional<std::int64_t> seconds = core::parse_timestamp(created);
  if (!seconds) return "undated";
  const core::Date date = core::date_of(*seconds);
  if (!core::valid(date)) return "undated";  // the offset led out of the years 1 to 9999
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d", date.year, date.month);
  return text.data();
}

}  // namespace coffer::graph
