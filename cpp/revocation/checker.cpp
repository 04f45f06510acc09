#include "revocation/checker.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

#include "revocation/crl.h"
#include "revocation/ocsp.h"
#include "revocation/sources.h"

namespace coffer::revocation {
namespace {

constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

std::string source_name(bool ocsp) {
  return ocsp ? "OCSP responder" : "revocation list";
}

bool settles(const Answer& answer) {
  return answer.kind == Answer::Kind::kGood || answer.kind == Answer::Kind::kRevoked;
}

}  // namespace

// One chain: what is still open, and the problems found, in the order of the questions.
struct Checker::Check {
  std::vector<certs::Certificate> chain;
  Done done;
  std::vector<std::string> problems;
  std::size_t open = 0;
  std::int64_t until = kForever;

  void close_one() {
    if (--open > 0) return;
    const auto first = std::find_if(problems.begin(), problems.end(),
                                    [](const std::string& one) { return !one.empty(); });
    const Done told = std::move(done);
    told({first == problems.end() ? std::string() : *first, until});
  }
};

// One certificate, one kind of source.
struct Checker::Question {
  std::shared_ptr<Check> check;
  bool ocsp = false;
  std::size_t place = 0;  // of the certificate in the chain
  std::size_t slot = 0;   // in the problems
  certs::Certificate issuer;
  std::vector<std::string> urls;
  std::size_t next = 0;  // of the URLs
  OcspRequest request;

  const certs::Certificate& subject() const { return check->chain[place]; }
  std::string key() const { return urls[next] + (ocsp ? '\n' + request.cert_id : std::string()); }
};

std::int64_t Checker::now() const {
  return std::chrono::duration_cast<std::chrono::seconds>(clock_.wall().time_since_epoch()).count();
}

void Checker::check(const std::vector<std::string>& chain, Done done) {
  const auto check = std::make_shared<Check>();
  for (const std::string& der : chain) {
    if (auto one = certs::Certificate::from_der(der)) check->chain.push_back(std::move(*one));
  }
  if (chain.empty() || check->chain.size() != chain.size()) {
    done({"its revocation cannot be checked: a certificate of its chain cannot be read", now()});
    return;
  }
  check->done = std::move(done);
  check->open = 1;  // until all questions are put
  // The anchor is trusted as it is, unless it is the server's own certificate.
  const std::size_t count = chain.size() > 1 ? chain.size() - 1 : 1;
  for (std::size_t place = 0; place < count; ++place) {
    ask(check, false, place);
    ask(check, true, place);
  }
  check->close_one();
}

void Checker::ask(const std::shared_ptr<Check>& check, bool ocsp, std::size_t place) {
  const Mode mode = ocsp ? policy_.ocsp : policy_.crl;
  if (mode == Mode::kOff) return;
  const bool last = place + 1 == check->chain.size();
  const certs::Certificate& subject = check->chain[place];
  const certs::Certificate& issuer = last ? subject : check->chain[place + 1];
  const auto question = std::make_shared<Question>(
      Question{check, ocsp, place, check->problems.size(), issuer, {}, 0, {}});
  check->problems.emplace_back();
  ++check->open;
  Sources sources = ocsp ? ocsp_sources(subject) : crl_sources(subject);
  const std::string what = source_name(ocsp);
  if (sources.malformed) {
    settle(*question, unusable("cannot be checked: what it says of its " + what + " is malformed"));
  } else if (sources.only_others) {
    settle(*question,
           unknown("cannot be checked: it names no " + what + " that is asked over http"));
  } else if (sources.none()) {
    settle(*question, mode == Mode::kIfNamed
                          ? Answer{Answer::Kind::kGood, {}, kForever}
                          : unknown("names no " + what + ", which " +
                                    (ocsp ? "SSLCheckOCSP" : "SSLCheckCRL") + "=2 asks for"));
  } else if (subject.issuer_key() != issuer.subject_key()) {
    settle(*question, unusable("cannot be checked: the certificate of its issuer is not known"));
  } else {
    question->urls = std::move(sources.urls);
    if (ocsp) question->request = make_ocsp_request(subject, issuer, random_);
    proceed(question);
  }
}

void Checker::proceed(const Asked& question) {
  if (answer_from_memory(question)) return;
  const std::string key = question->key();
  auto& waiting = under_way_[key];
  waiting.push_back(question);
  if (waiting.size() > 1) return;  // one fetch at a time
  const std::weak_ptr<Checker> self = weak_from_this();
  fetcher_.fetch({question->urls[question->next], question->request.der},
                 [self, key](const Fetched& fetched) {
                   if (const auto checker = self.lock()) checker->receive(key, fetched);
                 });
}

bool Checker::answer_from_memory(const Asked& question) {
  if (question->ocsp) {
    const auto found = answers_.find(question->key());
    if (found == answers_.end() || found->second.until <= now()) return false;
    settle(*question, Answer(found->second));
    return true;
  }
  const auto found = lists_.find(question->key());
  if (found == lists_.end() || found->second.until <= now()) return false;
  settle(*question, judge(*question, found->second.octets));
  return true;
}

Answer Checker::judge(const Question& question, const std::string& octets) {
  if (question.ocsp) {
    Answer answer = judge_ocsp(octets, question.request, question.issuer, now());
    if (settles(answer)) answers_[question.key()] = answer;
    return answer;
  }
  return judge_crl(octets, question.subject(), question.issuer, question.urls, now());
}

void Checker::receive(const std::string& key, const Fetched& fetched) {
  const auto found = under_way_.find(key);
  if (found == under_way_.end()) return;
  const std::vector<Asked> waiting = std::move(found->second);
  under_way_.erase(found);
  std::optional<Answer> shared;  // OCSP: the nonce is that of the first
  for (const Asked& question : waiting) {
    if (!fetched.problem.empty()) {
      answered(question, no_answer("cannot be checked: its " + source_name(question->ocsp) +
                                   " cannot be had: " + fetched.problem));
      continue;
    }
    if (question->ocsp) {
      if (!shared) shared = judge(*question, fetched.body);
      answered(question, *shared);
      continue;
    }
    const Answer answer = judge(*question, fetched.body);
    if (settles(answer)) lists_[key] = {fetched.body, answer.until};
    answered(question, answer);
  }
}

void Checker::answered(const Asked& question, const Answer& answer) {
  const bool another = question->next + 1 < question->urls.size();
  if (answer.kind == Answer::Kind::kNoAnswer && another) {
    ++question->next;
    proceed(question);
    return;
  }
  settle(*question, answer);
}

bool Checker::tolerated(const Question& question, const Answer& answer) const {
  const bool open = answer.kind == Answer::Kind::kUnknown || answer.kind == Answer::Kind::kNoAnswer;
  const bool ca = question.place > 0;
  return open && (ca ? policy_.ignore_unknown_authority : policy_.ignore_unknown_leaf);
}

void Checker::settle(Question& question, const Answer& answer) {
  // The check may end here, and whoever is told may let go of everything.
  const std::shared_ptr<Check> check = question.check;
  const bool ignored = tolerated(question, answer);
  if (answer.kind != Answer::Kind::kGood && !ignored) {
    check->problems[question.slot] = "'" + question.subject().subject() + "' " + answer.problem;
  }
  const std::int64_t until = ignored ? now() + kPause : answer.until;
  check->until = std::min(check->until, until);
  check->close_one();
}

}  // namespace coffer::revocation
