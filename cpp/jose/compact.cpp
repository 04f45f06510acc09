#include "jose/compact.h"

#include <utility>

#include "core/error.h"
#include "jose/base64url.h"

namespace coffer::jose {
namespace {

constexpr std::size_t kMostDepth = 8;

Header refused(std::string problem) {
  Header header;
  header.problem = std::move(problem);
  return header;
}

}  // namespace

std::optional<std::vector<std::string_view>> parts(std::string_view compact, std::size_t count) {
  std::vector<std::string_view> out;
  out.reserve(count);
  for (std::size_t begin = 0;;) {
    const std::size_t dot = compact.find('.', begin);
    out.push_back(compact.substr(begin, dot - begin));
    if (dot == std::string_view::npos) break;
    if (out.size() == count) return std::nullopt;  // a part too many
    begin = dot + 1;
  }
  if (out.size() != count) return std::nullopt;
  return out;
}

Header read_header(std::string_view part, std::size_t most_octets) {
  auto json = decode_base64url(part);
  if (!json) return refused("the header is not base64url");
  core::JsonLimits limits;
  limits.max_depth = kMostDepth;
  limits.max_size = most_octets;
  limits.replace_lone_surrogates = false;
  limits.allow_nul = false;
  Header header;
  try {
    header.document = core::Document::parse(*json, 604, "header", limits);
  } catch (const core::Error& error) {
    return refused(error.what());
  }
  const core::JsonView root = header.document->root();
  if (!root.is_object()) return refused("the header is not an object");
  if (root["crit"]) return refused("the header asks for extensions (crit)");
  header.json = std::move(*json);
  return header;
}

}  // namespace coffer::jose
