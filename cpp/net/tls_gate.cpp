#include "net/tls_gate.h"

#include <algorithm>
#include <ctime>
#include <tuple>

namespace coffer::net {

TlsGate::Decision TlsGate::decision(const std::string& host, const Der& der, bool verified) const {
  const auto exact = decided_.find({host, der, verified});
  if (exact != decided_.end()) {
    const Decided& known = exact->second;
    if (!known.accepted) return Decision::kRefused;
    const bool holds = known.until == 0 || std::time(nullptr) < known.until;
    return holds ? Decision::kAccepted : Decision::kUnknown;
  }
  // What was accepted against a bad verdict is accepted all the more with a good one; what was
  // refused with a good one is refused all the more with a bad one.
  const auto other = decided_.find({host, der, !verified});
  if (other == decided_.end() || other->second.accepted != verified) return Decision::kUnknown;
  return verified ? Decision::kAccepted : Decision::kRefused;
}

bool TlsGate::accepted(const std::string& host, const Der& der) const {
  for (const bool verified : {true, false}) {
    const auto found = decided_.find({host, der, verified});
    if (found != decided_.end() && found->second.accepted) return true;
  }
  return false;
}

bool TlsGate::overridden(const std::string& host) const {
  return std::any_of(decided_.begin(), decided_.end(), [&](const auto& entry) {
    return entry.second.accepted && !entry.first.verified && entry.first.host == host;
  });
}

bool TlsGate::may_connect(const std::string& host, std::uint64_t transfer) const {
  const bool asking = std::any_of(open_.begin(), open_.end(),
                                  [&](const auto& entry) { return entry.first.host == host; });
  if (asking) return false;
  const bool known = std::any_of(decided_.begin(), decided_.end(), [&](const auto& entry) {
    return entry.second.accepted && entry.first.host == host;
  });
  if (known) return true;
  const auto first = first_contact_.find(host);
  return first == first_contact_.end() || first->second == transfer;
}

void TlsGate::connecting(const std::string& host, std::uint64_t transfer) {
  first_contact_.emplace(host, transfer);
}

void TlsGate::settled(const std::string& host, std::uint64_t transfer) {
  const auto first = first_contact_.find(host);
  if (first != first_contact_.end() && first->second == transfer) first_contact_.erase(first);
}

void TlsGate::park(std::uint64_t transfer, const ServerCertificate& certificate) {
  Question& question = open_[{certificate.host, certificate.der, certificate.verified}];
  if (question.waiting.empty() && !question.put) question.certificate = certificate;
  question.waiting.push_back(transfer);
}

void TlsGate::forget(std::uint64_t transfer) {
  for (auto& entry : open_) {
    auto& waiting = entry.second.waiting;
    waiting.erase(std::remove(waiting.begin(), waiting.end(), transfer), waiting.end());
  }
  answers_.erase(std::remove_if(answers_.begin(), answers_.end(),
                                [&](const Answer& one) { return one.transfer == transfer; }),
                 answers_.end());
}

std::string TlsGate::refusal(const std::string& host, const Der& der) const {
  for (const bool verified : {true, false}) {
    const auto found = decided_.find({host, der, verified});
    if (found != decided_.end() && !found->second.accepted) return found->second.status;
  }
  return {};
}

void TlsGate::ask_open_questions() {
  std::vector<Key> fresh;
  for (auto& [key, question] : open_) {
    if (!std::exchange(question.put, true)) fresh.push_back(key);
  }
  for (const Key& key : fresh) {
    const ServerCertificate certificate = open_.at(key).certificate;
    if (!check_ || !certificate.verified || certificate.expected) {
      put(key);
      continue;
    }
    // The end may come after the transport is gone.
    const std::weak_ptr<TlsGate> self = weak_from_this();
    check_(certificate, [self, about = key](const revocation::Verdict& verdict) {
      if (const auto gate = self.lock()) gate->checked(about, verdict);
    });
  }
}

void TlsGate::checked(const Key& key, const revocation::Verdict& verdict) {
  const auto found = open_.find(key);
  if (found == open_.end()) return;
  Question& question = found->second;
  question.until = verdict.until;
  if (!verdict.problem.empty()) {
    question.certificate.verified = false;
    question.certificate.status = verdict.problem;
  } else if (accepted(key.host, key.der)) {
    answer(key, true);  // asked before; only the check had to be made anew
    return;
  }
  put(key);
}

void TlsGate::put(const Key& key) {
  const ServerCertificate certificate = open_.at(key).certificate;
  if (!ask_) {
    answer(key, certificate.verified);
    return;
  }
  // The answer may come after the transport is gone, or twice: both must be harmless.
  const std::weak_ptr<TlsGate> self = weak_from_this();
  ask_(certificate, [self, about = key](bool accept) {
    if (const auto gate = self.lock()) gate->answer(about, accept);
  });
}

void TlsGate::answer(const Key& key, bool accept) {
  const auto found = open_.find(key);
  if (found == open_.end()) return;
  const Question& question = found->second;
  const ServerCertificate& certificate = question.certificate;
  // Where nobody decided, a check that failed is made anew for the next connection: a responder
  // that was out of reach may have come back.
  if (ask_ || accept) {
    // Accepted against the check's end, it stays accepted.
    decided_[key] = {accept, certificate.status, certificate.verified ? question.until : 0};
  } else {
    decided_.erase(key);
  }
  for (const std::uint64_t transfer : question.waiting) {
    answers_.push_back({transfer, accept, certificate.status});
  }
  open_.erase(found);
}

std::vector<TlsGate::Answer> TlsGate::take_answers() {
  return std::exchange(answers_, {});
}

}  // namespace coffer::net
