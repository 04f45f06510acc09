#include "crypto/random.h"

#include <unistd.h>

#include <algorithm>

#include "core/error.h"

namespace coffer::crypto {

std::string Random::octets(std::size_t size) {
  std::string out(size, '\0');
  fill(static_cast<std::uint8_t*>(static_cast<void*>(out.data())), size);
  return out;
}

core::Secret Random::secret(std::size_t size) {
  return core::Secret(octets(size));
}

void SystemRandom::fill(std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMost = 256;  // getentropy gives no more at a time
  while (size > 0) {
    const std::size_t part = std::min(size, kMost);
    if (getentropy(data, part) != 0) {
      throw core::Error(30005, "The system gives no random numbers; check that it has getrandom");
    }
    data += part;
    size -= part;
  }
}

}  // namespace coffer::crypto
