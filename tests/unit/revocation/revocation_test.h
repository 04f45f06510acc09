// What the tests of this folder share.
#pragma once

#include <doctest/doctest.h>

#include <ctime>
#include <string>

#include "certs/certificate.h"
#include "revocation/answer.h"
#include "test_certificates.h"

namespace coffer::test {

using Kind = revocation::Answer::Kind;

inline certs::Certificate read(const TestCertificate& made) {
  return certs::Certificate::from_der(made.der()).value();
}

inline std::int64_t now() {
  return std::time(nullptr);
}

inline void says(const revocation::Answer& answer, Kind kind, const std::string& words) {
  CAPTURE(answer.problem);
  CHECK(static_cast<int>(answer.kind) == static_cast<int>(kind));
  CHECK(answer.problem.find(words) != std::string::npos);
  if (kind == Kind::kGood) CHECK(answer.problem.empty());
}

}  // namespace coffer::test
