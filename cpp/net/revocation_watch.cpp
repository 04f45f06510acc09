#include "net/revocation_watch.h"

#include <utility>

#include "core/error.h"

namespace coffer::net {

namespace {

constexpr std::size_t kLargestReply = std::size_t{10} << 20;  // contract section 6

std::string problem_of(const Outcome& outcome) {
  if (outcome.code != 0) return outcome.text;
  return outcome.reply.status == 200 ? std::string()
                                     : "the server answered " + outcome.reply.status_line;
}

// The texts of other requests are whole sentences.
std::string without_full_stop(std::string text) {
  if (!text.empty() && text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

RevocationWatch::RevocationWatch(Transport& transport, const TransportOptions& options)
    : transport_(transport),
      options_(options),
      checker_(std::make_shared<revocation::Checker>(options.revocation, *this, clock_, random_)) {}

TlsGate::Check RevocationWatch::check() const {
  return [checker = checker_](const ServerCertificate& certificate,
                              std::function<void(const revocation::Verdict&)> done) {
    checker->check(certificate.path, std::move(done));
  };
}

void RevocationWatch::fetch(const revocation::Query& query,
                            std::function<void(const revocation::Fetched&)> done) {
  Request request;
  request.peer = Peer::kStatus;
  request.url = query.url;
  request.time_limit = options_.revocation_limit;
  request.max_reply = kLargestReply;
  if (!query.body.empty()) {
    request.method = "POST";  // RFC 6960 appendix A.1
    request.headers = {"Content-Type: application/ocsp-request",
                       "Accept: application/ocsp-response"};
    request.body = query.body;
  }
  // What the certificate names may be no URL that can be asked: then start throws.
  try {
    transport_.start(std::move(request), nullptr, [done](Outcome&& outcome) {
      done({without_full_stop(problem_of(outcome)), std::move(outcome.reply.body)});
    });
  } catch (const core::Error& error) {
    done({without_full_stop(error.what()), {}});
  }
}

}  // namespace coffer::net
