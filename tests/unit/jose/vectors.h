// Reading the JSON collections of test vectors.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "core/json.h"
#include "testdata.h"

inline coffer::core::Document vectors(const std::string& path) {
  const std::string text = testdata_file(std::filesystem::path("jose") / path);
  REQUIRE_FALSE(text.empty());
  return coffer::core::Document::parse(text, 706, path);
}

template <typename Each>
void for_each_test(const std::string& file, Each each) {
  const auto document = vectors("wycheproof/" + file);
  for (auto group = document.root()["testGroups"].first(); group; group = group.next()) {
    for (auto test = group["tests"].first(); test; test = test.next()) {
      const std::string which = test["tcId"].text() + ' ' + test["comment"].string_or("");
      CAPTURE(file);
      CAPTURE(which);
      each(group, test);
    }
  }
}

// How many ran is printed, and too few are a failure: a changed format must not pass unseen.
inline void report(const std::string& what, int ran, int least) {
  MESSAGE(what << ": " << ran << " vectors");
  CHECK(ran >= least);
}
