// libcurl's results as the contract's codes (section 2), with the sentence that tells what to do.
//
// Threads: free functions, any thread.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <string>

namespace coffer::net {

struct Failure {
  std::int32_t code = 0;
  std::string text;
  bool transient = false;
};

// What is known about the transfer that failed.
struct FailureFacts {
  std::string host;
  std::string proxy;   // "the proxy host:port", "the firewall host:port"; "" when none was used
  std::string first;   // likewise, who the connection is made to: a firewall in front of the proxy
  std::string detail;  // libcurl's own words
  long os_errno = 0;
  long proxy_status = 0;    // of the CONNECT reply
  long proxy_offers = 0;    // CURLAUTH bits of its 407
  long socks_error = 0;     // CURLPXcode
  bool connecting = false;  // the request had not gone out
  bool proxy_handshake = false;
};

// Why a server that asked for a client certificate broke off, by its alert; "" when it is not about
// the certificate. `sent`: one was shown to it; `hung_up`: it closed the connection without a word.
std::string client_certificate_refusal(const std::string& where, bool sent, int alert,
                                       bool hung_up);

// What a proxy's own status (407, 403, 502) means.
Failure proxy_refusal(const FailureFacts& facts);
Failure failure_of(CURLcode result, const FailureFacts& facts);

}  // namespace coffer::net
