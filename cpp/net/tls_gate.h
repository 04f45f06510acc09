// The decisions about servers' certificates in a run (contract section 6): asked once for each
// host and certificate, transfers wait meanwhile, an override holds for that very certificate.
//
// Threads: everything belongs to the transport's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "net/options.h"
#include "revocation/checker.h"

namespace coffer::net {

class TlsGate : public std::enable_shared_from_this<TlsGate> {
 public:
  using Ask = std::function<void(const ServerCertificate&, std::function<void(bool)>)>;
  // Whether the certificates of a verified chain are revoked; tells it at once or later.
  using Check = std::function<void(const ServerCertificate&,
                                   std::function<void(const revocation::Verdict&)>)>;
  using Der = std::vector<std::uint8_t>;
  enum class Decision { kUnknown, kAccepted, kRefused };

  struct Answer {
    std::uint64_t transfer = 0;
    bool accepted = false;
    std::string status;  // of the certificate, for the refusal's text
  };

  // Without `ask` the library's verdict holds, and that of the check.
  explicit TlsGate(Ask ask) : ask_(std::move(ask)) {}
  // Before anybody is asked: what the library has verified. A bad end makes it a refusal of the
  // library's, a good one holds for as long as the answers do.
  void check_with(Check check) { check_ = std::move(check); }

  // What was decided. `verified` is the library's verdict on this connection: an acceptance given
  // while the verdict was good says nothing about the same certificate once it is bad.
  Decision decision(const std::string& host, const Der& der, bool verified) const;
  // Accepted in either way: the last look before a request leaves on a connection, whose handshake
  // has already taken the verdict into account.
  bool accepted(const std::string& host, const Der& der) const;
  // Some certificate of this host was accepted against the library's verdict.
  bool overridden(const std::string& host) const;

  // May a transfer to this host open a connection now? One at a time until a certificate of the
  // host is accepted, none while a question about it is open.
  bool may_connect(const std::string& host, std::uint64_t transfer) const;
  void connecting(const std::string& host, std::uint64_t transfer);
  void settled(const std::string& host, std::uint64_t transfer);  // connected, failed or gone

  // The transfer waits for the answer about this certificate.
  void park(std::uint64_t transfer, const ServerCertificate& certificate);
  void forget(std::uint64_t transfer);
  // Puts the questions that were not put yet; never called from inside a libcurl callback.
  void ask_open_questions();
  // Why this certificate is refused; "" when it is not.
  std::string refusal(const std::string& host, const Der& der) const;
  // The transfers whose answers have come.
  std::vector<Answer> take_answers();

 private:
  struct Key {
    std::string host;
    Der der;
    bool verified;
    bool operator<(const Key& other) const {
      return std::tie(host, verified, der) < std::tie(other.host, other.verified, other.der);
    }
  };
  struct Question {
    ServerCertificate certificate;
    std::vector<std::uint64_t> waiting;
    bool put = false;
    std::int64_t until = 0;
  };

  struct Decided {
    bool accepted = false;
    std::string status;
    std::int64_t until = 0;  // what was checked is checked anew then; 0: holds for ever
  };

  void put(const Key& key);
  void checked(const Key& key, const revocation::Verdict& verdict);
  void answer(const Key& key, bool accept);

  Ask ask_;
  Check check_;
  std::map<Key, Decided> decided_;
  std::map<Key, Question> open_;
  std::map<std::string, std::uint64_t> first_contact_;
  std::vector<Answer> answers_;
};

}  // namespace coffer::net
