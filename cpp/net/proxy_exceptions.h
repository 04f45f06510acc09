// Which hosts are reached without a proxy: ProxyExceptionsList, and no_proxy of the environment.
//
// Threads: free functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace coffer::net {

// ProxyExceptionsList: names and addresses separated by semicolons; "*" in a name stands for any
// characters. `host` as in Url.
bool in_exceptions(std::string_view list, const std::string& host);

// no_proxy: separated by commas or spaces; "*" is every host; a name also covers what lies below
// it, with or without a leading dot; an address may be a block (10.0.0.0/8, fd00::/8); each may
// end in ":port", which restricts it to that port.
bool in_no_proxy(std::string_view list, const std::string& host, int port);

}  // namespace coffer::net
