// Signing in on another machine: RFC 8628.
//
// Threads: everything belongs to the transport's thread.
#pragma once

#include <functional>
#include <string>

#include "core/clock.h"
#include "core/wipe.h"
#include "net/transport.h"
#include "oauth/token_client.h"

namespace coffer::oauth {

struct DeviceAuthorization {
  core::Secret device_code;
  std::string user_code;
  std::string verification_url;
  std::int64_t expires_in = 0;  // seconds
  std::int64_t interval = 5;    // RFC 8628 section 3.2
};

// Asks for a code. `request` says who asks (client, scope, own parameters). Throws what went wrong;
// 301 when `cancelled` says so.
DeviceAuthorization request_device_code(net::Transport& transport, const std::string& device_url,
                                        const TokenRequest& request,
                                        const std::function<bool()>& cancelled);

// Asks for the token until the user has signed in. 709 when the code's time, or `limit` seconds
// (0: none), are over; 708 when the user declines.
TokenResult poll_device_token(net::Transport& transport, const core::Clock& clock,
                              const TokenRequest& request, const DeviceAuthorization& device,
                              std::int64_t limit, const std::function<bool()>& cancelled);

}  // namespace coffer::oauth
