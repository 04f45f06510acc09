// libcurl, started once in the process at the first use, never before main.
//
// Threads: any.
#pragma once

namespace coffer::net {

// Throws 30005 when libcurl cannot start, is too old, or has no OpenSSL inside.
void use_curl();

}  // namespace coffer::net
