// Name constraints of a CA upon the certificates below it (RFC 5280 section 4.2.1.10).
//
// Threads: free functions, any thread.
#pragma once

#include <string>

#include "certs/certificate.h"

namespace coffer::certs {

// Empty when `certificate` may carry its names below `ca`, else why not. Enforced are dNSName,
// rfc822Name, URI, directoryName and iPAddress; a constraint upon another form of name forbids
// every name of that form, and one that cannot be understood forbids everything.
std::string constraint_problem(const Certificate& ca, const Certificate& certificate);

}  // namespace coffer::certs
