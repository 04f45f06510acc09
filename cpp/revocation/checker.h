// Whether the certificates of a verified chain are revoked: asks for each but the anchor, with what
// it names itself, and keeps the answers for a run.
//
// Threads: everything belongs to the transport's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "core/clock.h"
#include "crypto/random.h"
#include "revocation/answer.h"
#include "revocation/fetcher.h"
#include "revocation/policy.h"

namespace coffer::revocation {

struct Verdict {
  std::string problem;     // empty: none is revoked
  std::int64_t until = 0;  // seconds since the epoch: then the question is open again
};

class Checker : public std::enable_shared_from_this<Checker> {
 public:
  using Done = std::function<void(const Verdict&)>;

  // What is given by reference must outlive the checker.
  Checker(const Policy& policy, Fetcher& fetcher, const core::Clock& clock, crypto::Random& random)
      : policy_(policy), fetcher_(fetcher), clock_(clock), random_(random) {}

  // `chain` is DER, leaf to anchor, as it was verified. `done` may be called from inside, or later,
  // or never when the checker goes first.
  void check(const std::vector<std::string>& chain, Done done);

 private:
  struct Check;
  struct Question;
  using Asked = std::shared_ptr<Question>;

  void ask(const std::shared_ptr<Check>& check, bool ocsp, std::size_t place);
  void proceed(const Asked& question);
  bool answer_from_memory(const Asked& question);
  void receive(const std::string& key, const Fetched& fetched);
  Answer judge(const Question& question, const std::string& octets);
  void answered(const Asked& question, const Answer& answer);
  void settle(Question& question, const Answer& answer);
  bool tolerated(const Question& question, const Answer& answer) const;
  std::int64_t now() const;

  const Policy policy_;
  Fetcher& fetcher_;
  const core::Clock& clock_;
  crypto::Random& random_;
  struct List {
    std::string octets;
    std::int64_t until = 0;
  };
  std::map<std::string, List> lists_;      // by URL
  std::map<std::string, Answer> answers_;  // of OCSP, by URL and CertID
  std::map<std::string, std::vector<Asked>> under_way_;
};

}  // namespace coffer::revocation
