// The Transport of real runs: libcurl's multi interface.
//
// Threads: as Transport says; wake and requests_sent from any, the rest from one.
#pragma once

#include <memory>

#include "net/options.h"
#include "net/transport.h"

namespace coffer::net {

// Throws 713 for settings that cannot be used together or at all, 30005 when libcurl is unfit.
// `options.log` must outlive the transport.
std::unique_ptr<Transport> make_curl_transport(TransportOptions options);

}  // namespace coffer::net
