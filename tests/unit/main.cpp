// The main of every unit test executable. With COFFER_JUNIT_DIR set, a JUnit report is written
// beside the console's, so that a driver can count test cases. Compiled with COFFER_TESTDATA_DIR it
// is the main of those that read the collections of public test data, and skips them where there
// are none.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#ifdef COFFER_TESTDATA_DIR
#  include <iostream>

#  include "testdata.h"
#endif

int main(int argc, char** argv) {
#ifdef COFFER_TESTDATA_DIR
  constexpr int kSkipped = 77;  // to meson
  if (!std::filesystem::is_directory(testdata())) {
    std::cout << "no test data in " << testdata().string() << "; COFFER_TESTDATA names another\n";
    return kSkipped;
  }
#endif
  doctest::Context context(argc, argv);
  const char* folder = std::getenv("COFFER_JUNIT_DIR");
  if (folder != nullptr && *folder != '\0') {
    const std::string name = std::filesystem::path(argv[0]).filename().string();
    const std::string out = std::string(folder) + "/" + name + ".xml";
    context.setOption("reporters", "junit");
    context.setOption("out", out.c_str());
  }
  return context.run();
}
