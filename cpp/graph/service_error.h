// What a reply that is not a success says, and what to do about it (graph-mail 2, 6, 7).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/transport.h"

namespace coffer::graph {

struct ServiceError {
  std::string code;     // the deepest known code, as sent; "" when there is none
  std::string message;  // the service's own sentence
  std::string request_id;
};
// Reads at most 64 KiB; any body, also none, HTML or cut JSON.
ServiceError parse_service_error(std::string_view body);

enum class Verdict {
  kThrottled,     // 429, or 503 with a usable Retry-After
  kUnauthorized,  // 401
  kGone,          // 404 of the item itself
  kMailboxGone,   // 404 and the like of the mailbox: says nothing about a message
  kBadRequest,    // 400
  kForbidden,     // 403
  kPermanent,     // will not get better
  kTransient,     // worth another try
};
struct Classified {
  Verdict verdict = Verdict::kTransient;
  ServiceError error;
  std::optional<std::chrono::seconds> retry_after;  // usable values only
  bool concurrency = false;                         // refused for MailboxConcurrency
  std::string text;  // status line, code, message, request-id: one line
};
Classified classify(const net::Reply& reply);
Classified classify(int status, std::string_view retry_after, std::string_view date,
                    std::string_view body);

// Retry-After: seconds (decimals rounded up), or an HTTP date minus the reply's own Date. Negative,
// past and garbled values are unusable.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::string_view date);

}  // namespace coffer::graph
