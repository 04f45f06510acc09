#include "net/transport.h"

#include "core/text.h"

namespace coffer::net {

std::string Reply::header(std::string_view name) const {
  for (const Header& entry : headers) {
    if (core::equal_ignoring_case(entry.name, name)) return entry.value;
  }
  return {};
}

}  // namespace coffer::net
