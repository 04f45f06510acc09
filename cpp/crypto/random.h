// Random octets, injectable so that known answers can be tested.
//
// Threads: SystemRandom any thread at once; other implementations one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/wipe.h"

namespace coffer::crypto {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::uint8_t* data, std::size_t size) = 0;

  std::string octets(std::size_t size);   // for IVs, ids and other public values
  core::Secret secret(std::size_t size);  // for keys
};

// The operating system's generator: no state of ours, so nothing is repeated after a fork.
class SystemRandom final : public Random {
 public:
  void fill(std::uint8_t* data, std::size_t size) override;
};

}  // namespace coffer::crypto
