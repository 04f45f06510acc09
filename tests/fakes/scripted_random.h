// A source of random octets that gives what it was told, so that known answers can be tested.
#pragma once

#include <cstring>
#include <stdexcept>
#include <string>

#include "crypto/random.h"

class ScriptedRandom final : public coffer::crypto::Random {
 public:
  explicit ScriptedRandom(std::string octets) : octets_(std::move(octets)) {}
  void fill(std::uint8_t* data, std::size_t size) override {
    if (octets_.size() - used_ < size) throw std::runtime_error("more random octets than scripted");
    std::memcpy(data, octets_.data() + used_, size);
    used_ += size;
  }
  std::size_t left() const { return octets_.size() - used_; }

 private:
  std::string octets_;
  std::size_t used_ = 0;
};
