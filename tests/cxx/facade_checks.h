// What the tests of the facade share: folders for one test, codes of errors.
//
// Threads: one.
#pragma once

#include <doctest/doctest.h>

#include <coffer/coffer.hpp>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace facade_test {

// An empty folder for one test.
class Folder {
 public:
  explicit Folder(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    std::string name = (parent / "coffer-facade-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// Of the CofferError that a call ends with; 0 when none.
template <class Function>
std::int32_t code_of(Function&& function) {
  try {
    function();
  } catch (const coffer::CofferError& error) {
    CHECK(std::string(error.what()) != "");
    return error.code();
  }
  return 0;
}

}  // namespace facade_test
