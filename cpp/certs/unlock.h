// What opens a store: its passwords, and how much work it may ask for before it is refused.
//
// Threads: belongs to the one reading of a store.
#pragma once

#include <cstdint>
#include <string>

#include "core/error.h"
#include "core/wipe.h"

namespace coffer::certs {

[[noreturn]] inline void wrong_password(const std::string& what) {
  throw core::Error(273,
                    "The password does not open " + what +
                        "; check CertStorePassword (or KeyPassword, where the key has its own)");
}
[[noreturn]] inline void unsupported(const std::string& what) {
  throw core::Error(271, "The certificate store cannot be read: " + what);
}

class Unlock {
 public:
  Unlock(const core::Secret& store, const core::Secret& key) : store_(store), key_(key) {}
  const core::Secret& store() const noexcept { return store_; }
  const core::Secret& key() const noexcept { return key_; }

  // A key under another password than the store's stays closed, and is no error.
  void leave_keys_closed() noexcept { closed_keys_ = true; }
  bool may_stay_closed(const core::Error& error) const noexcept {
    return closed_keys_ && error.code() == 273;
  }

  // Takes `rounds` (of hashing some 64 octets) from what one store may cost, about two seconds.
  // 271 when that is more than is left: a hostile file could keep the reader busy for days.
  void spend(std::uint64_t rounds) {
    if (rounds > left_) {
      unsupported("its key derivation asks for more rounds than the limit of 5,000,000 in all");
    }
    left_ -= rounds;
  }

 private:
  const core::Secret& store_;
  const core::Secret& key_;
  bool closed_keys_ = false;
  std::uint64_t left_ = 5'000'000;
};

}  // namespace coffer::certs
