// "text" or "html": what kind of body an RFC 5322 message has, as a mail program would show it.
#pragma once

#include <string>
#include <string_view>

namespace coffer::mime {

// Looks at the beginning of a message (a megabyte is plenty): the Content-Type fields of the
// message and of its parts. html when any inline text/html part is met before the search ends.
std::string body_content_type(std::string_view beginning);

}  // namespace coffer::mime
