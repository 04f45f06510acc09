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

// An answer with that wish's thisUpdate and nextUpdate: believed between them, and minutes around.
template <class Judge, class Wish>
void believed_within_its_time(const Judge& judge, Wish wish) {
  const auto from = [&](int begin, int end) {
    wish.from_seconds = begin;
    wish.to_seconds = end;
    return judge(wish);
  };
  says(from(-9000, -3000), Kind::kUnusable, "has expired");
  says(from(-9000, -100), Kind::kGood, "");
  says(from(3000, 9000), Kind::kUnusable, "not valid yet");
  says(from(100, 9000), Kind::kGood, "");
}

}  // namespace coffer::test
