// What the browser brings back, and whether it belongs to the sign-in that waits.
//
// Threads: values and free functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/wipe.h"
#include "loopback/http_server.h"

namespace coffer::oauth {

// The answer that a sign-in waits for.
struct Expectation {
  core::Secret state;
  bool fragment = false;     // implicit: the answer stands behind '#', which no server is sent
  std::string success_page;  // OAuthWebServerResponse; empty: ours
  std::string failure_page;  // OAuthWebServerFailedResponse; empty: ours
};

enum class Verdict {
  kAnswer,    // the answer, good or bad: the wait ends
  kHandOver,  // the browser holds the answer behind '#': it is asked to send it
  kStray,     // anything else; the wait goes on
};

// RFC 6749 section 4.1.2: the state must be ours, compared in constant time, and each parameter
// stand once. A refusal with another state is stray too, or anybody could end a sign-in.
Verdict judge(const loopback::Request& request, const Expectation& expected);

// The value of the first field of that name, "" when there is none.
std::string field_of(const loopback::Fields& fields, std::string_view name);

// The pages that the browser shows.
loopback::Response answer_page(const loopback::Fields& fields, const Expectation& expected);
loopback::Response hand_over_page();
loopback::Response stray_page(const loopback::Request& request);
loopback::Response over_page();  // nothing is waited for any more

}  // namespace coffer::oauth
