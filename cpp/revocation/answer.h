// What a revocation list or an OCSP responder says of one certificate.
//
// Threads: plain data.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace coffer::revocation {

constexpr std::int64_t kClockTolerance = 300;  // seconds that clocks may differ
constexpr std::int64_t kLongestUse = 3600;     // seconds that an answer is used at most
constexpr std::int64_t kPause = 300;           // seconds until what is tolerated is asked again

struct Answer {
  enum class Kind {
    kGood,
    kRevoked,
    kUnknown,   // the responder does not know the certificate, or there is nobody to ask
    kNoAnswer,  // nothing came, or a responder that does not say: another one may
    kUnusable,  // an answer came that must not be believed
  };
  Kind kind = Kind::kUnusable;
  std::string problem;     // the end of "'CN=host' ..."; empty when good
  std::int64_t until = 0;  // when good: used until then, seconds since the epoch
};

inline Answer unusable(std::string problem) {
  return {Answer::Kind::kUnusable, std::move(problem), 0};
}
inline Answer unknown(std::string problem) {
  return {Answer::Kind::kUnknown, std::move(problem), 0};
}

inline Answer no_answer(std::string problem) {
  return {Answer::Kind::kNoAnswer, std::move(problem), 0};
}

// "keyCompromise" for a CRLReason (RFC 5280 section 5.3.1), else its number.
std::string reason_name(unsigned reason);

}  // namespace coffer::revocation
