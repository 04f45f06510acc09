// The settings and properties of connections, which the classes have under the same names, as the
// transport's options.
//
// Threads: free functions, any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/wipe.h"
#include "net/options.h"

namespace coffer::net {

// What a class has under one of the manuals' names ("Proxy.Server", "SSLEnabledProtocols"), as
// text; nullopt when it has no such item.
using NamedValue = std::function<std::optional<std::string>(std::string_view name)>;

// What a class lacks keeps the default of TransportOptions. Throws 713 for what cannot be sent.
TransportOptions read_connection_settings(const NamedValue& value);
// The same digest as long as everything that read_connection_settings reads stays the same.
std::string connection_fingerprint(const NamedValue& value);

// CR, LF or NUL.
bool has_line_break(std::string_view text) noexcept;
// The lines of a text of headers, split at CRLF (contract section 6). 713, naming the setting,
// when one of them is not of the form "Name: value".
std::vector<std::string> header_lines(std::string_view setting, std::string_view text);

}  // namespace coffer::net
