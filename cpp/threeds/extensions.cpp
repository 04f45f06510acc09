#include "threeds/extensions.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/text.h"
#include "threeds/creq.h"
#include "threeds/json_object.h"
#include "threeds/json_path.h"
#include "threeds/json_scan.h"
#include "threeds/message_json.h"

namespace coffer::threeds {
namespace {

constexpr std::int32_t kTooMany = 606;
constexpr std::int32_t kBadValue = 713;
constexpr std::size_t kLongestName = 64;
constexpr std::string_view kMember = "messageExtension";

void check_text(std::string_view what, std::string_view text) {
  if (text.empty()) {
    throw core::Error(kBadValue, "An extension needs " + std::string(what) + ": set it");
  }
  if (character_count(text) > kLongestName) {
    throw core::Error(kBadValue, "The " + std::string(what.substr(what.find(' ') + 1)) +
                                     " of an extension may have 64 characters, not " +
                                     std::to_string(character_count(text)));
  }
}

void refuse_more(std::size_t count) {
  throw core::Error(kTooMany, "A message carries at most " +
                                  std::to_string(kMostOutgoingExtensions) +
                                  " extensions: remove some of the " + std::to_string(count));
}

// The elements' data as written, in the order of the array. Empty when they cannot be told apart.
std::vector<std::string> data_of(std::string_view raw) {
  std::vector<std::string> out;
  if (raw.empty()) return out;
  const XDocument tree = json_tree(raw);
  for (const XNode& element : tree.node.children[0].children) {
    std::string& data = out.emplace_back();
    for (const XNode& member : element.children) {
      if (member.name == "data") data = tree.source.substr(member.begin, member.end - member.begin);
    }
  }
  return out;
}

// true and false also as strings: some ACSs send them so (emv-3ds section 13).
std::optional<bool> criticality(core::JsonView value) {
  if (const auto flag = value.boolean()) return flag;
  const std::string text = core::lower(value.string_or(""));
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

bool missing(core::JsonView value) {
  return !value || value.is_null() || (value.is_string() && value.string_or("").empty());
}

std::string element_name(std::string_view member) {
  return std::string(kMember) + "." + std::string(member);
}

void check_element(core::JsonView element, bool strict, Faults& absent, Faults& wrong) {
  if (!element.is_object()) {
    wrong.add("203", kMember);
    return;
  }
  for (const std::string_view name : {"name", "id", "criticalityIndicator", "data"}) {
    if (missing(element[name])) absent.add("201", element_name(name));
  }
  for (const std::string_view name : {"name", "id"}) {
    const auto value = element[name];
    if (!missing(value) && !value.is_string()) wrong.add("203", element_name(name));
  }
  const auto critical = element["criticalityIndicator"];
  if (!missing(critical) && (strict ? !critical.boolean() : !criticality(critical))) {
    wrong.add("203", element_name("criticalityIndicator"));
  }
  const auto data = element["data"];
  if (!missing(data) && !data.is_object()) wrong.add("203", element_name("data"));
}

Extension extension_of(core::JsonView element, std::string data) {
  Extension out;
  out.id = element["id"].string_or("");
  out.name = element["name"].string_or("");
  out.critical = criticality(element["criticalityIndicator"]).value_or(false);
  out.data = std::move(data);
  return out;
}

}  // namespace

void check_extension_room(std::size_t count) {
  if (count >= kMostOutgoingExtensions) refuse_more(count + 1);
}

void check_extension(const Extension& extension) {
  check_text("an id", extension.id);
  check_text("a name", extension.name);
  const std::string problem = core::json_problem(extension.data, message_limits());
  const std::string name = "The data of the extension \"" + shown(extension.id, 64) + "\" ";
  if (!problem.empty()) {
    throw core::Error(kBadValue, name + "is not the text of a JSON object: " + problem);
  }
  const auto document =
      core::Document::parse(extension.data, kBadValue, "extension", message_limits());
  if (!document.root().is_object()) {
    throw core::Error(kBadValue, name + "is not the text of a JSON object");
  }
}

void check_raw_extensions(std::string_view raw) {
  if (raw.empty()) return;
  const std::string problem = core::json_problem(raw, message_limits());
  const std::string name = "OutgoingRawExtensions must be a JSON array of objects";
  if (!problem.empty()) throw core::Error(kBadValue, name + ": " + problem);
  const auto document = core::Document::parse(raw, kBadValue, "extensions", message_limits());
  bool good = document.root().is_array();
  for (auto item = document.root().first(); item; item = item.next())
    good = good && item.is_object();
  if (!good) throw core::Error(kBadValue, name);
  if (document.root().size() > kMostOutgoingExtensions) refuse_more(document.root().size());
}

std::string outgoing_extensions_json(const std::vector<Extension>& list, std::string_view raw) {
  raw = core::trim(raw);
  check_raw_extensions(raw);
  if (!raw.empty()) return std::string(raw);
  if (list.empty()) return "";
  if (list.size() > kMostOutgoingExtensions) refuse_more(list.size());
  std::string out;
  for (const Extension& extension : list) {
    check_extension(extension);
    JsonObject element;
    element.string("name", extension.name)
        .string("id", extension.id)
        .raw("criticalityIndicator", extension.critical ? "true" : "false")
        .raw("data", core::trim(extension.data));
    out += out.empty() ? "[" : ",";
    out += element.take();
  }
  return out + "]";
}

IncomingExtensions read_extensions(core::JsonView root, std::string_view message,
                                   const std::vector<std::string>& known, bool strict,
                                   Faults& faults) {
  IncomingExtensions out;
  const core::JsonView array = root[kMember];
  if (missing(array)) return out;
  if (!array.is_array() || array.size() > kMostIncomingExtensions) {
    faults.add("203", kMember);
    return out;
  }
  Faults absent;
  Faults wrong;
  Faults twice;
  std::set<std::string> seen;
  for (auto element = array.first(); element; element = element.next()) {
    check_element(element, strict, absent, wrong);
    if (!seen.insert(element.text()).second) twice.add("204", kMember);
  }
  for (const Faults* stage : {&absent, &wrong, &twice}) {
    if (stage->none()) continue;
    faults.add(stage->first().emv_code, stage->first().error_detail);
    return out;
  }
  out.raw = raw_member(message, kMember);
  const std::vector<std::string> data = data_of(out.raw);
  std::size_t index = 0;
  for (auto element = array.first(); element; element = element.next(), ++index) {
    out.list.push_back(extension_of(element, data[index]));
    const Extension& extension = out.list.back();
    const bool unknown = std::find(known.begin(), known.end(), extension.id) == known.end();
    if (extension.critical && unknown) faults.add("202", extension.id);
  }
  return out;
}

IncomingExtensions read_extensions_leniently(core::JsonView root, std::string_view message) {
  IncomingExtensions out;
  const core::JsonView array = root[kMember];
  if (!array) return out;
  out.raw = raw_member(message, kMember);
  if (!array.is_array()) return out;
  const std::vector<std::string> data = data_of(out.raw);
  std::size_t index = 0;
  for (auto element = array.first(); element; element = element.next(), ++index) {
    if (element.is_object()) out.list.push_back(extension_of(element, data[index]));
  }
  return out;
}

std::vector<std::string> extension_ids(std::string_view comma_separated) {
  std::vector<std::string> out;
  for (const std::string_view part : core::split(comma_separated, ',')) {
    if (!core::trim(part).empty()) out.emplace_back(core::trim(part));
  }
  return out;
}

}  // namespace coffer::threeds
