// Where the collections of public test data are: COFFER_TESTDATA, or shared/testdata beside the
// source.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

inline std::filesystem::path testdata() {
  const char* const given = std::getenv("COFFER_TESTDATA");
  return given != nullptr && *given != '\0' ? given : COFFER_TESTDATA_DIR;
}

inline std::string testdata_file(const std::filesystem::path& path) {
  std::ifstream in(testdata() / path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}
