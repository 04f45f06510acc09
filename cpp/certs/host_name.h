// Whether a server's certificate is for the host that was asked for (RFC 9525): by its
// subjectAltName alone, never by the common name.
//
// Threads: free functions, any thread.
#pragma once

#include <string_view>

#include "certs/certificate.h"

namespace coffer::certs {

// `host` as in a URL without brackets: an IP address, which must be there octet for octet, or a
// name in ASCII, which a dNSName equals or covers with "*" as its whole leftmost label.
bool is_for_host(const Certificate& certificate, std::string_view host);
bool is_ip_address(std::string_view host);
// One dNSName against a host's name.
bool name_covers(std::string_view pattern, std::string_view host);

}  // namespace coffer::certs
