// Host names outside ASCII, as the domain name system has them (IDNA 2008, RFC 5891).
//
// Threads: free functions, any thread.
#pragma once

#include <string>

#include "net/url.h"

namespace coffer::net {

// Whether this build can convert them.
bool knows_idna() noexcept;
bool is_ascii(const std::string& text) noexcept;
// The URL with its host in A-labels (xn--...), whatever the locale; the same text where the host is
// ASCII; "" when the host cannot be converted.
std::string with_ascii_host(const std::string& url);

}  // namespace coffer::net
