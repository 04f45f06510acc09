// Filter rewriting: a second rewriting changes nothing, and literals that are no folder names
// survive as they were.
#include <cstdint>
#include <string>
#include <string_view>

#include "graph/list_query.h"
#include "require.h"

namespace graph = coffer::graph;

namespace {

std::string id_of(const std::string& name) {
  return "AAMk_folder_id_of_" + name + "'=";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto names = graph::folder_names_in(text);
  const auto once = graph::rewrite_filter(text, id_of);
  require(graph::folder_names_in(once.text).empty());
  require(graph::rewrite_filter(once.text, id_of).text == once.text);
  require(!names.empty() || once.text.size() >= text.size());
  graph::ListQuery query;
  query.base = "https://host/v1.0";
  query.filter = once.text;
  const std::string url = graph::list_url(query);
  require(url.find_first_of(" '\r\n#") == std::string::npos);
  return 0;
}
