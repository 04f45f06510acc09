// The checker and cJSON must agree: what is accepted is read, and what is read can be written and
// read again; what is refused ends in an Error.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/json.h"
#include "require.h"

namespace core = coffer::core;

namespace {

void check(std::string_view text, const core::JsonLimits& limits) {
  const bool good = core::json_problem(text, limits).empty();
  bool read = false;
  try {
    const auto document = core::Document::parse(text, 706, "input", limits);
    read = true;
    const std::string once = document.root().text();
    require(core::json_problem(once).empty());
    require(core::Document::parse(once, 706, "output").root().text() == once);
  } catch (const core::Error& error) {
    require(!read && error.code() == 706);
  }
  require(read == good);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  core::JsonLimits strict;
  strict.replace_lone_surrogates = false;
  strict.allow_nul = false;
  check(text, {});
  check(text, strict);
  require(core::json_problem(core::json_quoted(text)).empty());
  return 0;
}
