// What JWE and JWS compact serializations share: parts and headers.
//
// Threads: free functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace coffer::jose {

// The parts between the dots; nullopt unless there are exactly `count`.
std::optional<std::vector<std::string_view>> parts(std::string_view compact, std::size_t count);

struct Header {
  std::string problem;  // empty when it was read
  std::string json;
  std::optional<core::Document> document;
};
// An object in strict base64url and strict JSON, no name twice, without "crit": nothing that it
// could list is understood here (RFC 7515 section 4.1.11).
Header read_header(std::string_view part, std::size_t most_octets);

}  // namespace coffer::jose
