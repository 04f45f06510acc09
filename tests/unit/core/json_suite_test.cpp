// JSONTestSuite (Nicolas Seriot, MIT): its y_ files must be accepted and its n_ files refused.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "core/error.h"
#include "core/json.h"
#include "testdata.h"

namespace core = coffer::core;
namespace fs = std::filesystem;

namespace {

// Where we are stricter on purpose: RFC 8259 says names SHOULD be unique, the contract (section 2)
// refuses duplicates.
const std::set<std::string> kStricter = {"y_object_duplicated_key.json",
                                         "y_object_duplicated_key_and_value.json"};

fs::path suite() {
  return testdata() / "json" / "jsontestsuite" / "test_parsing";
}

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool parses(const std::string& text) {
  try {
    core::Document::parse(text, 706, "test");
    return true;
  } catch (const core::Error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("JSONTestSuite") {
  REQUIRE(fs::is_directory(suite()));
  int accepted = 0;
  int refused = 0;
  for (const auto& entry : fs::directory_iterator(suite())) {
    const std::string name = entry.path().filename().string();
    const std::string text = contents(entry.path());
    const std::string problem = core::json_problem(text);
    CAPTURE(name);
    CAPTURE(problem);
    // The checker's word is final: what it accepts, the parser reads.
    CHECK(problem.empty() == parses(text));
    if (name.rfind("y_", 0) == 0) {
      CHECK(problem.empty() == (kStricter.count(name) == 0));
      ++accepted;
    } else if (name.rfind("n_", 0) == 0) {
      CHECK_FALSE(problem.empty());
      ++refused;
    }
  }
  MESSAGE(accepted << " accepted, " << refused << " refused");
  CHECK(accepted > 60);
  CHECK(refused > 120);
}
