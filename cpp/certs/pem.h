// The blocks of PEM (RFC 7468); text between them is passed over.
//
// Threads: free functions, any thread.
#pragma once

#include <string_view>
#include <vector>

namespace coffer::certs {

struct PemBlock {
  std::string_view label;
  std::string_view body;
  std::string_view whole;  // with its two lines
};
std::vector<PemBlock> pem_blocks(std::string_view text);  // at most 1,000

}  // namespace coffer::certs
