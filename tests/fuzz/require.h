// What a fuzzer asserts, in every kind of build: a false one is a finding.
#pragma once

#include <cstdlib>

inline void require(bool condition) {
  if (!condition) std::abort();
}
