// The main of every unit test executable. With COFFER_JUNIT_DIR set, a JUnit report is written
// beside the console's, so that a driver can count test cases.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

int main(int argc, char** argv) {
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
