// Base of the generated event structs (one per event of a class, its fields as members).
#pragma once

#include <functional>

#include "core/value.h"

namespace coffer::core {

struct Event {
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  virtual ~Event() = default;
  // A handler that fails has answered nothing: its event goes on with the answers it came with.
  virtual void keep_answers() {}
  virtual void restore_answers() noexcept {}
};

// A field that is read only when a handler asks for it (the Eml of MessageBackup): a message of
// 150 MB costs no memory unless somebody looks at it. The bytes stay valid until the event ends.
class LazyBytes {
 public:
  LazyBytes() = default;
  explicit LazyBytes(std::function<Bytes()> load) : load_(std::move(load)) {}
  // Throws core::Error when the source cannot be read.
  const Bytes& get() {
    if (load_) {
      bytes_ = load_();
      load_ = nullptr;
    }
    return bytes_;
  }

 private:
  std::function<Bytes()> load_;
  Bytes bytes_;
};

}  // namespace coffer::core
